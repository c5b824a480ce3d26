/* What a vfork child must not do, and does. "exit": it calls exit and so runs its parent's atexit
 * functions. "return": it overwrites the stack of the function that it was made in. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static void at_exit(void)
{
    if (write(1, "atexit ran\n", 11) < 0)
        _exit(1);
}

__attribute__((noinline)) static pid_t made_in_a_frame(void)
{
    return vfork();
}

__attribute__((noinline)) static int overwrite(int octet)
{
    volatile char room[256];
    memset((void *)room, octet, sizeof room);
    return room[3];
}

int main(int count, char **words)
{
    if (count > 1 && strcmp(words[1], "exit") == 0) {
        atexit(at_exit);
        printf("written once? ");
        if (vfork() == 0)
            exit(0);
        printf("parent after\n");
        return 0;
    }
    if (made_in_a_frame() == 0) {
        overwrite(0x41);
        _exit(0);
    }
    printf("parent\n");
    return 0;
}
