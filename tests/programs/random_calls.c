/* random_calls: hundreds of system calls with arguments drawn from the seed in argv[1]. Never run it natively. */
#include "print.h"

enum { Calls = 400, Numbers = 452, Exit_group = 252 };

static byte memory[65536] __attribute__((aligned(4096)));
static word state;

static word draw(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

/* Small numbers, flags, good pointers, pointers that end too soon, and bad ones. */
static int anything(void)
{
    switch (draw() % 11) {
    case 0:
        return 0;
    case 1:
        return draw() % 8;
    case 2:
        return draw() % 300;
    case 3:
        return (int)(memory + draw() % 4096);
    case 4:
        return (int)(memory + sizeof memory - draw() % 16);
    case 5:
        return (int)(memory + 4096 * (draw() % 16));
    case 6:
        return -(int)(draw() % 16);
    case 7:
        return draw();
    case 8:
        return 1u << draw() % 32;
    case 9:
        return 0xc0000000u - draw() % 32;
    default:
        return draw() % 65536;
    }
}

/* Calls that end, multiply or suspend the guest come up too rarely to keep it from the others. */
static int is_rare(int number)
{
    static const short rare[] = {1, 2, 11, 29, 37, 72, 119, 120, 173, 177, 179, 190, 238, 252, 270, 358, 435};
    for (word i = 0; i < sizeof rare / sizeof *rare; i++)
        if (rare[i] == number)
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    for (const char *digit = argc > 1 ? argv[1] : "1"; *digit; digit++)
        state = state * 10 + *digit - '0';
    state = state * 2654435761u + 12345;
    for (int i = 0; i < Calls; i++) {
        int number = draw() % Numbers;
        if (is_rare(number) && draw() % 40)
            continue;
        if (draw() % 3 == 0)
            for (int k = 0; k < 64; k++)
                ((int *)memory)[draw() % (sizeof memory / 4)] = anything();
        call5(number, anything(), anything(), anything(), anything(), anything());
    }
    call1(Exit_group, 0);
    return 0;
}
