/* cpu_time: timers and limits of CPU time, and how exactly they come. */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { Setitimer = 104, Getitimer = 105, Clock = 265, Create = 259, Settime = 260, Prlimit = 340, Getppid = 64 };
enum { Virtual = 1, Prof = 2, Cpu = 0, ProcessTime = 2, ThreadTime = 3, Alarm = 14, Vtalrm = 26, Sigprof = 27, Xcpu = 24 };

static volatile int rung;
static word rang_at;

/* Microseconds of CPU time that this process has spent. */
static word spent(void)
{
    word time[2];
    call2(Clock, ProcessTime, (int)time);
    return time[0] * 1000000 + time[1] / 1000;
}

static void ring(int signal)
{
    (void)signal;
    rung++;
    rang_at = spent();
}

static void spin(int wanted)
{
    while (rung < wanted)
        for (volatile int i = 0; i < 100; i++)
            ;
}

static void ask(int wanted)
{
    while (rung < wanted)
        call0(Getppid);
}

/* Whether it came when it was due, give or take what busy machines and clocks of ticks make of that. */
static void show_time(const char *what, word at, word due, word slack)
{
    print(what);
    print_line(" in time: ", at + slack > due && at < due + slack);
}

static void interval_timer(const char *what, int which, int signal, void (*work)(int))
{
    set_action(signal, (word)ring);
    rung = 0;
    word value[4] = {0, 7000, 0, 5000}, due = spent() + 5000;
    print(what);
    print_line(": ", call3(Setitimer, which, (int)value, 0));
    work(3);
    value[1] = value[3] = 0;
    call3(Setitimer, which, (int)value, 0);
    show_time(what, rang_at, due + 14000, 20000);
}

static void posix_timer(const char *what, int clock)
{
    int event[16] = {0, Alarm, 0}, timer;
    set_action(Alarm, (word)ring);
    rung = 0;
    print(what);
    print_line(": ", call3(Create, clock, (int)event, (int)&timer));
    word value[4] = {0, 0, 0, 6000000}, due = spent() + 6000;
    call4(Settime, timer, 0, (int)value, 0);
    spin(1);
    show_time(what, rang_at, due, 20000);
}

static void limits(void)
{
    set_action(Xcpu, (word)ring);
    int pid = fork();
    if (pid == 0) {
        word pair[4] = {1, 0, 2, 0};
        rung = 0;
        print_line("RLIMIT_CPU: ", call4(Prlimit, 0, Cpu, (int)pair, 0));
        spin(1);
        show_time("SIGXCPU", rang_at, 1000000, 200000);
        call4(Prlimit, 0, Cpu, 0, (int)pair);
        print_line("the soft limit now: ", (int)pair[0]);
        for (;;)
            ;
    }
    int status = 0;
    word usage[18];
    call4(114, pid, (int)&status, 0, (int)usage);
    print_line("at the hard limit: ", status & 0xff7f);
    word total = (usage[0] + usage[2]) * 1000000 + usage[1] + usage[3];
    show_time("SIGKILL", total, 2000000, 200000);
}

int main(void)
{
    interval_timer("ITIMER_PROF", Prof, Sigprof, spin);
    interval_timer("ITIMER_PROF, calls", Prof, Sigprof, ask);
    interval_timer("ITIMER_VIRTUAL", Virtual, Vtalrm, spin);
    posix_timer("process clock", ProcessTime);
    posix_timer("thread clock", ThreadTime);
    limits();
    return 0;
}
