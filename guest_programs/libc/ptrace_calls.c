/* ptrace_calls: what a tracer like strace sees of a process and its child (ptrace(2)).
 *
 * Shows: a stop at the beginning and at the end of each call; a signal stops the process before it
 * acts on it, an ignored one too; a vfork parent stops once before it waits and once when it goes
 * on; an interrupted call ends with a code of the kernel's own, and is seen to be made again.
 * Prints:
 *   stopped by signal 19, si_code 0
 *   call 64 begins
 *   call 64 = the tracer's pid
 *   stopped by signal 10, si_code 0
 *   call -1 = 0
 *   stopped by signal 17, si_code 0
 *   call 190 begins
 *   event VFORK, message: the child's pid, eax -38
 *   child: stopped by signal 19, si_code 0
 *   child: call 1 begins
 *   child: event EXIT, message: 768, eax -38
 *   child: exited with 3
 *   event VFORK_DONE, message: the child's pid, eax -38
 *   call 190 = the child's pid
 *   stopped by signal 17, si_code 1
 *   call 162 begins
 *   call 162 = -516
 *   stopped by signal 28, si_code 0
 *   call 0 begins
 *   call 0 = 0
 *   call 29 begins
 *   call 29 = -514
 *   stopped by signal 10, si_code 0
 *   call -1 = -4
 *   call 11 begins
 *   event EXEC, message: its own pid, eax -38
 *   call 11 = 0
 *   event EXIT, message: 2304, eax -38
 *   exited with 9
 * Status: 0
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL_STOP (SIGTRAP | 0x80)
static const int shown[] = {
    -1, SYS_restart_syscall, SYS_exit, SYS_execve, SYS_pause, SYS_getppid, SYS_nanosleep, SYS_vfork,
};
static const char *const events[] = {"", "FORK", "VFORK", "CLONE", "EXEC", "VFORK_DONE", "EXIT"};
static pid_t traced, its_child;

static void ignore(int signal)
{
    (void)signal;
}

/* what is shown are raw calls, so that it is the same with every C library */
static void be_traced(char *program)
{
    char *const again[] = {program, "again", 0};
    long tenth[] = {0, 100000000};
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    syscall(SYS_kill, syscall(SYS_getpid), SIGSTOP);
    syscall(SYS_getppid);
    signal(SIGUSR1, ignore);
    syscall(SYS_kill, syscall(SYS_getpid), SIGUSR1);
    syscall(SYS_kill, syscall(SYS_getpid), SIGCHLD);
    if (!vfork())
        for (;;)
            syscall(SYS_exit, 3);
    syscall(SYS_nanosleep, tenth, 0);
    syscall(SYS_pause);
    execv(program, again);
}

static int is_shown(long number)
{
    for (unsigned i = 0; i < sizeof shown / sizeof *shown; i++)
        if (number == shown[i])
            return 1;
    return 0;
}

static void print_number(const char *before, long number)
{
    if (number == getpid())
        printf("%sthe tracer's pid", before);
    else if (number == traced)
        printf("%sits own pid", before);
    else if (its_child && number == its_child)
        printf("%sthe child's pid", before);
    else
        printf("%s%ld", before, number);
}

/* shows one stop; returns the signal to go on with */
static int show(pid_t pid, int status)
{
    const char *who = pid == traced ? "" : "child: ";
    struct user_regs_struct registers;
    int signal = WSTOPSIG(status), event = status >> 16;
    ptrace(PTRACE_GETREGS, pid, 0, &registers);
    if (event) {
        unsigned long message;
        ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
        if (event == PTRACE_EVENT_VFORK)
            its_child = message;
        printf("%sevent %s", who, events[event]);
        print_number(", message: ", message);
        printf(", eax %ld\n", registers.eax);
        return 0;
    }
    if (signal == CALL_STOP) {
        if (!is_shown(registers.orig_eax))
            return 0;
        if (registers.eax == -ENOSYS) {
            printf("%scall %ld begins\n", who, registers.orig_eax);
        } else {
            printf("%scall %ld", who, registers.orig_eax);
            print_number(" = ", registers.eax);
            printf("\n");
        }
        return 0;
    }
    siginfo_t info;
    ptrace(PTRACE_GETSIGINFO, pid, 0, &info);
    printf("%sstopped by signal %d, si_code %d\n", who, signal, info.si_code);
    return signal == SIGSTOP ? 0 : signal;
}

/* follows one task to its end, and its vfork child when there is one */
static void follow(pid_t pid)
{
    int status, sleeps = 0;
    while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
        struct user_regs_struct registers;
        int signal = show(pid, status);
        ptrace(PTRACE_GETREGS, pid, 0, &registers);
        sleeps = WSTOPSIG(status) == CALL_STOP && registers.eax == -ENOSYS;
        ptrace(PTRACE_SYSCALL, pid, 0, signal);
        if (status >> 16 == PTRACE_EVENT_VFORK)
            follow(its_child);
        if (sleeps && registers.orig_eax == SYS_nanosleep)
            kill(pid, SIGWINCH);
        if (sleeps && registers.orig_eax == SYS_pause)
            kill(pid, SIGUSR1);
    }
    printf("%sexited with %d\n", pid == traced ? "" : "child: ", WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
    int status;
    if (argc > 1)
        return 9;
    setvbuf(stdout, 0, _IOLBF, 0);
    traced = fork();
    if (!traced)
        be_traced(argv[0]);
    waitpid(traced, &status, 0);
    ptrace(PTRACE_SETOPTIONS, traced, 0,
           PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
               PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SYSCALL, traced, 0, show(traced, status));
    follow(traced);
    return 0;
}
