/* timers: POSIX timers: every clock, what rings tell, overruns, errors, fork and exec. */
#include "handler.h"
#include "part.h"

enum { Create = 259, Settime = 260, Gettime = 261, Overrun = 262, Delete = 263, Gettime64 = 408, Settime64 = 409 };
enum { Timedwait = 177, Prlimit = 340, Nanosleep = 162, Clock_gettime = 265, Getrlimit = 76, Signalfd4 = 327, Gettid = 224, Execve = 11 };
enum { Realtime, Monotonic, Process, Thread, Raw, Realtime_coarse, Boottime = 7, Realtime_alarm, Boottime_alarm, Tai = 11 };
enum { By_signal, None, By_thread, Thread_id = 4, Absolute = 1, Rtmin = 34, Alrm = 14, Usr1 = 10 };

struct event {
    word value, signal, notify, tid, rest[12];
};
struct setting {
    int interval_s, interval_ns, value_s, value_ns;
};
struct info {
    int signal, error, code, timer, overrun, value, rest[26];
};

static char **arguments;

static int create(int clock, int notify, int signal, int *timer)
{
    struct event event = {77, signal, notify, call0(Gettid), {0}};
    return call3(Create, clock, (int)&event, (int)timer);
}

static int set(int timer, int flags, int interval_ns, int value_s, int value_ns)
{
    struct setting setting = {0, interval_ns, value_s, value_ns};
    return call4(Settime, timer, flags, (int)&setting, 0);
}

static void block(int signal)
{
    word mask[2] = {0, 0};
    mask[(signal - 1) / 32] = 1u << (signal - 1) % 32;
    call4(NR_rt_sigprocmask, SIG_BLOCK, (int)mask, 0, 8);
}

static int take(int signal, struct info *info, int milliseconds)
{
    word mask[2] = {0, 0};
    int timeout[2] = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    mask[(signal - 1) / 32] = 1u << (signal - 1) % 32;
    return call4(Timedwait, (int)mask, (int)info, (int)timeout, 8);
}

static void pause_for(int milliseconds)
{
    int time[2] = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    call2(Nanosleep, (int)time, 0);
}

static void show(const char *what, int signal)
{
    struct info info = {0};
    print(what);
    print_number(take(signal, &info, 2000));
    if (info.signal) {
        print(" code ");
        print_number(info.code);
        if (info.code == -2) {
            print(" timer ");
            print_number(info.timer);
        }
        print(" value ");
        print_number(info.value);
    }
    print("\n");
}

static void spin(int clock, int milliseconds)
{
    int first[2], now[2];
    call2(Clock_gettime, clock, (int)first);
    do
        call2(Clock_gettime, clock, (int)now);
    while ((now[0] - first[0]) * 1000 + (now[1] - first[1]) / 1000000 < milliseconds);
}

static void clocks(void)
{
    static const int all[] = {Realtime, Monotonic, Process, Thread, Raw, Realtime_coarse, Boottime, Tai, 10, 12, 99, -1, -2, -6};
    int timer;
    block(Rtmin);
    for (word i = 0; i < sizeof all / sizeof *all; i++) {
        print_line("clock ", all[i]);
        int result = create(all[i], By_signal, Rtmin, &timer);
        print_line("  create ", result);
        if (result < 0)
            continue;
        print_line("  timer ", timer);
        print_line("  set ", set(timer, 0, 0, 0, 3000000));
        if (all[i] < 0 || all[i] == Process || all[i] == Thread)
            spin(all[i], 12);
        show("  ", Rtmin);
        print_line("  delete ", call1(Delete, timer));
    }
}

static void notifications(void)
{
    int timer;
    struct info info;
    block(Rtmin);
    block(Alrm);
    print_line("without an event: ", call3(Create, Monotonic, 0, (int)&timer));
    set(timer, 0, 0, 0, 1000000);
    show("  ", Alrm);
    print_line("SIGEV_NONE: ", create(Monotonic, None, 99, &timer));
    print_line("  set ", set(timer, 0, 0, 0, 1000000));
    pause_for(5);
    struct setting left = {1, 1, 1, 1};
    print_line("  get ", call2(Gettime, timer, (int)&left));
    print_line("  left ", left.value_s + left.value_ns + left.interval_s + left.interval_ns);
    print_line("SIGEV_THREAD: ", create(Monotonic, By_thread, Rtmin, &timer));
    set(timer, 0, 0, 0, 1000000);
    show("  ", Rtmin);
    print_line("SIGEV_THREAD_ID: ", create(Monotonic, Thread_id, Rtmin, &timer));
    set(timer, 0, 0, 0, 1000000);
    show("  ", Rtmin);
    struct event other = {0, Rtmin, Thread_id, getppid(), {0}};
    print_line("another's thread: ", call3(Create, Monotonic, (int)&other, (int)&timer));
    print_line("signal 0: ", create(Monotonic, By_signal, 0, &timer));
    print_line("signal 65: ", create(Monotonic, By_signal, 65, &timer));
    print_line("no such way: ", create(Monotonic, 3, Rtmin, &timer));
    print_line("bad event: ", call3(Create, Monotonic, 8, (int)&timer));
    print_line("bad place for the number: ", call3(Create, Monotonic, 0, 8));
    print_line("nothing more comes: ", take(Rtmin, &info, 0));
}

static void settings(void)
{
    int timer;
    struct setting old, bad = {0, 0, 0, 1000000000}, negative = {0, 0, -1, 0}, bad_interval = {0, -1, 1, 0};
    struct setting longer = {3, 500, 100, 7};
    block(Rtmin);
    create(Monotonic, By_signal, Rtmin, &timer);
    print_line("first number: ", timer);
    print_line("nanoseconds: ", call4(Settime, timer, 0, (int)&bad, 0));
    print_line("negative: ", call4(Settime, timer, 0, (int)&negative, 0));
    print_line("interval: ", call4(Settime, timer, 0, (int)&bad_interval, 0));
    print_line("null: ", call4(Settime, timer, 0, 0, 0));
    print_line("pointer: ", call4(Settime, timer, 0, 8, 0));
    print_line("old pointer: ", call4(Settime, timer, 0, (int)&longer, 8));
    print_line("no such timer: ", call4(Settime, 99, 0, (int)&longer, 0));
    print_line("no such timer to get: ", call2(Gettime, 99, (int)&old));
    print_line("bad pointer to get: ", call2(Gettime, timer, 8));
    print_line("no such timer to count: ", call1(Overrun, 99));
    print_line("no such timer to delete: ", call1(Delete, 99));
    print_line("set: ", call4(Settime, timer, 0, (int)&longer, (int)&old));
    print_line("  old interval ", old.interval_s);
    print_line("  old nanoseconds ", old.interval_ns);
    print_line("  old value below 100: ", old.value_s == 99 || old.value_s == 100);
    int wide[8] = {0};
    print_line("get: ", call2(Gettime64, timer, (int)wide));
    print_line("  interval ", wide[0]);
    print_line("  nanoseconds ", wide[2]);
    print_line("  value ", wide[4] == 99 || wide[4] == 100);
    int none[8] = {5, 0, 6, 0, 0, 0, 0, 0};
    print_line("stop: ", call4(Settime64, timer, 0, (int)none, (int)wide));
    print_line("  old interval ", wide[0]);
    print_line("get: ", call2(Gettime, timer, (int)&old));
    print_line("  interval stays: ", old.interval_s);
    print_line("  value ", old.value_s + old.value_ns);
    print_line("delete: ", call1(Delete, timer));
    print_line("again: ", call1(Delete, timer));
    create(Monotonic, By_signal, Rtmin, &timer);
    print_line("numbers are not used twice: ", timer);
}

static void overruns(void)
{
    int timer;
    struct info info = {0};
    block(Usr1);
    create(Monotonic, By_signal, Usr1, &timer);
    print_line("none yet: ", call1(Overrun, timer));
    set(timer, 0, 10000000, 0, 10000000);
    pause_for(105);
    print_line("pending: ", is_pending(Usr1));
    print_line("not counted before: ", call1(Overrun, timer));
    print_line("taken: ", take(Usr1, &info, 0));
    print_line("in siginfo: ", info.overrun >= 9 && info.overrun < 100);
    print_line("the same: ", call1(Overrun, timer) == info.overrun);
    print_line("next: ", take(Usr1, &info, 2000));
    print_line("  overrun ", info.overrun);
    print_line("  reported ", call1(Overrun, timer));
    print_line("a standard signal joins: ", kill(getpid(), Usr1));
    pause_for(25);
    print_line("first: ", take(Usr1, &info, 0));
    print_line("  from kill: ", info.code);
    print_line("second: ", take(Usr1, &info, 0));
    print_line("  from the timer: ", info.code);
    pause_for(25);
    set(timer, 0, 0, 0, 0);
    print_line("stopping takes back what is pending: ", take(Usr1, &info, 0));
    int moment[2];
    call2(Clock_gettime, Monotonic, (int)moment);
    struct setting past = {0, 0, moment[0], moment[1]};
    print_line("in the past: ", call4(Settime, timer, Absolute, (int)&past, 0));
    show("  ", Usr1);
    call2(Clock_gettime, Realtime, (int)moment);
    int wall;
    create(Realtime, By_signal, Usr1, &wall);
    struct setting soon = {0, 0, moment[0] + 1, moment[1]};
    print_line("by the wall clock: ", call4(Settime, wall, Absolute, (int)&soon, 0));
    show("  ", Usr1);
}

static void family(void)
{
    int timer, status;
    struct setting left;
    block(Usr1);
    create(Monotonic, By_signal, Usr1, &timer);
    set(timer, 0, 0, 0, 1000000);
    pause_for(3);
    int pid = fork();
    if (!pid) {
        struct info info;
        print_line("a child has no timers: ", call2(Gettime, timer, (int)&left));
        print_line("and no signal of its parent's: ", take(Usr1, &info, 0));
        create(Monotonic, By_signal, Usr1, &timer);
        print_line("it counts from the start: ", timer);
        char *words[] = {arguments[0], "executed", 0};
        set(timer, 0, 5000000, 0, 5000000);
        pause_for(10);
        call3(Execve, (int)arguments[0], (int)words, 0);
        leave(1);
    }
    wait4(pid, &status, 0);
    show("the parent's rang: ", Usr1);
}

static void executed(void)
{
    struct setting left;
    print_line("exec takes timers away: ", call2(Gettime, 0, (int)&left));
    print_line("and their signals: ", is_pending(Usr1));
}

static void limit(void)
{
    int timer, result = 0, count = 0;
    word old[4], few[4] = {3, 0, 3, 0};
    call1(NR_setuid32, 4321);
    call4(Prlimit, 0, 11, (int)few, (int)old);
    while (count < 10 && (result = create(Monotonic, None, 0, &timer)) == 0)
        count++;
    print_line("timers at RLIMIT_SIGPENDING: ", count);
    print_line("  then ", result);
    block(Rtmin);
    struct info info = {Rtmin, 0, -1, getpid(), 4321, 5, {0}};
    print_line("no room for sigqueue: ", call3(178, getpid(), Rtmin, (int)&info));
    print_line("nor for tkill: ", call2(238, getpid(), Rtmin));
    print_line("but for kill: ", kill(getpid(), Rtmin));
    print_line("  taken ", take(Rtmin, &info, 0));
    print_line("  code ", info.code);
    print_line("  without a sender ", info.timer);
    print_line("delete: ", call1(Delete, timer));
    print_line("now sigqueue: ", call3(178, getpid(), Rtmin, (int)&(struct info){Rtmin, 0, -1, getpid(), 4321, 5, {0}}));
    print_line("and no more: ", call3(178, getpid(), Rtmin, (int)&(struct info){Rtmin, 0, -1, getpid(), 4321, 6, {0}}));
    int pid = fork();
    if (!pid) {
        print_line("a child of the same user: ", create(Monotonic, None, 0, &timer));
        leave(0);
    }
    wait4(pid, 0, 0);
    show("queued: ", Rtmin);
}

static void ignored(void)
{
    int timer;
    struct setting left;
    struct info info;
    set_action(Usr1, 1);
    create(Monotonic, By_signal, Usr1, &timer);
    set(timer, 0, 3000000, 0, 3000000);
    pause_for(20);
    print_line("ignored: ", call2(Gettime, timer, (int)&left));
    print_line("  it goes on: ", left.interval_ns);
    block(Usr1);
    set_action(Usr1, 0);
    show("heard again: ", Usr1);
    print_line("counts: ", call1(Overrun, timer) >= 0);
    set(timer, 0, 0, 0, 0);
    take(Usr1, &info, 0);
    set(timer, 0, 0, 0, 1000000);
    int file = call4(Signalfd4, -1, (int)&(word[]){1u << (Usr1 - 1), 0}, 8, 0);
    word read_info[32];
    print_line("signalfd: ", read(file, read_info, 128));
    print_line("  signal ", read_info[0]);
    print_line("  code ", (int)read_info[2]);
    print_line("  timer ", read_info[6] == (word)timer);
    print_line("  value ", read_info[11]);
}

int main(int argc, char **argv)
{
    arguments = argv;
    if (argc > 1) {
        executed();
        return 0;
    }
    in_child("-- clocks", clocks);
    in_child("-- notifications", notifications);
    in_child("-- settings", settings);
    in_child("-- overruns", overruns);
    in_child("-- family", family);
    in_child("-- limit", limit);
    in_child("-- ignored", ignored);
    return 0;
}
