/* Tasks on stacks of their own: threads, and children that share memory without vfork. */
#ifndef TASK_H
#define TASK_H

#include "guest.h"

enum { THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM };

/* clone(): the new task calls run() on the stack that ends at `top`, then exits with its result. */
static inline int start_task(word flags, void *top, int (*run)(void))
{
    int result;
    void **stack = (void **)top - 4;
    stack[0] = (void *)run;
    __asm__ volatile("int $0x80\n\t"
                     "testl %%eax, %%eax\n\t"
                     "jnz 1f\n\t"
                     "xorl %%ebp, %%ebp\n\t"
                     "popl %%eax\n\t"
                     "call *%%eax\n\t"
                     "movl %%eax, %%ebx\n\t"
                     "movl $1, %%eax\n\t"
                     "int $0x80\n"
                     "1:"
                     : "=a"(result)
                     : "a"(NR_clone), "b"(flags), "c"(stack), "d"(0), "S"(0), "D"(0)
                     : "memory");
    return result;
}

static inline void sleep_ms(int milliseconds)
{
    int time[2] = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    call2(NR_nanosleep, (int)time, 0);
}

#endif
