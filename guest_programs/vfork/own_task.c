/* own_task: what a vfork child has of its own, what it shares, and what it does not inherit.
 *
 * Shows: memory is shared, the rest of a process is not. The child changes each thing, and the
 * parent finds its own as it was; only an open file's offset and flags are common to both.
 * Prints:
 *   pid: its own
 *   descriptors: what it closes stays open, what it opens is not there
 *   current folder: its own
 *   umask: its own
 *   signal mask: its own, inherited
 *   signal actions: its own
 *   pending signals: none, the parent's stay with the parent
 *   interval timer: none, the parent's runs on
 *   processor time: starts at 0
 *   offset of an open file: shared
 *   status flags of an open file: shared
 *   alternate stack: inherited
 *   limits: inherited, its own
 *   user: inherited
 *   record lock: the parent's, not the child's
 * Status: 0
 */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { ITIMER_REAL = 0, LIMIT_NOFILE = 7, NOFILE = 33 };
struct lock {
    short type, whence;
    int start, length, pid;
};

/* What the child saw, for the parent to judge; they share this. */
static volatile struct {
    int pid, parent, mask, pending, timer, ticks, limit, user;
    int stack[3];
    int lock, lock_owner;
} seen;
static int file, opened;
static int alternate[3];

static int offset_of(int fd) { return call3(NR_lseek, fd, 0, 1); }
static int flags_of(int fd) { return call3(NR_fcntl, fd, F_GETFL, 0); }

static int soft_limit(void)
{
    int pair[2];
    call2(NR_getrlimit, LIMIT_NOFILE, (int)pair);
    return pair[0];
}

static int timer_seconds(void)
{
    int value[4];
    call2(NR_getitimer, ITIMER_REAL, (int)value);
    return value[2] + (value[3] != 0);
}

static int ticks(void)
{
    int times[4];
    call1(NR_times, (int)times);
    return times[0] + times[1];
}

__attribute__((noinline, noreturn)) static void child(void)
{
    static struct lock lock = {F_WRLCK, 0, 0, 0, 0};
    seen.ticks = ticks();
    seen.pid = getpid();
    seen.parent = getppid();
    seen.mask = is_blocked(SIGUSR1);
    seen.pending = is_pending(SIGUSR1);
    seen.timer = timer_seconds();
    seen.limit = soft_limit();
    seen.user = call0(NR_geteuid32);
    call2(NR_sigaltstack, 0, (int)seen.stack);
    call3(NR_fcntl, file, F_GETLK, (int)&lock);
    seen.lock = lock.type;
    seen.lock_owner = lock.pid;

    static int few[2] = {20, NOFILE};
    call2(NR_setrlimit, LIMIT_NOFILE, (int)few);
    mask_signal(SIG_BLOCK, SIGUSR2);
    set_action(SIGUSR2, SIG_IGN);
    call1(NR_chdir, (int)"/proc");
    call1(NR_umask, 077);
    call3(NR_lseek, file, 100, 0);
    call3(NR_fcntl, file, F_SETFL, O_NONBLOCK);
    close(file);
    opened = call3(NR_open, (int)"/proc/self/stat", O_RDONLY, 0);
    opened = call3(NR_open, (int)"/proc/self/stat", O_RDONLY, 0);
    leave(0);
}

static void say(const char *what, int holds, const char *yes)
{
    print(what);
    print(holds ? yes : "otherwise");
    print("\n");
}

static void prepare(void)
{
    static byte stack[8192];
    static int far[4] = {0, 0, 1000, 0}, limit[2] = {NOFILE, NOFILE};
    static struct lock lock = {F_RDLCK, 0, 0, 0, 0};
    file = call3(NR_open, (int)"/proc/self/exe", O_RDONLY, 0);
    call3(NR_fcntl, file, F_SETLK, (int)&lock);
    call1(NR_umask, 022);
    alternate[0] = (int)stack;
    alternate[2] = sizeof stack;
    call2(NR_sigaltstack, (int)alternate, 0);
    call2(NR_setrlimit, LIMIT_NOFILE, (int)limit);
    call3(NR_setitimer, ITIMER_REAL, (int)far, 0);
    mask_signal(SIG_BLOCK, SIGUSR1);
    kill(getpid(), SIGUSR1);
    while (ticks() < 2)
        for (volatile int i = 0; i < 50000; i++)
            ;
}

static void judge(int pid, const char *folder)
{
    char now[256];
    int flags = flags_of(file);
    call2(NR_getcwd, (int)now, sizeof now);
    word i = 0;
    while (now[i] && now[i] == folder[i])
        i++;
    say("pid: ", seen.pid == pid && pid != getpid() && seen.parent == getpid(), "its own");
    say("descriptors: ", flags >= 0 && flags_of(opened) < 0,
        "what it closes stays open, what it opens is not there");
    say("current folder: ", now[i] == folder[i], "its own");
    say("umask: ", call1(NR_umask, 0) == 022, "its own");
    say("signal mask: ", seen.mask && !is_blocked(SIGUSR2), "its own, inherited");
    say("signal actions: ", handler_of(SIGUSR2) == SIG_DFL, "its own");
    say("pending signals: ", !seen.pending && is_pending(SIGUSR1),
        "none, the parent's stay with the parent");
    say("interval timer: ", !seen.timer && timer_seconds() > 900, "none, the parent's runs on");
    say("processor time: ", seen.ticks == 0 && ticks() >= 2, "starts at 0");
    say("offset of an open file: ", offset_of(file) == 100, "shared");
    say("status flags of an open file: ", (flags & O_NONBLOCK) != 0, "shared");
    say("alternate stack: ", seen.stack[0] == alternate[0] && seen.stack[2] == alternate[2],
        "inherited");
    say("limits: ", seen.limit == NOFILE && soft_limit() == NOFILE, "inherited, its own");
    say("user: ", seen.user == call0(NR_geteuid32), "inherited");
    say("record lock: ", seen.lock == F_RDLCK && seen.lock_owner == getpid(),
        "the parent's, not the child's");
}

int main(void)
{
    char folder[256];
    prepare();
    call2(NR_getcwd, (int)folder, sizeof folder);
    int pid = guest_vfork();
    if (pid == 0)
        child();
    judge(pid, folder);
    return wait4(pid, 0, 0) == pid ? 0 : 1;
}
