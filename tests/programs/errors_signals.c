/* errors_signals: actions, masks, alternate stacks and queues of signals, old calls and new, with every error. */
#include "handler.h"
#include "tries.h"

enum { NR_sigaction = 67, NR_sgetmask, NR_ssetmask, NR_sigsuspend = 72, NR_sigpending, NR_sigprocmask = 126, NR_rt_sigtimedwait = 177, NR_rt_sigqueueinfo, NR_rt_sigsuspend };
enum { NR_tgkill = 270, NR_rt_tgsigqueueinfo = 335, RLIMIT_SIGPENDING = 11, SIG_SETMASK = 2, RTMIN = 34 };

struct info {
    int signal, error, code, pid, uid, value, rest[26];
};

static int none[2], all[2] = {-1, -1}, old_action[4], set[2];
static struct action old;
static int taken;

static void handler(int signal) { taken += signal; }

static void actions(void)
{
    static struct action ignore = {SIG_IGN, 0, 0, {0, 0}}, flags = {SIG_IGN, ~0u, 0, {0, 0}}, every = {SIG_IGN, SA_RESTORER, 0, {-1u, -1u}};
    static int old_ignore[4] = {SIG_IGN, -1, 0, 0};
    static const struct try calls[] = {
        {"signal", NR_signal, {SIGUSR1, SIG_IGN}}, {"what it was", NR_signal, {SIGUSR1, SIG_DFL}}, {"signal 0", NR_signal, {0, SIG_IGN}}, {"signal 65", NR_signal, {65, SIG_IGN}}, {"signal SIGKILL", NR_signal, {SIGKILL, SIG_IGN}},
        {"signal SIGSTOP", NR_signal, {SIGSTOP, SIG_DFL}}, {"signal -1", NR_signal, {-1, SIG_DFL}},
        {"sigaction", NR_sigaction, {SIGUSR2, (int)old_ignore, (int)old_action}}, {"sigaction 0", NR_sigaction, {0, (int)old_ignore, 0}}, {"sigaction 65", NR_sigaction, {65, 0, (int)old_action}}, {"sigaction SIGKILL", NR_sigaction, {SIGKILL, (int)old_ignore, 0}},
        {"sigaction, of SIGKILL", NR_sigaction, {SIGKILL, 0, (int)old_action}}, {"sigaction, bad", NR_sigaction, {SIGUSR2, BAD, 0}}, {"sigaction, bad old", NR_sigaction, {SIGUSR2, 0, BAD}}, {"sigaction 0, bad", NR_sigaction, {0, BAD, 0}},
        {"sigaction, nothing", NR_sigaction, {SIGUSR2, 0, 0}}, {"sigaction, all", NR_sigaction, {SIGUSR2, 0, (int)old_action}},
        {"rt_sigaction", NR_rt_sigaction, {SIGTERM, (int)&ignore, (int)&old, 8}}, {"rt_sigaction 0", NR_rt_sigaction, {0, (int)&ignore, 0, 8}}, {"rt_sigaction 65", NR_rt_sigaction, {65, (int)&ignore, 0, 8}}, {"rt_sigaction SIGSTOP", NR_rt_sigaction, {SIGSTOP, (int)&ignore, 0, 8}},
        {"rt_sigaction, of SIGSTOP", NR_rt_sigaction, {SIGSTOP, 0, (int)&old, 8}}, {"rt_sigaction, bad", NR_rt_sigaction, {SIGTERM, BAD, 0, 8}}, {"rt_sigaction, bad old", NR_rt_sigaction, {SIGTERM, 0, BAD, 8}}, {"rt_sigaction, size", NR_rt_sigaction, {SIGTERM, (int)&ignore, 0, 4}},
        {"rt_sigaction, size and bad", NR_rt_sigaction, {SIGTERM, BAD, 0, 16}}, {"rt_sigaction, flags", NR_rt_sigaction, {SIGTERM, (int)&flags, 0, 8}}, {"rt_sigaction, what it is", NR_rt_sigaction, {SIGTERM, 0, (int)&old, 8}},
    };
    TRY(calls);
    print("flags "), print_hex(old.flags), print(", old "), print_hex((word)old_action[2]), print("\n");
    show("all blocked in it", call4(NR_rt_sigaction, SIGTERM, (int)&every, (int)&old, 8));
    call4(NR_rt_sigaction, SIGTERM, 0, (int)&old, 8);
    print("mask "), print_hex(old.mask[0]), print(" "), print_hex(old.mask[1]), print("\n");
    call2(NR_signal, SIGTERM, SIG_DFL), call2(NR_signal, SIGUSR2, SIG_DFL);
}

static void masks(void)
{
    static const struct try calls[] = {
        {"sgetmask", NR_sgetmask, {0}}, {"ssetmask", NR_ssetmask, {1 << (SIGUSR1 - 1) | 1 << (SIGKILL - 1)}}, {"sgetmask", NR_sgetmask, {0}}, {"ssetmask", NR_ssetmask, {0}},
        {"sigprocmask", NR_sigprocmask, {SIG_BLOCK, (int)all, (int)set}}, {"sigprocmask, how", NR_sigprocmask, {3, (int)none, 0}}, {"sigprocmask, how of none", NR_sigprocmask, {3, 0, (int)set}}, {"sigprocmask, bad", NR_sigprocmask, {SIG_BLOCK, BAD, 0}},
        {"sigprocmask, bad old", NR_sigprocmask, {SIG_SETMASK, (int)none, BAD}}, {"sgetmask", NR_sgetmask, {0}}, {"sigprocmask, how and bad", NR_sigprocmask, {3, BAD, 0}},
        {"rt_sigprocmask", NR_rt_sigprocmask, {SIG_BLOCK, (int)none, (int)set, 8}}, {"rt_sigprocmask, how", NR_rt_sigprocmask, {3, (int)none, 0, 8}}, {"rt_sigprocmask, how of none", NR_rt_sigprocmask, {3, 0, (int)set, 8}},
        {"rt_sigprocmask, bad", NR_rt_sigprocmask, {SIG_BLOCK, BAD, 0, 8}}, {"rt_sigprocmask, bad old", NR_rt_sigprocmask, {SIG_BLOCK, (int)none, BAD, 8}}, {"rt_sigprocmask, size", NR_rt_sigprocmask, {SIG_BLOCK, (int)none, 0, 4}},
        {"rt_sigprocmask, how and bad", NR_rt_sigprocmask, {3, BAD, 0, 8}},
        {"sigpending", NR_sigpending, {(int)set}}, {"sigpending, bad", NR_sigpending, {BAD}}, {"rt_sigpending", NR_rt_sigpending, {(int)set, 8}}, {"rt_sigpending, bad", NR_rt_sigpending, {BAD, 8}}, {"rt_sigpending, size", NR_rt_sigpending, {(int)set, 9}},
        {"rt_sigpending, less", NR_rt_sigpending, {(int)set, 4}}, {"rt_sigpending, nothing", NR_rt_sigpending, {BAD, 0}},
        {"rt_sigsuspend, bad", NR_rt_sigsuspend, {BAD, 8}}, {"rt_sigsuspend, size", NR_rt_sigsuspend, {(int)none, 4}}, {"rt_sigtimedwait, bad", NR_rt_sigtimedwait, {BAD, 0, 0, 8}}, {"rt_sigtimedwait, size", NR_rt_sigtimedwait, {(int)none, 0, 0, 4}},
    };
    TRY(calls);
    set_action(SIGUSR1, (word)handler);
    mask_signal(SIG_BLOCK, SIGUSR1);
    kill(getpid(), SIGUSR1);
    show("sigpending", call1(NR_sigpending, (int)set));
    show("waits", set[0] == 1 << (SIGUSR1 - 1) && !taken);
    show("sigsuspend", call3(NR_sigsuspend, 0, 0, 0));
    show("taken", taken);
    kill(getpid(), SIGUSR1);
    show("rt_sigsuspend", call2(NR_rt_sigsuspend, (int)none, 8));
    show("taken", taken);
    mask_signal(SIG_UNBLOCK, SIGUSR1);
}

static void stacks(void)
{
    static byte space[8192];
    static struct { byte *start; int flags; word size; } stack = {space, 0, sizeof space}, small = {space, 0, 2047}, odd = {space, 4, sizeof space}, off = {0, 2, 0}, both = {space, 1, sizeof space}, report;
    static const struct try calls[] = {
        {"sigaltstack", NR_sigaltstack, {(int)&stack, (int)&report}}, {"sigaltstack, bad", NR_sigaltstack, {BAD, 0}}, {"sigaltstack, bad old", NR_sigaltstack, {0, BAD}}, {"sigaltstack, small", NR_sigaltstack, {(int)&small, 0}},
        {"sigaltstack, flags", NR_sigaltstack, {(int)&odd, 0}}, {"sigaltstack, SS_ONSTACK", NR_sigaltstack, {(int)&both, 0}}, {"sigaltstack, nothing", NR_sigaltstack, {0, 0}}, {"sigaltstack, off", NR_sigaltstack, {(int)&off, (int)&report}},
    };
    TRY(calls);
    show("it was", report.flags);
}

static int queue(int number, int pid, int signal, int code)
{
    struct info info = {signal, 0, code, getpid(), 0, 7, {0}};
    return number == NR_rt_tgsigqueueinfo ? call4(number, pid, pid, signal, (int)&info) : call3(number, pid, signal, (int)&info);
}

static void queues(void)
{
    int pid = getpid(), child, limit[2] = {0, 0}, before[2];
    show("kill", kill(pid, 65));
    show("kill of nobody", kill(9999999, 0));
    show("kill of no group", kill(-9999999, 0));
    show("tkill 0", call2(NR_tkill, 0, 0));
    show("tkill of nobody", call2(NR_tkill, 9999999, 0));
    show("tkill, signal", call2(NR_tkill, pid, 65));
    show("tgkill of nobody", call3(NR_tgkill, pid, 9999999, 0));
    show("tgkill of another", call3(NR_tgkill, 1, pid, 0));
    show("tgkill -1", call3(NR_tgkill, -1, pid, 0));
    show("tgkill, signal", call3(NR_tgkill, pid, pid, -1));
    show("rt_sigqueueinfo, bad", call3(NR_rt_sigqueueinfo, pid, SIGUSR1, BAD));
    show("rt_tgsigqueueinfo, bad", call4(NR_rt_tgsigqueueinfo, pid, pid, SIGUSR1, BAD));
    show("rt_tgsigqueueinfo 0", queue(NR_rt_tgsigqueueinfo, 0, 0, -1));
    if ((child = fork()) == 0)
        for (;;)
            call0(NR_pause);
    show("rt_sigqueueinfo as the kernel", queue(NR_rt_sigqueueinfo, child, SIGUSR1, 1));
    show("rt_tgsigqueueinfo as the kernel", queue(NR_rt_tgsigqueueinfo, child, SIGUSR1, 1));
    show("rt_tgsigqueueinfo as tkill", queue(NR_rt_tgsigqueueinfo, child, SIGUSR1, -6));
    show("oneself as the kernel", (mask_signal(SIG_BLOCK, SIGUSR1), queue(NR_rt_tgsigqueueinfo, pid, SIGUSR1, 1)));
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, 1000);
        show("kill of another's", kill(child, SIGTERM));
        show("kill of init, 0", kill(1, 0));
        show("tkill of another's", call2(NR_tkill, child, SIGTERM));
        show("tgkill of another's", call3(NR_tgkill, child, child, SIGTERM));
        show("rt_sigqueueinfo to another's", queue(NR_rt_sigqueueinfo, child, SIGTERM, -1));
        show("rt_tgsigqueueinfo to another's", queue(NR_rt_tgsigqueueinfo, child, SIGTERM, -1));
        leave(0);
    }
    wait4(user, 0, 0);
    kill(child, SIGKILL), wait4(child, 0, 0);
    set[0] = 0, set[1] = 1 << (RTMIN - 1 - 32);
    call4(NR_rt_sigprocmask, SIG_BLOCK, (int)set, 0, 8);
    call2(NR_ugetrlimit, RLIMIT_SIGPENDING, (int)before);
    limit[1] = before[1];
    call2(NR_setrlimit, RLIMIT_SIGPENDING, (int)limit);
    show("no queue: tkill", call2(NR_tkill, pid, RTMIN));
    show("no queue: tgkill", call3(NR_tgkill, pid, pid, RTMIN));
    show("no queue: kill", kill(pid, RTMIN));
    show("no queue: rt_sigqueueinfo", queue(NR_rt_sigqueueinfo, pid, RTMIN, -1));
    show("no queue: rt_tgsigqueueinfo", queue(NR_rt_tgsigqueueinfo, pid, RTMIN, -1));
    show("no queue: an old signal", queue(NR_rt_tgsigqueueinfo, pid, SIGUSR2, -1) * 0 + call3(NR_tgkill, pid, pid, SIGCHLD));
}

int main(void)
{
    call3(NR_sigprocmask, SIG_SETMASK, (int)none, 0);
    actions();
    masks();
    stacks();
    set_action(SIGUSR2, SIG_IGN);
    queues();
    return 0;
}
