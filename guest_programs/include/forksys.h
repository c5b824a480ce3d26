/* Solaris's trap for fork and vfork, as its C library calls it; and what it is on other systems. */
#ifndef FORKSYS_H
#define FORKSYS_H

#include "errors.h"
#include "handler.h"

enum { FORKX = 0, FORKALLX = 1, VFORKX = 2, FORK_NOSIGCHLD = 1, FORK_WAITPID = 2 };
enum { SI_KERNEL = 0x80, REG_EIP = 19 };

/* The arguments lie on the stack behind the return address: where a C function finds its own. The
 * child of vforkx uses the same stack, so the return address waits in a register, too. */
__asm__("forksys:\n"
        "    movl (%esp), %ecx\n"
        "    movl $77, %edx\n"
        "    movl $142, %eax\n"
        "forksys_trap:\n"
        "    int $0x91\n"
        "    setc forksys_carry\n"
        "    movl %edx, forksys_edx\n"
        "    movl %ecx, (%esp)\n"
        "    ret\n");
__attribute__((returns_twice)) int forksys(word subcode, word flags);
extern const byte forksys_trap[];
__attribute__((used)) byte forksys_carry;
__attribute__((used)) word forksys_edx;

/* The kernel's words about the signal, then about the interrupted code. */
static void no_forksys(int signal, word *info, word *context)
{
    print(signal == SIGSEGV ? "int $0x91: SIGSEGV" : "int $0x91: another signal");
    print(info[2] == SI_KERNEL ? ", SI_KERNEL" : ", another code");
    print(info[3] == 0 ? ", address 0" : ", an address");
    print(context[REG_EIP] == (word)forksys_trap ? ", EIP at the instruction\n" : ", EIP elsewhere\n");
    leave(0);
}

/* From here on a system without the trap says so, and the program ends. */
static inline void expect_no_forksys(void)
{
    struct action action = {(word)no_forksys, SA_RESTORER | SA_SIGINFO, (word)restore, {0, 0}};
    call4(NR_rt_sigaction, SIGSEGV, (int)&action, 0, 8);
}

#endif
