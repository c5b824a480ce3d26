/* Signal handlers, masks and second threads without a C library. */
#ifndef HANDLER_H
#define HANDLER_H

#include "guest.h"

struct action {
    word handler, flags, restorer, mask[2];
};

__asm__("restore:\n"
        "    movl $173, %eax\n"
        "    int $0x80\n");
extern void restore(void);

static inline void set_action(int signal, word handler)
{
    struct action action = {handler, SA_RESTORER | SA_SIGINFO, (word)restore, {0, 0}};
    call4(NR_rt_sigaction, signal, (int)&action, 0, 8);
}

static inline word handler_of(int signal)
{
    struct action action;
    call4(NR_rt_sigaction, signal, 0, (int)&action, 8);
    return action.handler;
}

/* Changes the mask by one signal; how: SIG_BLOCK or SIG_UNBLOCK. */
static inline void mask_signal(int how, int signal)
{
    word mask[2] = {1u << (signal - 1), 0};
    call4(NR_rt_sigprocmask, how, (int)mask, 0, 8);
}

static inline int is_blocked(int signal)
{
    word mask[2];
    call4(NR_rt_sigprocmask, SIG_BLOCK, 0, (int)mask, 8);
    return mask[0] >> (signal - 1) & 1;
}

static inline int is_pending(int signal)
{
    word mask[2];
    call2(NR_rt_sigpending, (int)mask, 8);
    return mask[0] >> (signal - 1) & 1;
}

/* clone with these flags: the child calls the function on the stack that ends at `top`, and ends. */
static inline int clone_onto(word flags, byte *top, void (*function)(void))
{
    void **stack = (void **)top - 1;
    *stack = (void *)function;
    int result;
    __asm__ volatile("int $0x80\n\t"
                     "testl %%eax, %%eax\n\t"
                     "jnz 1f\n\t"
                     "popl %%eax\n\t"
                     "call *%%eax\n\t"
                     "movl $1, %%eax\n\t"
                     "xorl %%ebx, %%ebx\n\t"
                     "int $0x80\n"
                     "1:"
                     : "=a"(result)
                     : "a"(NR_clone), "b"(flags), "c"(stack), "d"(0), "S"(0), "D"(0)
                     : "memory");
    return result;
}

/* A second thread of this process. */
static inline int start_thread(void (*function)(void))
{
    static byte stack[16384];
    return clone_onto(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
                      stack + sizeof stack, function);
}

#endif
