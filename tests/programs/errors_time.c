/* errors_time: the calls that tell and set the time, sleep and ring, with every error that can be had. */
#include "tries.h"
#include "handler.h"

enum { Time = 13, Stime = 25, Alarm = 27, Gettimeofday = 78, Settimeofday, Timer_create = 259, Timer_delete = 263, Clock_settime = 264, Clock_getres = 266, Clock_nanosleep };
enum { Clock_gettime64 = 403, Clock_settime64, Clock_getres64 = 406, Clock_nanosleep64, Timer_gettime64, Timer_settime64 };
enum { Realtime, Monotonic, Process_cpu, Thread_cpu, Monotonic_raw, Realtime_coarse, Monotonic_coarse, Boottime, Realtime_alarm, Boottime_alarm, Tai = 11, None = 99 };
enum { SIGALRM = 14, Abstime = 1 };
#define OF_FILE(fd) ((~(fd)) * 8 | 3)
#define OF_PROCESS(pid) ((~(pid)) * 8 | 2)

static int now[16], short_time[2] = {0, 1000}, negative[2] = {-1, 0}, large[2] = {0, 1000000000}, micro[4] = {0, 1000001, 0, 0}, million[2] = {-1, 1000000};
static int short_time64[4] = {0, 0, 1000, 0}, negative64[4] = {-1, -1, 0, 0}, large64[4] = {0, 0, 1000000000, 0};
static int far_zone[2] = {901, 0}, no_alarm[4], negative_alarm[4] = {0, 0, -1, 0}, large_alarm[4] = {0, 0, 0, 1000000};
static int setting64[8], large_setting64[8] = {0, 0, 0, 0, 0, 0, 1000000000, 0};

static const struct try reading[] = {
    {"time", Time, {(int)now}}, {"time NULL", Time, {0}}, {"time bad", Time, {BAD}},
    {"times", NR_times, {(int)now}}, {"times NULL", NR_times, {0}}, {"times bad", NR_times, {BAD}},
    {"gettimeofday", Gettimeofday, {(int)now, (int)now + 8}}, {"gettimeofday bad", Gettimeofday, {BAD, 0}}, {"gettimeofday bad zone", Gettimeofday, {0, BAD}}, {"gettimeofday nothing", Gettimeofday, {0, 0}},
    {"clock_gettime", NR_clock_gettime, {Realtime, (int)now}}, {"clock_gettime bad", NR_clock_gettime, {Realtime, BAD}}, {"clock_gettime NULL", NR_clock_gettime, {Monotonic, 0}},
    {"clock_gettime none", NR_clock_gettime, {None, (int)now}}, {"clock_gettime none, bad", NR_clock_gettime, {None, BAD}}, {"clock_gettime 10", NR_clock_gettime, {10, (int)now}},
    {"clock_gettime file", NR_clock_gettime, {OF_FILE(0), (int)now}}, {"clock_gettime no file", NR_clock_gettime, {OF_FILE(99), (int)now}}, {"clock_gettime no process", NR_clock_gettime, {OF_PROCESS(99999999), (int)now}},
    {"clock_gettime CPU", NR_clock_gettime, {Process_cpu, (int)now}}, {"clock_gettime TAI", NR_clock_gettime, {Tai, (int)now}}, {"clock_gettime raw", NR_clock_gettime, {Monotonic_raw, (int)now}},
    {"clock_getres", Clock_getres, {Realtime, (int)now}}, {"clock_getres NULL", Clock_getres, {Realtime, 0}}, {"clock_getres bad", Clock_getres, {Realtime, BAD}}, {"clock_getres none", Clock_getres, {None, 0}},
    {"clock_getres file", Clock_getres, {OF_FILE(0), (int)now}}, {"clock_getres no process", Clock_getres, {OF_PROCESS(99999999), (int)now}},
    {"clock_gettime64", Clock_gettime64, {Realtime, (int)now}}, {"clock_gettime64 bad", Clock_gettime64, {Realtime, BAD}}, {"clock_gettime64 none", Clock_gettime64, {None, (int)now}}, {"clock_gettime64 file", Clock_gettime64, {OF_FILE(0), (int)now}},
    {"clock_getres_time64", Clock_getres64, {Realtime, (int)now}}, {"clock_getres_time64 NULL", Clock_getres64, {Realtime, 0}}, {"clock_getres_time64 bad", Clock_getres64, {Realtime, BAD}},
    {"clock_getres_time64 none", Clock_getres64, {None, 0}}, {"clock_getres_time64 file", Clock_getres64, {OF_FILE(0), (int)now}},
};

/* Nothing here could change the time, whoever asks. */
static const struct try setting[] = {
    {"stime bad", Stime, {BAD}}, {"stime NULL", Stime, {0}},
    {"settimeofday bad", Settimeofday, {BAD, 0}}, {"settimeofday bad zone", Settimeofday, {0, BAD}}, {"settimeofday usec", Settimeofday, {(int)micro, 0}}, {"settimeofday usec, bad zone", Settimeofday, {(int)micro, BAD}},
    {"settimeofday negative", Settimeofday, {(int)negative, 0}}, {"settimeofday zone", Settimeofday, {0, (int)far_zone}}, {"settimeofday million", Settimeofday, {(int)million, 0}}, {"settimeofday nothing", Settimeofday, {0, 0}},
    {"clock_settime bad", Clock_settime, {Realtime, BAD}}, {"clock_settime NULL", Clock_settime, {Realtime, 0}}, {"clock_settime none", Clock_settime, {None, (int)now}}, {"clock_settime none, bad", Clock_settime, {None, BAD}},
    {"clock_settime negative", Clock_settime, {Realtime, (int)negative}}, {"clock_settime large", Clock_settime, {Realtime, (int)large}}, {"clock_settime monotonic", Clock_settime, {Monotonic, (int)now}},
    {"clock_settime monotonic, bad", Clock_settime, {Monotonic, BAD}}, {"clock_settime raw", Clock_settime, {Monotonic_raw, (int)now}}, {"clock_settime coarse", Clock_settime, {Realtime_coarse, (int)now}},
    {"clock_settime boot", Clock_settime, {Boottime, (int)now}}, {"clock_settime TAI", Clock_settime, {Tai, (int)now}}, {"clock_settime alarm", Clock_settime, {Realtime_alarm, (int)now}},
    {"clock_settime CPU", Clock_settime, {Process_cpu, (int)now}}, {"clock_settime thread", Clock_settime, {Thread_cpu, (int)now}}, {"clock_settime CPU, bad", Clock_settime, {Process_cpu, BAD}}, {"clock_settime CPU, large", Clock_settime, {Process_cpu, (int)large}},
    {"clock_settime own", Clock_settime, {OF_PROCESS(0), (int)now}}, {"clock_settime own, large", Clock_settime, {OF_PROCESS(0), (int)large}}, {"clock_settime own, bad", Clock_settime, {OF_PROCESS(0), BAD}},
    {"clock_settime no process", Clock_settime, {OF_PROCESS(99999999), (int)now}}, {"clock_settime file", Clock_settime, {OF_FILE(0), (int)now}}, {"clock_settime file, bad", Clock_settime, {OF_FILE(0), BAD}},
    {"clock_settime64 bad", Clock_settime64, {Realtime, BAD}}, {"clock_settime64 none", Clock_settime64, {None, (int)now}}, {"clock_settime64 negative", Clock_settime64, {Realtime, (int)negative64}}, {"clock_settime64 large", Clock_settime64, {Realtime, (int)large64}},
    {"clock_settime64 CPU", Clock_settime64, {Process_cpu, (int)now}}, {"clock_settime64 file", Clock_settime64, {OF_FILE(0), (int)now}},
};

static const struct try unprivileged[] = {
    {"stime", Stime, {(int)short_time}}, {"settimeofday", Settimeofday, {(int)short_time, 0}}, {"settimeofday zone", Settimeofday, {0, (int)no_alarm}},
    {"clock_settime", Clock_settime, {Realtime, (int)short_time}}, {"clock_settime64", Clock_settime64, {Realtime, (int)short_time64}},
};

static const struct try sleeping[] = {
    {"nanosleep", NR_nanosleep, {(int)short_time, BAD}}, {"nanosleep bad", NR_nanosleep, {BAD, 0}}, {"nanosleep negative", NR_nanosleep, {(int)negative, 0}}, {"nanosleep large", NR_nanosleep, {(int)large, 0}},
    {"clock_nanosleep", Clock_nanosleep, {Monotonic, 0, (int)short_time, BAD}}, {"clock_nanosleep past", Clock_nanosleep, {Realtime, Abstime, (int)short_time, 0}}, {"clock_nanosleep flags", Clock_nanosleep, {Monotonic, 8, (int)short_time, 0}},
    {"clock_nanosleep bad", Clock_nanosleep, {Monotonic, 0, BAD, 0}}, {"clock_nanosleep negative", Clock_nanosleep, {Monotonic, 0, (int)negative, 0}}, {"clock_nanosleep large", Clock_nanosleep, {Monotonic, 0, (int)large, 0}},
    {"clock_nanosleep none", Clock_nanosleep, {None, 0, (int)short_time, 0}}, {"clock_nanosleep none, bad", Clock_nanosleep, {None, 0, BAD, 0}}, {"clock_nanosleep thread", Clock_nanosleep, {Thread_cpu, 0, (int)short_time, 0}},
    {"clock_nanosleep thread, bad", Clock_nanosleep, {Thread_cpu, 0, BAD, 0}}, {"clock_nanosleep raw", Clock_nanosleep, {Monotonic_raw, 0, (int)short_time, 0}}, {"clock_nanosleep coarse", Clock_nanosleep, {Realtime_coarse, 0, (int)short_time, 0}},
    {"clock_nanosleep file", Clock_nanosleep, {OF_FILE(0), 0, (int)short_time, 0}}, {"clock_nanosleep no process", Clock_nanosleep, {OF_PROCESS(99999999), 0, (int)short_time, 0}},
    {"clock_nanosleep_time64", Clock_nanosleep64, {Monotonic, 0, (int)short_time64, BAD}}, {"clock_nanosleep_time64 bad", Clock_nanosleep64, {Monotonic, 0, BAD, 0}}, {"clock_nanosleep_time64 negative", Clock_nanosleep64, {Monotonic, 0, (int)negative64, 0}},
    {"clock_nanosleep_time64 large", Clock_nanosleep64, {Monotonic, 0, (int)large64, 0}}, {"clock_nanosleep_time64 none", Clock_nanosleep64, {None, 0, (int)short_time64, 0}}, {"clock_nanosleep_time64 thread", Clock_nanosleep64, {Thread_cpu, 0, (int)short_time64, 0}},
};

static const struct try ringing[] = {
    {"alarm", Alarm, {100}}, {"alarm off", Alarm, {0}},
    {"setitimer", NR_setitimer, {0, (int)no_alarm, (int)now}}, {"setitimer NULL", NR_setitimer, {0, 0, 0}}, {"setitimer bad", NR_setitimer, {0, BAD, 0}}, {"setitimer bad old", NR_setitimer, {0, (int)no_alarm, BAD}},
    {"setitimer none", NR_setitimer, {3, (int)no_alarm, 0}}, {"setitimer none, bad", NR_setitimer, {3, BAD, 0}}, {"setitimer none, bad old", NR_setitimer, {3, (int)no_alarm, BAD}}, {"setitimer negative", NR_setitimer, {0, (int)negative_alarm, 0}}, {"setitimer large", NR_setitimer, {1, (int)large_alarm, 0}},
    {"getitimer", NR_getitimer, {2, (int)now}}, {"getitimer bad", NR_getitimer, {0, BAD}}, {"getitimer NULL", NR_getitimer, {1, 0}}, {"getitimer none", NR_getitimer, {3, (int)now}}, {"getitimer none, bad", NR_getitimer, {-1, BAD}},
    {"timer_create raw", Timer_create, {Monotonic_raw, 0, (int)now}}, {"timer_create coarse", Timer_create, {Realtime_coarse, 0, (int)now}}, {"timer_create none", Timer_create, {None, 0, (int)now}}, {"timer_create file", Timer_create, {OF_FILE(0), 0, (int)now}},
    {"timer_create none, bad", Timer_create, {None, BAD, (int)now}}, {"timer_create no process", Timer_create, {OF_PROCESS(99999999), 0, (int)now}},
    {"timer_settime64 none", Timer_settime64, {999, 0, (int)setting64, 0}}, {"timer_settime64 none, bad", Timer_settime64, {999, 0, BAD, 0}}, {"timer_settime64 NULL", Timer_settime64, {999, 0, 0, 0}}, {"timer_settime64 large", Timer_settime64, {999, 0, (int)large_setting64, 0}},
    {"timer_gettime64 none", Timer_gettime64, {999, (int)now}}, {"timer_gettime64 none, bad", Timer_gettime64, {999, BAD}},
};

static void users(void) { TRY_EACH(unprivileged); TRY_EACH(setting); }
static void ring(int signal) { print(signal == SIGALRM ? "rings\n" : "?\n"); }

/* A sleep that a timer ends; the time left cannot be stored in the second one. */
static void interrupted(const char *what, int number, int clock, int flags, int *time, int left)
{
    static const int soon[4] = {0, 0, 0, 20000};
    call3(NR_setitimer, 0, (int)soon, 0);
    show(what, call5(number, clock, flags, (int)time, left, 0));
}

int main(void)
{
    static int seconds[2] = {30, 0}, seconds64[4] = {30, 0, 0, 0}, far[2] = {0x7fffffff, 0}, timer;
    TRY_EACH(reading);
    TRY_EACH(setting);
    in_child_of(USER, users);
    TRY_EACH(sleeping);
    TRY_EACH(ringing);
    set_action(SIGALRM, (word)ring);
    interrupted("clock_nanosleep interrupted", Clock_nanosleep, Monotonic, 0, seconds, (int)now);
    show("about", now[0]);
    interrupted("clock_nanosleep interrupted, bad", Clock_nanosleep, Monotonic, 0, seconds, BAD);
    interrupted("clock_nanosleep interrupted, until", Clock_nanosleep, Realtime, Abstime, far, BAD);
    interrupted("clock_nanosleep_time64 interrupted", Clock_nanosleep64, Monotonic, 0, seconds64, (int)now);
    interrupted("clock_nanosleep_time64 interrupted, bad", Clock_nanosleep64, Realtime, 0, seconds64, BAD);
    show("timer_create", call3(Timer_create, Monotonic, 0, (int)&timer));
    show("timer_settime64", call4(Timer_settime64, timer, 0, (int)setting64, (int)now));
    show("timer_settime64 bad", call4(Timer_settime64, timer, 0, BAD, 0));
    show("timer_settime64 bad old", call4(Timer_settime64, timer, 0, (int)setting64, BAD));
    show("timer_settime64 NULL", call4(Timer_settime64, timer, 0, 0, 0));
    show("timer_settime64 large", call4(Timer_settime64, timer, 0, (int)large_setting64, 0));
    show("timer_gettime64", call2(Timer_gettime64, timer, (int)now));
    show("timer_gettime64 bad", call2(Timer_gettime64, timer, BAD));
    show("timer_gettime64 NULL", call2(Timer_gettime64, timer, 0));
    return 0;
}
