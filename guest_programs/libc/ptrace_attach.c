/* ptrace_attach: tracing a process that already runs (ptrace(2)).
 *
 * Shows: PTRACE_ATTACH stops with SIGSTOP; PTRACE_SEIZE does not, PTRACE_INTERRUPT then does; a
 * group stop is the tracer's to end, and PTRACE_LISTEN waits for SIGCONT in it; signals are
 * replaced and dropped; who detaches leaves the process running; who ends with PTRACE_O_EXITKILL
 * does not; another process's child is seen to end before its parent sees it. The errors.
 * Prints:
 *   attach: 0, stopped by 19, event 0
 *   twice: error 1; itself: error 1; nobody: error 3; not stopped: error 3
 *   detached with SIGTERM: killed by 15
 *   seize: 0, still running: yes
 *   interrupt: stopped by 5, event 128
 *   SIGCONT while it runs: stopped by 5, event 128, then by 18, event 0
 *   SIGUSR1 dropped, SIGUSR2 given in its place: exited with 12
 *   SIGSTOP: signal stop 19 event 0, then group stop 19 event 128, siginfo 0
 *   listening: not reported; after SIGCONT: stopped by 5, event 128
 *   SIGCONT itself: stopped by 18, event 0
 *   old tracer's group stop: 19 event 0, siginfo error 22
 *   PTRACE_KILL: killed by 9
 *   options: error 22; seize with them: error 5; signal 65: error 5; request 99: error 5
 *   mask: blocked 10, pending 10 with si_code 0
 *   tracer ended with EXITKILL: killed by 9
 *   tracer ended without: exited with 5
 *   a thread's stop and end, by its own id: 19, exited with 0
 *   grandchild: the tracer sees it exit with 6, then its parent
 * Status: 0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEIZE 0x4206
#define INTERRUPT 0x4207
#define LISTEN 0x4208
#define PEEKSIGINFO 0x4209
#define GETSIGMASK 0x420a

static int failure(long result)
{
    return result == -1 ? errno : 0;
}

static void leave_with_signal(int signal)
{
    _exit(signal);
}

static pid_t start(void (*work)(void))
{
    pid_t child = fork();
    if (!child) {
        work();
        _exit(0);
    }
    return child;
}

static void wait_for_ever(void)
{
    signal(SIGUSR2, leave_with_signal);
    for (;;)
        pause();
}

static int status_of(pid_t pid)
{
    int status = 0;
    waitpid(pid, &status, __WALL);
    return status;
}

static int is_quiet(pid_t pid)
{
    int status;
    usleep(20000);
    return waitpid(pid, &status, WNOHANG | __WALL) == 0;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    status_of(pid);
}

static void attach(void)
{
    pid_t pid = start(wait_for_ever);
    int result = failure(ptrace(PTRACE_ATTACH, pid, 0, 0)), status = status_of(pid);
    printf("attach: %d, stopped by %d, event %d\n", result, WSTOPSIG(status), status >> 16);
    int twice = failure(ptrace(PTRACE_ATTACH, pid, 0, 0));
    int itself = failure(ptrace(PTRACE_ATTACH, getpid(), 0, 0));
    int nobody = failure(ptrace(PTRACE_ATTACH, 999999, 0, 0));
    ptrace(PTRACE_CONT, pid, 0, 0);
    int running = failure(ptrace(PTRACE_CONT, pid, 0, 0));
    printf("twice: error %d; itself: error %d; nobody: error %d; not stopped: error %d\n", twice,
           itself, nobody, running);
    kill(pid, SIGSTOP);
    status_of(pid);
    ptrace(PTRACE_DETACH, pid, 0, SIGTERM);
    printf("detached with SIGTERM: killed by %d\n", WTERMSIG(status_of(pid)));
}

static void seize(void)
{
    pid_t pid = start(wait_for_ever);
    usleep(20000);
    int result = failure(ptrace(SEIZE, pid, 0, 0));
    printf("seize: %d, still running: %s\n", result, is_quiet(pid) ? "yes" : "no");
    ptrace(INTERRUPT, pid, 0, 0);
    int status = status_of(pid);
    printf("interrupt: stopped by %d, event %d\n", WSTOPSIG(status), status >> 16);
    ptrace(PTRACE_CONT, pid, 0, 0);
    kill(pid, SIGCONT);
    int trap = status_of(pid);
    ptrace(PTRACE_CONT, pid, 0, 0);
    status = status_of(pid);
    printf("SIGCONT while it runs: stopped by %d, event %d, then by %d, event %d\n", WSTOPSIG(trap),
           trap >> 16, WSTOPSIG(status), status >> 16);
    ptrace(PTRACE_CONT, pid, 0, 0);
    kill(pid, SIGUSR1);
    status_of(pid);
    ptrace(PTRACE_CONT, pid, 0, SIGUSR2);
    printf("SIGUSR1 dropped, SIGUSR2 given in its place: exited with %d\n",
           WEXITSTATUS(status_of(pid)));
}

static void listen_to_group_stop(void)
{
    pid_t pid = start(wait_for_ever);
    siginfo_t info;
    usleep(20000);
    ptrace(SEIZE, pid, 0, 0);
    kill(pid, SIGSTOP);
    int first = status_of(pid);
    ptrace(PTRACE_CONT, pid, 0, SIGSTOP);
    int second = status_of(pid);
    printf("SIGSTOP: signal stop %d event %d, then group stop %d event %d, siginfo %d\n",
           WSTOPSIG(first), first >> 16, WSTOPSIG(second), second >> 16,
           failure(ptrace(PTRACE_GETSIGINFO, pid, 0, &info)));
    ptrace(LISTEN, pid, 0, 0);
    printf("listening: %s; ", is_quiet(pid) ? "not reported" : "reported");
    kill(pid, SIGCONT);
    int status = status_of(pid);
    printf("after SIGCONT: stopped by %d, event %d\n", WSTOPSIG(status), status >> 16);
    ptrace(PTRACE_CONT, pid, 0, 0);
    status = status_of(pid);
    printf("SIGCONT itself: stopped by %d, event %d\n", WSTOPSIG(status), status >> 16);
    end(pid);
}

static void old_group_stop(void)
{
    pid_t pid = start(wait_for_ever);
    siginfo_t info;
    ptrace(PTRACE_ATTACH, pid, 0, 0);
    status_of(pid);
    ptrace(PTRACE_CONT, pid, 0, SIGSTOP);
    int status = status_of(pid);
    printf("old tracer's group stop: %d event %d, siginfo error %d\n", WSTOPSIG(status),
           status >> 16, failure(ptrace(PTRACE_GETSIGINFO, pid, 0, &info)));
    ptrace(PTRACE_KILL, pid, 0, 0);
    printf("PTRACE_KILL: killed by %d\n", WTERMSIG(status_of(pid)));
}

static void try_errors(void)
{
    pid_t pid = start(wait_for_ever);
    int bad_seize = failure(ptrace(SEIZE, pid, 0, 0x40000000));
    ptrace(PTRACE_ATTACH, pid, 0, 0);
    status_of(pid);
    int bad_options = failure(ptrace(PTRACE_SETOPTIONS, pid, 0, 0x40000000));
    int bad_signal = failure(ptrace(PTRACE_CONT, pid, 0, 65));
    int bad_request = failure(ptrace(99, pid, 0, 0));
    printf("options: error %d; seize with them: error %d; signal 65: error %d; "
           "request 99: error %d\n",
           bad_options, bad_seize, bad_signal, bad_request);
    end(pid);
}

static void block_and_stop(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    sigprocmask(SIG_BLOCK, &set, 0);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGSTOP);
}

static void look_at_signals(void)
{
    pid_t pid = start(block_and_stop);
    struct {
        unsigned long long offset;
        unsigned flags;
        int count;
    } which = {0, 1, 4};
    siginfo_t infos[4];
    unsigned long long mask = 0;
    status_of(pid);
    ptrace(GETSIGMASK, pid, (void *)8, &mask);
    int count = ptrace(PEEKSIGINFO, pid, &which, infos);
    printf("mask: blocked %d, pending %d with si_code %d\n", __builtin_ffsll(mask),
           count == 1 ? infos[0].si_signo : -count, infos[0].si_code);
    end(pid);
}

/* another process traces and ends; what becomes of the one it traced */
static int fate(int options)
{
    pid_t pid = start(wait_for_ever), tracer;
    usleep(20000);
    tracer = fork();
    if (!tracer)
        _exit(failure(ptrace(SEIZE, pid, 0, options)));
    status_of(tracer);
    if (!options) {
        usleep(20000);
        signal(SIGUSR2, SIG_DFL);
        kill(pid, SIGUSR2);
    }
    return status_of(pid);
}

static void *rest(void *nothing)
{
    volatile pid_t *told = nothing;
    *told = syscall(SYS_gettid);
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    syscall(SYS_tgkill, getpid(), *told, SIGSTOP);
    return 0;
}

static pid_t *shared_id;

static void make_thread(void)
{
    pthread_t thread;
    pthread_create(&thread, 0, rest, shared_id);
    pthread_join(thread, 0);
}

static void trace_thread(void)
{
    shared_id = malloc(sizeof *shared_id);
    pid_t pid = start(make_thread);
    int status;
    pid_t thread = waitpid(-1, &status, __WALL);
    int stopped = thread != pid ? WSTOPSIG(status) : -1;
    ptrace(PTRACE_CONT, thread, 0, 0);
    printf("a thread's stop and end, by its own id: %d, exited with %d\n", stopped,
           WEXITSTATUS(status_of(thread)));
    status_of(pid);
}

static void see_grandchild(void)
{
    int ends[2];
    pid_t grandchild;
    pipe(ends);
    pid_t parent = fork();
    if (!parent) {
        pid_t child = start(wait_for_ever);
        write(ends[1], &child, sizeof child);
        _exit(WEXITSTATUS(status_of(child)) + 10);
    }
    read(ends[0], &grandchild, sizeof grandchild);
    usleep(20000);
    ptrace(SEIZE, grandchild, 0, PTRACE_O_TRACEEXIT);
    kill(grandchild, SIGUSR1);
    status_of(grandchild);
    ptrace(PTRACE_CONT, grandchild, 0, SIGUSR2);
    status_of(grandchild);
    ptrace(PTRACE_CONT, grandchild, 0, 0);
    siginfo_t info;
    waitid(P_PID, grandchild, &info, WEXITED | WNOWAIT);
    int is_parent_waiting = is_quiet(parent);
    int first = status_of(grandchild), second = status_of(parent);
    printf("grandchild: the tracer sees it exit with %d, %s\n", WEXITSTATUS(first) - 6,
           is_parent_waiting && WEXITSTATUS(second) == 22 ? "then its parent" : "wrongly");
}

int main(void)
{
    setvbuf(stdout, 0, _IOLBF, 0);
    attach();
    seize();
    listen_to_group_stop();
    old_group_stop();
    try_errors();
    look_at_signals();
    printf("tracer ended with EXITKILL: killed by %d\n", WTERMSIG(fate(PTRACE_O_EXITKILL)));
    printf("tracer ended without: exited with %d\n", WEXITSTATUS(fate(0)) - 7);
    trace_thread();
    see_grandchild();
    return 0;
}
