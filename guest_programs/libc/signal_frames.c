/* signal_frames: what a handler finds about the program it interrupted, and may change.
 *
 * Shows: the reason and address of faults, with what the CPU said; a handler that steps over the
 * instruction; registers, x87 and SSE state that survive a handler which uses them, unless it changes
 * them in its frame; a handler on a stack of its own after the normal one has overflowed; handlers that
 * nest; the order of signals that were blocked.
 * Prints:
 *   read of 4: SIGSEGV, code 1, address 4, trap 14, error 4
 *   write to 8: SIGSEGV, code 1, address 8, trap 14, error 6
 *   write to text: SIGSEGV, code 2, the address, trap 14, error 7
 *   beyond the file's end: SIGBUS, code 2, the address, trap 14, error 4
 *   division by zero: SIGFPE, code 1, the instruction, trap 0, error 0
 *   ud2: SIGILL, code 2, the instruction, trap 6, error 0
 *   hlt: SIGSEGV, code 128, address 0, trap 13, error 0
 *   int $0x81: SIGSEGV, code 128, address 0, trap 13, error 1034
 *   int3: SIGTRAP, code 128, address 0, trap 3, error 0
 *   the handler starts with control word 0x37f, MXCSR 0x1f80, direction up
 *   its frame has control word 0x27f, 2.5 on the stack, 2 in xmm0
 *   afterwards: control word 0x27f, MXCSR 0x1fa0, 2.5 on the stack, 4321 in xmm0, ebx 77
 *   overflow: handler on its own stack
 *   nested: 1 begins, 2 begins, 2 ends, 1 ends
 *   pending: 12 1 10 queued 1 queued 2
 * Status: 0
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { AT_FXSAVE = 112, AT_XMM0 = AT_FXSAVE + 160 }; /* in the FPU state of a frame */

static void install(int signal, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO};
    sigaction(signal, &action, NULL);
}

/* ---- faults: each instruction is two octets long, or padded so that its end can be found */

static const char *volatile what;
static volatile uintptr_t expected;
static volatile int skipped;

static void tell(int signal, siginfo_t *info, void *context)
{
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    uintptr_t address = (uintptr_t)info->si_addr;
    const char *name = signal == SIGSEGV  ? "SIGSEGV"
                       : signal == SIGBUS ? "SIGBUS"
                       : signal == SIGFPE ? "SIGFPE"
                       : signal == SIGILL ? "SIGILL"
                                          : "SIGTRAP";
    printf("%s: %s, code %d, ", what, name, info->si_code);
    if (expected && address == expected)
        printf("the address, ");
    else if (address == (uintptr_t)registers[REG_EIP])
        printf("the instruction, ");
    else
        printf("address %lu, ", (unsigned long)address);
    printf("trap %d, error %d\n", registers[REG_TRAPNO], registers[REG_ERR]);
    registers[REG_EIP] += skipped;
}

/* The address of a page that is mapped, but of which the file has not even a part. */
static uintptr_t beyond_the_end(const char *path)
{
    int file = open(path, O_RDONLY);
    off_t pages = (lseek(file, 0, SEEK_END) + 4095) / 4096;
    char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, file, (pages - 1) * 4096);
    if (page == MAP_FAILED)
        exit(1);
    return (uintptr_t)page + 4096;
}

static void show_faults(void)
{
    for (const int *signal = (int[]){SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, 0}; *signal; signal++)
        install(*signal, tell, 0);
    skipped = 2;
    what = "read of 4";
    __asm__ volatile("movl (%0), %%ecx" ::"d"(4) : "ecx", "memory");
    what = "write to 8";
    __asm__ volatile("movl %%ecx, (%0)" ::"d"(8) : "memory");
    what = "write to text";
    expected = (uintptr_t)show_faults;
    __asm__ volatile("movl %%ecx, (%0)" ::"d"(expected) : "memory");
    what = "beyond the file's end";
    expected = beyond_the_end("/proc/self/exe");
    __asm__ volatile("xorl %%eax, %%eax; movl (%0), %%ecx" ::"d"(expected) : "eax", "ecx", "memory");
    expected = 0;
    what = "division by zero";
    __asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx" ::: "eax", "ecx", "edx");
    what = "ud2";
    __asm__ volatile("ud2");
    what = "hlt";
    __asm__ volatile("hlt; nop");
    what = "int $0x81";
    __asm__ volatile("int $0x81");
    what = "int3";
    skipped = 0; /* EIP is behind it */
    __asm__ volatile("int3");
}

/* ---- registers */

static void use_fpu(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info;
    mcontext_t *registers = &((ucontext_t *)context)->uc_mcontext;
    unsigned char *state = (unsigned char *)registers->fpregs;
    unsigned flags, vector[4], mxcsr;
    unsigned short control;
    long double top;
    __asm__ volatile("pushfl; popl %0" : "=r"(flags));
    __asm__ volatile("fnstcw %0; stmxcsr %1" : "=m"(control), "=m"(mxcsr));
    memcpy(&top, state + 28, 10);
    memcpy(vector, state + AT_XMM0, sizeof vector);
    printf("the handler starts with control word %#x, MXCSR %#x, direction %s\n", control, mxcsr,
           flags & 0x400 ? "down" : "up");
    printf("its frame has control word %#x, %.1Lf on the stack, %u in xmm0\n", *(unsigned short *)state,
           top, vector[0]);
    __asm__ volatile("fninit; pxor %%xmm0, %%xmm0" ::: "memory");
    vector[0] = 4321;
    memcpy(state + AT_XMM0, vector, sizeof vector);
    registers->gregs[REG_EBX] = 77;
}

static void show_registers(void)
{
    static double number = 2.5;
    static unsigned vector[4] = {2, 3, 4, 5}, mxcsr = 0x1fa0;
    static unsigned short control = 0x27f;
    int ebx;
    install(SIGUSR1, use_fpu, 0);
    __asm__ volatile("fldcw %2\n fldl %3\n movups %4, %%xmm0\n ldmxcsr %5\n std\n"
                     "int $0x80\n"
                     "cld\n fstpl %3\n fnstcw %2\n movups %%xmm0, %4\n stmxcsr %5\n fninit"
                     : "=b"(ebx)
                     : "a"(37), "m"(control), "m"(number), "m"(vector), "m"(mxcsr), "b"(getpid()),
                       "c"(SIGUSR1)
                     : "memory");
    printf("afterwards: control word %#x, MXCSR %#x, %.1f on the stack, %u in xmm0, ebx %d\n", control,
           mxcsr, number, vector[0], ebx);
}

/* ---- stacks */

static char other_stack[16384];
static sigjmp_buf back;

static void on_other_stack(int signal, siginfo_t *info, void *context)
{
    char here;
    (void)signal, (void)info, (void)context;
    if (&here < other_stack || &here >= other_stack + sizeof other_stack)
        _exit(1);
    siglongjmp(back, 1);
}

static int overflow(int depth)
{
    volatile char room[4096];
    room[0] = (char)depth;
    return depth < 0 ? 0 : overflow(depth + 1) + room[0];
}

static void show_overflow(void)
{
    stack_t stack = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
    sigaltstack(&stack, NULL);
    install(SIGSEGV, on_other_stack, SA_ONSTACK);
    if (!sigsetjmp(back, 1))
        overflow(0);
    printf("overflow: handler on its own stack\n");
}

/* ---- several signals */

static void nest(int signal, siginfo_t *info, void *context)
{
    static int depth;
    (void)info, (void)context;
    int level = ++depth;
    printf("%s%d begins", level > 1 ? ", " : "nested: ", level);
    if (level == 1)
        raise(signal);
    printf(", %d ends", level);
}

static char order[100];

static void note(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_code == SI_QUEUE)
        sprintf(order + strlen(order), " queued %d", info->si_value.sival_int);
    else
        sprintf(order + strlen(order), " %d", signal);
}

static void show_several(void)
{
    install(SIGUSR1, nest, SA_NODEFER);
    raise(SIGUSR1);
    printf("\n");
    sigset_t all, before;
    sigfillset(&all);
    for (const int *signal = (int[]){SIGHUP, SIGUSR1, SIGUSR2, SIGRTMIN, 0}; *signal; signal++) {
        struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO, .sa_mask = all};
        sigaction(*signal, &action, NULL);
    }
    /* raise is for the thread, whose own signals come first; the process's come by number */
    sigprocmask(SIG_BLOCK, &all, &before);
    sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 1});
    sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 2});
    raise(SIGUSR2);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGHUP);
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf("pending:%s\n", order);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    show_faults();
    show_registers();
    show_overflow();
    show_several();
    return 0;
}
