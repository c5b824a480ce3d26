/* Variables that an optimising compiler keeps in registers, or nowhere: stop at the line HERE. */
struct item { int key; struct item *next; };
static struct item items[3], *head;
static int total;
volatile int seen;

__attribute__((noinline)) void show(int number)
{
    seen = number;
    __asm__ volatile("" : : : "eax", "ecx", "edx", "memory");
}

__attribute__((noinline)) int weigh(struct item *it, int factor)
{
    int sum = 0;
    while (it) {
        int part = it->key * factor;
        sum += part;
        show(sum); /* HERE */
        it = it->next;
    }
    total += sum;
    return sum;
}

__attribute__((noinline)) int twice(int a, int b)
{
    int before = weigh(head, a);
    int after = weigh(head, b);
    return before * after + a;
}

int main(int argc, char **argv)
{
    for (int i = 0; i < 3; i++) {
        items[i].key = i + 1;
        items[i].next = head;
        head = &items[i];
    }
    return twice(argc, 2) + (argv != 0);
}

void _start(void)
{
    int status = main(1, 0) & 1;
    __asm__ volatile("int $0x80" : : "a"(1), "b"(status));
}
