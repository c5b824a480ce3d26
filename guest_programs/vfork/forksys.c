/* forksys: Solaris's own call for fork and vfork, int $0x91, with every subcode and error.
 *
 * Shows: under --vfork=solaris: eax = 142, on the stack behind a return address a subcode and flags;
 * success leaves the carry flag clear, edx 1 and the parent's pid in the child, edx 0 and the child's
 * pid in the parent; failure sets the carry flag and leaves errno in eax, edx and no child. On other
 * systems the trap is a general protection fault.
 * Prints:
 *   int $0x91: SIGSEGV, SI_KERNEL, address 0, EIP at the instruction
 * Status: 0
 */
#include "forksys.h"

static volatile int shared;

/* What the trap left: eax, edx and the carry flag, against what it should have been. */
static const char *check(int eax, int expected, word edx)
{
    return eax == expected && forksys_edx == edx && !forksys_carry ? "as it should be" : "wrong";
}

static void try(const char *name, word subcode, word flags)
{
    int self = getpid(), pid;
    shared = 0;
    pid = forksys(subcode, flags);
    if (forksys_carry) {
        print(name);
        print(": ");
        print(error_name(pid));
        print(forksys_edx == 77 ? ", edx kept\n" : ", edx changed\n");
        return;
    }
    if (forksys_edx == 1) {
        shared = 1;
        print(name);
        print(": child ");
        print(check(pid, self, 1));
        print("\n");
        leave(getpid() & 0x7F);
    }
    const char *verdict = check(pid, pid, 0);
    int status = 0, waited = wait4(pid, &status, 0);
    print(name);
    print(": parent ");
    print(waited == pid && status >> 8 == (pid & 0x7F) ? verdict : "wrong pid");
    print(shared ? ", memory shared\n" : ", memory copied\n");
}

/* The trap with any eax and stack pointer: what it leaves in eax; edx and carry as above. */
static int raw(word eax, const word *stack)
{
    int result;
    __asm__ volatile("movl %%esp, %%esi\n\t"
                     "movl %2, %%esp\n\t"
                     "movl $77, %%edx\n\t"
                     "int $0x91\n\t"
                     "movl %%esi, %%esp\n\t"
                     "setc forksys_carry\n\t"
                     "movl %%edx, forksys_edx"
                     : "=a"(result)
                     : "a"(eax), "r"(stack)
                     : "esi", "edx", "memory", "cc");
    return result;
}

static void fails(const char *name, word eax, word subcode, word flags)
{
    word stack[3] = {0, subcode, flags};
    int errno = raw(eax, subcode == 99 ? (const word *)16 : stack);
    print(name);
    print(": ");
    print(forksys_carry ? error_name(errno) : "no error");
    print(forksys_edx == 77 ? ", edx kept" : ", edx changed");
    print(wait4(-1, 0, WNOHANG) == -ECHILD ? ", no child\n" : ", a child\n");
}

static int keeps_registers(void)
{
    int kept;
    __asm__ volatile("pushl %%ebp\n\t"
                     "movl $11, %%ebx\n\t"
                     "movl $12, %%ecx\n\t"
                     "movl $13, %%esi\n\t"
                     "movl $14, %%edi\n\t"
                     "movl $15, %%ebp\n\t"
                     "pushl $0\n\t"
                     "pushl $2\n\t" /* vforkx */
                     "pushl $0\n\t"
                     "movl $142, %%eax\n\t"
                     "int $0x91\n\t"
                     "addl $12, %%esp\n\t"
                     "testl %%edx, %%edx\n\t"
                     "jz 1f\n\t"
                     "movl $1, %%eax\n\t"
                     "xorl %%ebx, %%ebx\n\t"
                     "int $0x80\n"
                     "1:\n\t"
                     "addl %%ecx, %%ebx\n\t"
                     "addl %%esi, %%ebx\n\t"
                     "addl %%edi, %%ebx\n\t"
                     "leal (%%ebx,%%ebp), %0\n\t"
                     "popl %%ebp"
                     : "=a"(kept)
                     :
                     : "ebx", "ecx", "edx", "esi", "edi", "memory", "cc");
    return kept == 11 + 12 + 13 + 14 + 15;
}

int main(void)
{
    expect_no_forksys();
    try("forkx", FORKX, 0);
    try("forkallx", FORKALLX, 0);
    try("vforkx", VFORKX, 0);
    print(keeps_registers() ? "other registers: kept\n" : "other registers: changed\n");
    wait4(-1, 0, 0);
    fails("subcode 3", 142, 3, 0);
    fails("flag 4", 142, VFORKX, 4);
    fails("flag 4 for forkx", 142, FORKX, 4);
    fails("all flags", 142, VFORKX, 0xFFFFFFFF);
    fails("eax 143", 143, VFORKX, 0);
    fails("a bad stack", 142, 99, 0);
    return 0;
}
