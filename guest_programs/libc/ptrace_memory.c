/* ptrace_memory: a debugger's means (ptrace(2)): registers, memory, a breakpoint, single steps.
 *
 * Shows: a breakpoint written into read-only text goes to a copy, so that another process of the
 * same program does not meet it; registers are read and changed; one step is one instruction, a
 * system call included; a call's number is changed, or the call not made at all; FPU state.
 * Prints:
 *   breakpoint: stopped by 5, si_code 128, behind it: yes
 *   the other process is not stopped: exited with 7
 *   the argument was 41, is now 5
 *   the function returned 10
 *   steps over xor, inc, int: 1 1 1, si_codes 2 2 1
 *   getppid made getpid: yes
 *   no call made: the tracer's 1234
 *   sysemu: begins with 20, ends with the tracer's 77
 *   st0 2.5, xmm0 7
 *   user area: eax by GETREGS and by PEEKUSER equal, beyond it error 5
 *   memory that is not mapped: error 5, 5
 *   register sets: 68 108 512, note 5: error 22
 *   exited with 0
 * Status: 0
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL_STOP (SIGTRAP | 0x80)
#define SYSEMU 31
static pid_t traced;

__attribute__((noinline)) static int twice(int number)
{
    __asm__ volatile("" : "+r"(number));
    return number + number;
}

static void load_fpu(void)
{
    static const double value = 2.5;
    __asm__ volatile("fldl %0; movl $7, %%eax; movd %%eax, %%xmm0; movl $20, %%eax; int $0x80"
                     :: "m"(value) : "eax", "memory");
}

static void be_traced(void)
{
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    printf("the function returned %d\n", twice(41));
    fflush(stdout);
    raise(SIGUSR1);
    __asm__ volatile("xorl %%eax, %%eax; movl $20, %%eax; int $0x80" ::: "eax", "memory");
    raise(SIGUSR2);
    printf("getppid made getpid: %s\n", syscall(SYS_getppid) == getpid() ? "yes" : "no");
    printf("no call made: the tracer's %ld\n", syscall(SYS_getppid));
    syscall(SYS_kill, syscall(SYS_getpid), SIGUSR2);
    printf("sysemu: begins with 20, ends with the tracer's %ld\n", syscall(SYS_getpid));
    fflush(stdout);
    raise(SIGUSR1);
    load_fpu();
    _exit(0);
}

static int wait_for_stop(void)
{
    int status;
    waitpid(traced, &status, 0);
    if (!WIFSTOPPED(status)) {
        printf("ended too early: %x\n", status);
        exit(1);
    }
    return WSTOPSIG(status);
}

static int go(int request, int signal)
{
    ptrace(request, traced, 0, signal);
    return wait_for_stop();
}

static struct user_regs_struct registers_now(void)
{
    struct user_regs_struct registers;
    ptrace(PTRACE_GETREGS, traced, 0, &registers);
    return registers;
}

static int code_of_stop(void)
{
    siginfo_t info;
    ptrace(PTRACE_GETSIGINFO, traced, 0, &info);
    return info.si_code;
}

static void set_breakpoint(void)
{
    char *at = (char *)twice;
    long word = ptrace(PTRACE_PEEKTEXT, traced, at, 0), other_status;
    ptrace(PTRACE_POKETEXT, traced, at, (word & ~0xffL) | 0xcc);
    int signal = go(PTRACE_CONT, 0);
    struct user_regs_struct registers = registers_now();
    int code = code_of_stop();
    printf("breakpoint: stopped by %d, si_code %d, behind it: %s\n", signal, code,
           (char *)registers.eip == at + 1 ? "yes" : "no");
    pid_t other = fork();
    if (!other)
        _exit(twice(3) + 1);
    int status;
    waitpid(other, &status, 0);
    other_status = WEXITSTATUS(status);
    printf("the other process is not stopped: exited with %ld\n", other_status);
    ptrace(PTRACE_POKETEXT, traced, at, word);
    /* the argument is in eax or on the stack, as the compiler likes */
    long on_stack = ptrace(PTRACE_PEEKDATA, traced, registers.esp + 4, 0);
    printf("the argument was %ld, is now 5\n", registers.eax == 41 ? registers.eax : on_stack);
    if (registers.eax == 41)
        registers.eax = 5;
    else
        ptrace(PTRACE_POKEDATA, traced, registers.esp + 4, 5);
    registers.eip--;
    ptrace(PTRACE_SETREGS, traced, 0, &registers);
}

/* steps until the next instruction is xor eax, eax; then three steps more */
static void step(void)
{
    unsigned long before;
    do {
        go(PTRACE_SINGLESTEP, 0);
        before = registers_now().eip;
    } while ((ptrace(PTRACE_PEEKTEXT, traced, before, 0) & 0xffff) != 0xc031);
    int moved[3], codes[3];
    static const int lengths[] = {2, 5, 2};
    for (int i = 0; i < 3; i++) {
        go(PTRACE_SINGLESTEP, 0);
        unsigned long now = registers_now().eip;
        moved[i] = now - before == (unsigned long)lengths[i];
        codes[i] = code_of_stop();
        before = now;
    }
    printf("steps over xor, inc, int: %d %d %d, si_codes %d %d %d\n", moved[0], moved[1], moved[2],
           codes[0], codes[1], codes[2]);
}

static void run_to_call(long number)
{
    do
        go(PTRACE_SYSCALL, 0);
    while (registers_now().orig_eax != number || registers_now().eax != -ENOSYS);
}

static void change_calls(void)
{
    struct user_regs_struct registers;
    run_to_call(SYS_getppid);
    registers = registers_now();
    registers.orig_eax = SYS_getpid;
    ptrace(PTRACE_SETREGS, traced, 0, &registers);
    run_to_call(SYS_getppid);
    registers = registers_now();
    registers.orig_eax = -1;
    ptrace(PTRACE_SETREGS, traced, 0, &registers);
    go(PTRACE_SYSCALL, 0);
    registers = registers_now();
    registers.eax = 1234;
    ptrace(PTRACE_SETREGS, traced, 0, &registers);
    while (go(PTRACE_CONT, 0) != SIGUSR2)
        ;
    go(SYSEMU, 0);
    registers = registers_now();
    registers.eax = registers.orig_eax == SYS_getpid ? 77 : 0;
    ptrace(PTRACE_SETREGS, traced, 0, &registers);
    ptrace(PTRACE_CONT, traced, 0, 0);
    wait_for_stop();
}

static void print_fpu(void)
{
    struct user_fpxregs_struct fpu;
    double st0;
    while (go(PTRACE_SYSCALL, 0) != CALL_STOP || registers_now().orig_eax != SYS_getpid)
        ;
    ptrace(PTRACE_GETFPXREGS, traced, 0, &fpu);
    long double extended = 0;
    memcpy(&extended, fpu.st_space, 10);
    st0 = extended;
    printf("st0 %g, xmm0 %ld\n", st0, (long)fpu.xmm_space[0]);
}

static int failure(long result)
{
    return result == -1 ? errno : 0;
}

static void try_errors(void)
{
    struct user_regs_struct registers = registers_now();
    char space[600];
    long sizes[4];
    static const long notes[] = {1, 2, 0x46e62b7f, 5};
    int equal = ptrace(PTRACE_PEEKUSER, traced, 4 * 6, 0) == registers.eax;
    errno = 0;
    ptrace(PTRACE_PEEKUSER, traced, 1000, 0);
    printf("user area: eax by GETREGS and by PEEKUSER %s, beyond it error %d\n",
           equal ? "equal" : "differ", errno);
    errno = 0;
    ptrace(PTRACE_PEEKDATA, traced, 16, 0);
    int reading = errno;
    printf("memory that is not mapped: error %d, %d\n", reading,
           failure(ptrace(PTRACE_POKEDATA, traced, 16, 1)));
    for (int i = 0; i < 4; i++) {
        struct iovec vector = {space, sizeof space};
        int error = failure(ptrace(PTRACE_GETREGSET, traced, notes[i], &vector));
        sizes[i] = error ? error : (long)vector.iov_len;
    }
    printf("register sets: %ld %ld %ld, note 5: error %ld\n", sizes[0], sizes[1], sizes[2],
           sizes[3]);
}

int main(void)
{
    int status;
    setvbuf(stdout, 0, _IOLBF, 0);
    traced = fork();
    if (!traced)
        be_traced();
    wait_for_stop();
    ptrace(PTRACE_SETOPTIONS, traced, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    set_breakpoint();
    go(PTRACE_CONT, 0);
    step();
    while (go(PTRACE_CONT, 0) != SIGUSR2)
        ;
    change_calls();
    print_fpu();
    try_errors();
    ptrace(PTRACE_CONT, traced, 0, 0);
    waitpid(traced, &status, 0);
    printf("exited with %d\n", WEXITSTATUS(status));
    return 0;
}
