/* signals: queues, siginfo of every source, action flags, alternate stacks, waiting, remainders; and their errors. */
#include "handler.h"
#include "part.h"

enum { Sigaction = 174, Procmask = 175, Pending = 176, Timedwait = 177, Queueinfo = 178, Suspend = 179, Altstack = 186, Tgqueueinfo = 335, Tkill = 238, Tgkill = 270, Gettid = 224, Nanosleep = 162, Clock_nanosleep = 267, Setitimer = 104, Alarm = 27, Signalfd4 = 327, Setrlimit = 75, Setresuid = 208, Kill = 37, Getrlimit = 191, Prlimit = 340, Clock_gettime = 265, Poll = 168 };
enum { Hup = 1, Int, Quit, Ill, Trap, Abrt, Bus, Fpe, Sigkill, Usr1, Segv, Usr2, Pipe, Alrm, Term, Chld = 17, Cont, Stop, Tstp, Xcpu = 24, Vtalrm = 26, Prof, Rtmin = 34 };
enum { Nocldstop = 1, Nocldwait = 2, Siginfo = 4, Onstack = 0x08000000, Restart = 0x10000000, Nodefer = 0x40000000, Resethand = (int)0x80000000 };

struct info {
    int signal, error, code, pid, uid, value, rest[26];
};
struct stack {
    word start;
    int flags;
    word size;
};

static volatile int count, nested, deepest;
static byte alternate[16384];

static int action(int signal, void *handler, word flags, word *mask)
{
    struct action action = {(word)handler, flags | SA_RESTORER, (word)restore, {mask ? mask[0] : 0, mask ? mask[1] : 0}};
    return call4(Sigaction, signal, (int)&action, 0, 8);
}

static void block(int signal)
{
    word mask[2] = {0, 0};
    mask[(signal - 1) / 32] = 1u << (signal - 1) % 32;
    call4(Procmask, SIG_BLOCK, (int)mask, 0, 8);
}

static void unblock(int signal)
{
    word mask[2] = {0, 0};
    mask[(signal - 1) / 32] = 1u << (signal - 1) % 32;
    call4(Procmask, SIG_UNBLOCK, (int)mask, 0, 8);
}

static int take(word low, word high, struct info *info, int *timeout)
{
    word mask[2] = {low, high};
    return call4(Timedwait, (int)mask, (int)info, (int)timeout, 8);
}

static void pause_for(int milliseconds)
{
    int time[2] = {0, milliseconds * 1000000};
    call2(Nanosleep, (int)time, 0);
}

static void show_info(int signal, struct info *info, void *context)
{
    print("  signal ");
    print_number(signal);
    print(" code ");
    print_number(info->code);
    if (info->code == -1 || info->code == 0 || info->code == -6) {
        print(info->pid == getpid() ? " from me" : info->pid == getppid() ? " from my parent" : info->pid ? " from another" : " from nobody");
        print(" uid ");
        print_number(info->uid);
    }
    if (info->code == -1) {
        print(" value ");
        print_number(info->value);
    }
    if (signal == Chld) {
        print(" status ");
        print_number(info->value);
    }
    print(context ? "\n" : " no context\n");
    count++;
}

static int queue(int pid, int signal, int code, int value)
{
    struct info info = {signal, 0, code, getpid(), 0, value, {0}};
    return call3(Queueinfo, pid, signal, (int)&info);
}

static void queues(void)
{
    struct info info;
    int now[2] = {0, 0};
    block(Rtmin);
    block(Rtmin + 1);
    block(Usr1);
    print_line("queue ", queue(getpid(), Rtmin + 1, -1, 1));
    queue(getpid(), Rtmin, -1, 2);
    queue(getpid(), Rtmin, -1, 3);
    queue(getpid(), Usr1, -1, 4);
    print_line("a second standard one ", queue(getpid(), Usr1, -1, 5));
    call2(Tkill, call0(Gettid), Rtmin);
    for (int i = 0; i < 6; i++) {
        int signal = take(1u << (Usr1 - 1), 3u << (Rtmin - 33), &info, now);
        print_number(signal);
        if (signal > 0) {
            print(" code ");
            print_number(info.code);
            print(" value ");
            print_number(info.code == -1 ? info.value : 0);
        }
        print("\n");
    }
    print_line("thread: ", call4(Tgqueueinfo, getpid(), call0(Gettid), Rtmin, (int)&(struct info){Rtmin, 0, -1, 1, 2, 6, {0}}));
    action(Rtmin, show_info, Siginfo, 0);
    unblock(Rtmin);
    print_line("as kill, to myself: ", queue(getpid(), Usr1, 0, 0));
    print_line("as tkill, to myself: ", queue(getpid(), Usr1, -6, 0));
    int pid = fork();
    if (!pid)
        for (;;)
            call0(NR_pause);
    print_line("as kill, to another: ", queue(pid, Usr1, 0, 0));
    print_line("as tkill, to another: ", queue(pid, Usr1, -6, 0));
    print_line("as the kernel, to another: ", queue(pid, Usr1, 0x80, 0));
    print_line("no such signal: ", queue(pid, 65, -1, 0));
    print_line("negative signal: ", queue(pid, -1, -1, 0));
    print_line("nobody: ", queue(4000000, Usr1, -1, 0));
    print_line("signal 0: ", queue(pid, 0, -1, 0));
    print_line("bad place: ", call3(Queueinfo, pid, Usr1, 8));
    print_line("thread 0: ", call4(Tgqueueinfo, pid, 0, Usr1, (int)&info));
    print_line("thread of another: ", call4(Tgqueueinfo, getpid(), pid, Usr1, (int)&(struct info){Usr1, 0, -1, 0, 0, 0, {0}}));
    print_line("tgkill, another's: ", call3(Tgkill, getpid(), pid, 0));
    print_line("tgkill, 0: ", call3(Tgkill, 0, pid, 0));
    print_line("tkill, 0: ", call2(Tkill, 0, 0));
    print_line("tkill, nobody: ", call2(Tkill, 4000000, 0));
    print_line("kill, no signal: ", kill(pid, 65));
    print_line("kill, nobody: ", kill(4000000, 0));
    print_line("kill, no group: ", kill(-4000000, 0));
    print_line("kill, least pid: ", kill((int)0x80000000, 0));
    kill(pid, Sigkill);
    wait4(pid, 0, 0);
    call3(Setresuid, 500, 500, 500);
    print_line("root's: ", queue(getppid(), Usr1, -1, 0));
    print_line("root's: ", kill(getppid(), 0));
    print_line("root's thread: ", call3(Tgkill, getppid(), getppid(), 0));
}

static void sources(void)
{
    action(Usr1, show_info, Siginfo, 0);
    action(Alrm, show_info, Siginfo, 0);
    action(Chld, show_info, Siginfo, 0);
    action(Pipe, show_info, Siginfo, 0);
    print("kill\n");
    kill(getpid(), Usr1);
    print("tkill\n");
    call2(Tkill, call0(Gettid), Usr1);
    print("sigqueue\n");
    queue(getpid(), Usr1, -1, 42);
    print("setitimer\n");
    int timer[4] = {0, 0, 0, 1000};
    call3(Setitimer, 0, (int)timer, 0);
    while (count < 4)
        pause_for(1);
    print("pipe\n");
    int ends[2];
    pipe(ends);
    close(ends[0]);
    write(ends[1], "x", 1);
    print("exit\n");
    int pid = fork();
    if (!pid)
        leave(3);
    while (count < 6)
        pause_for(1);
    wait4(pid, 0, 0);
    print("stop, continue, kill\n");
    pid = fork();
    if (!pid)
        for (;;)
            call0(NR_pause);
    kill(pid, Stop);
    while (count < 7)
        pause_for(1);
    kill(pid, Cont);
    while (count < 8)
        pause_for(1);
    kill(pid, Sigkill);
    while (count < 9)
        pause_for(1);
    wait4(pid, 0, 0);
}

static void again(int signal)
{
    nested++;
    if (nested > deepest)
        deepest = nested;
    if (count++ < 2)
        kill(getpid(), signal);
    nested--;
}

static void flags(void)
{
    action(Usr1, again, 0, 0);
    kill(getpid(), Usr1);
    print_line("times ", count);
    print_line("nested ", deepest);
    count = deepest = 0;
    action(Usr1, again, Nodefer, 0);
    kill(getpid(), Usr1);
    print_line("SA_NODEFER: times ", count);
    print_line("nested ", deepest);
    count = 9;
    action(Usr1, again, Resethand, 0);
    kill(getpid(), Usr1);
    print_line("SA_RESETHAND: handler ", handler_of(Usr1) == 0);
    struct action old;
    action(Usr1, again, 0xffffffff, 0);
    call4(Sigaction, Usr1, 0, (int)&old, 8);
    print_line("flags kept ", (int)old.flags);
    print_line("SIGKILL: ", action(Sigkill, again, 0, 0));
    print_line("SIGSTOP: ", action(Stop, 0, 0, 0));
    print_line("to look at: ", call4(Sigaction, Sigkill, 0, (int)&old, 8));
    print_line("65: ", action(65, again, 0, 0));
    print_line("0: ", action(0, again, 0, 0));
    print_line("size: ", call4(Sigaction, Usr1, 0, (int)&old, 4));
    print_line("bad place: ", call4(Sigaction, Usr1, 8, 0, 8));
    print_line("bad old place: ", call4(Sigaction, Usr1, 0, 8, 8));
    word all[2] = {~0u, ~0u};
    call4(Procmask, 2, (int)all, 0, 8);
    word mask[2];
    call4(Procmask, 0, 0, (int)mask, 8);
    print_line("KILL and STOP cannot be blocked: ", mask[0] == ~(1u << (Sigkill - 1) | 1u << (Stop - 1)));
    print_line("no such way: ", call4(Procmask, 3, (int)all, 0, 8));
    print_line("size: ", call4(Procmask, 0, (int)all, 0, 4));
    print_line("bad place: ", call4(Procmask, 0, 8, 0, 8));
    print_line("pending, size: ", call2(Pending, (int)mask, 9));
    print_line("pending, bad place: ", call2(Pending, 8, 8));
}

static void children(void)
{
    int status, pid;
    action(Chld, show_info, Siginfo | Nocldwait, 0);
    pid = fork();
    if (!pid)
        leave(5);
    print_line("SA_NOCLDWAIT: ", wait4(pid, &status, 0));
    print_line("told: ", count);
    count = 0;
    action(Chld, (void *)1, 0, 0);
    pid = fork();
    if (!pid)
        leave(5);
    print_line("ignored: ", wait4(pid, &status, 0));
    action(Chld, show_info, Siginfo | Nocldstop, 0);
    pid = fork();
    if (!pid)
        for (;;)
            call0(NR_pause);
    kill(pid, Stop);
    print_line("stopped: ", wait4(pid, &status, 2) == pid);
    print_line("  status ", status);
    print_line("  told ", count);
    kill(pid, Cont);
    print_line("continued: ", wait4(pid, &status, 8) == pid);
    print_line("  status ", status);
    print_line("  told ", count);
    kill(pid, Sigkill);
    wait4(pid, &status, 0);
    print_line("killed: ", status);
    print_line("  told ", count);
}

static word seen_at;

static void on_stack(int signal)
{
    byte here;
    struct stack stack = {0, 0, 0}, other = {(word)alternate, 0, sizeof alternate};
    seen_at = (word)&here;
    call2(Altstack, 0, (int)&stack);
    print_line("  flags ", stack.flags);
    print_line("  on it: ", seen_at >= (word)alternate && seen_at < (word)alternate + sizeof alternate);
    print_line("  change: ", call2(Altstack, (int)&other, 0));
    print_line("  signal ", signal);
}

static void stacks(void)
{
    struct stack old, stack = {(word)alternate, 0, sizeof alternate};
    print_line("none: ", call2(Altstack, 0, (int)&old));
    print_line("  flags ", old.flags);
    print_line("set: ", call2(Altstack, (int)&stack, 0));
    action(Usr1, on_stack, Onstack, 0);
    kill(getpid(), Usr1);
    action(Usr1, on_stack, 0, 0);
    print("without SA_ONSTACK\n");
    kill(getpid(), Usr1);
    call2(Altstack, 0, (int)&old);
    print_line("flags ", old.flags);
    print_line("size ", old.size);
    stack.size = 2047;
    print_line("small: ", call2(Altstack, (int)&stack, 0));
    stack.size = 8192;
    stack.flags = 4;
    print_line("flags: ", call2(Altstack, (int)&stack, 0));
    stack.flags = 1;
    print_line("SS_ONSTACK: ", call2(Altstack, (int)&stack, 0));
    print_line("bad place: ", call2(Altstack, 8, 0));
    print_line("bad old place: ", call2(Altstack, 0, 8));
    stack.flags = (int)0x80000000;
    print_line("SS_AUTODISARM: ", call2(Altstack, (int)&stack, 0));
    action(Usr1, on_stack, Onstack, 0);
    kill(getpid(), Usr1);
    call2(Altstack, 0, (int)&old);
    print_line("then ", old.flags == (int)0x80000000 || old.flags == 0);
    stack.flags = 2;
    print_line("SS_DISABLE: ", call2(Altstack, (int)&stack, 0));
    call2(Altstack, 0, (int)&old);
    print_line("  flags ", old.flags);
    print_line("  size ", old.size);
}

static void nothing(int signal) { count = signal; }

static void waiting(void)
{
    struct info info;
    int bad[2] = {0, 1000000000}, soon[2] = {0, 5000000};
    action(Alrm, nothing, 0, 0);
    action(Usr2, nothing, Restart, 0);
    block(Usr1);
    print_line("nothing comes: ", take(1u << (Usr1 - 1), 0, &info, soon));
    print_line("bad time: ", take(1u << (Usr1 - 1), 0, &info, bad));
    print_line("bad place: ", call4(Timedwait, 8, 0, 0, 8));
    print_line("size: ", call4(Timedwait, (int)(word[]){0, 0}, 0, 0, 4));
    kill(getpid(), Usr1);
    print_line("bad info: ", take(1u << (Usr1 - 1), 0, (struct info *)8, soon));
    print_line("it is gone: ", is_pending(Usr1));
    int timer[4] = {0, 0, 0, 5000};
    call3(Setitimer, 0, (int)timer, 0);
    print_line("another signal: ", take(1u << (Usr1 - 1), 0, &info, 0));
    call3(Setitimer, 0, (int)timer, 0);
    print_line("sigsuspend: ", call2(Suspend, (int)(word[]){0, 0}, 8));
    print_line("  the mask is back: ", is_blocked(Usr1));
    print_line("  size ", call2(Suspend, (int)(word[]){0, 0}, 4));
    print_line("  bad place ", call2(Suspend, 8, 8));
    int request[2] = {10, 0}, left[2] = {0, 0};
    call3(Setitimer, 0, (int)timer, 0);
    print_line("nanosleep: ", call2(Nanosleep, (int)request, (int)left));
    print_line("  left ", left[0] == 9 && left[1] > 900000000);
    call3(Setitimer, 0, (int)timer, 0);
    left[0] = 0;
    print_line("clock_nanosleep: ", call4(Clock_nanosleep, 1, 0, (int)request, (int)left));
    print_line("  left ", left[0]);
    int moment[2];
    call2(Clock_gettime, 1, (int)moment);
    moment[0] += 10;
    left[0] = 77;
    call3(Setitimer, 0, (int)timer, 0);
    print_line("until a moment: ", call4(Clock_nanosleep, 1, 1, (int)moment, (int)left));
    print_line("  nothing stored ", left[0]);
    moment[0] -= 20;
    print_line("in the past: ", call4(Clock_nanosleep, 1, 1, (int)moment, 0));
    print_line("nanoseconds: ", call2(Nanosleep, (int)bad, 0));
    print_line("negative: ", call2(Nanosleep, (int)(int[]){-1, 0}, 0));
    print_line("bad place: ", call2(Nanosleep, 8, 0));
    print_line("no clock: ", call4(Clock_nanosleep, 55, 0, (int)soon, 0));
    print_line("a thread's clock: ", call4(Clock_nanosleep, 3, 0, (int)soon, 0));
    print_line("a raw clock: ", call4(Clock_nanosleep, 4, 0, (int)soon, 0));
    print_line("alarm: ", call1(Alarm, 100));
    print_line("alarm: ", call1(Alarm, 0));
    print_line("no such timer: ", call3(Setitimer, 3, (int)timer, 0));
    int negative[4] = {0, 0, -1, 0};
    print_line("negative timer: ", call3(Setitimer, 0, (int)negative, 0));
    print_line("bad place: ", call3(Setitimer, 0, 8, 0));
}

static void dies(int signal, int core)
{
    int status, pid = fork();
    if (!pid) {
        word limits[2] = {core ? 1 << 20 : 0, 1 << 20};
        call2(Setrlimit, 4, (int)limits);
        call1(12, (int)"/tmp");
        kill(getpid(), signal);
        leave(0);
    }
    wait4(pid, &status, 0);
    print_number(signal);
    print_line(": ", status & ~0x80);
}

static void deaths(void)
{
    for (int signal = 1; signal < 32; signal++)
        if (signal != Chld && (signal < Cont || signal > 23) && signal != 28)
            dies(signal, 0);
    dies(Rtmin, 0);
}

static void spins(int signal)
{
    word pair[4];
    call4(Prlimit, 0, 0, 0, (int)pair);
    print_line("  SIGXCPU ", signal);
    print_line("  the limit is now ", (int)pair[0]);
}

static void of_time(void)
{
    int status, pid = fork();
    if (!pid) {
        word pair[4] = {1, 0, 2, 0};
        action(Xcpu, spins, 0, 0);
        call4(Prlimit, 0, 0, (int)pair, 0);
        for (;;)
            ;
    }
    wait4(pid, &status, 0);
    print_line("RLIMIT_CPU: ", status);
}

int main(void)
{
    in_child("-- queues", queues);
    in_child("-- sources", sources);
    in_child("-- flags", flags);
    in_child("-- children", children);
    in_child("-- stacks", stacks);
    in_child("-- waiting", waiting);
    in_child("-- deaths", deaths);
    in_child("-- time", of_time);
    return 0;
}
