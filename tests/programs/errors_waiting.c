/* errors_waiting: select, poll and epoll in all their forms: ready, too late, interrupted, and with every error. */
#include "handler.h"
#include "tries.h"

enum { NR_select = 82, NR__newselect = 142, NR_pselect6 = 308, NR_ppoll = 309, NR_epoll_pwait = 319, NR_timerfd_gettime64 = 410 };
enum { NR_pselect6_time64 = 413, NR_ppoll_time64, NR_rt_sigtimedwait_time64 = 421, NR_epoll_pwait2 = 441 };
enum { SIGALRM = 14, ADD = 1, MODIFY = 3 };

static int ends[2], one = 1, no_mask[2], epoll, event[3] = {1, 7, 0}, found[3];
static word in, in_none, in_full, closed[4];
static int brief[2], wide[4], never[4] = {-1, -1, -1, -1}, nanos[2] = {0, 1000000000}, wide_nanos[4] = {0, 0, 1000000000, 0};
static struct { word mask, size; } signals = {0, 8}, few = {0, 4}, bad = {BAD, 8}, bad_size = {(word)no_mask, 7};
static struct { int fd; short events, found; } poll_in = {0, 1, 0}, poll_none = {NONE, 1, 0};
static int arguments[5], negative[5] = {-1}, bad_sets[5] = {10, BAD}, not_open[5];
static int interrupted;

static void handler(int signal) { interrupted += signal != 0; }

/* The call while a signal comes after 20 milliseconds. */
static int interrupt(const struct try *call)
{
    int timer[4] = {0, 0, 0, 20000}, before = interrupted;
    call3(NR_setitimer, 0, (int)timer, 0);
    int result = try(call);
    if (interrupted != before + 1)
        print("no signal\n");
    return result;
}

static void reset(void)
{
    in = 1u << ends[0], in_none = 1u << NONE % 32, in_full = 1u << ends[0];
    closed[NONE / 32] = 1u << NONE % 32;
    brief[0] = 0, brief[1] = 0;
    wide[0] = wide[1] = wide[2] = wide[3] = 0;
    arguments[0] = ends[0] + 1, arguments[1] = (int)&in, arguments[2] = arguments[3] = 0, arguments[4] = (int)brief;
    not_open[0] = NONE + 1, not_open[1] = (int)closed, not_open[4] = (int)brief;
    poll_in.fd = ends[0];
}

static void selects(void)
{
    int set = (int)&in, many = ends[0] + 1, unopened = (int)closed;
    const struct try calls[] = {
        {"select", NR_select, {(int)arguments}}, {"select, bad", NR_select, {BAD}}, {"select, negative", NR_select, {(int)negative}},
        {"select, bad sets", NR_select, {(int)bad_sets}}, {"select, not open", NR_select, {(int)not_open}},
        {"_newselect", NR__newselect, {many, set, 0, 0, (int)brief}}, {"_newselect, negative", NR__newselect, {-1, 0, 0, 0, 0}},
        {"_newselect, bad", NR__newselect, {many, BAD, 0, 0, 0}}, {"_newselect, bad time", NR__newselect, {many, 0, 0, 0, BAD}},
        {"_newselect, not open", NR__newselect, {NONE + 1, unopened, 0, 0, 0}}, {"_newselect, negative time", NR__newselect, {many, 0, 0, 0, (int)never}},
        {"pselect6", NR_pselect6, {many, set, 0, 0, (int)brief, (int)&signals}}, {"pselect6, negative", NR_pselect6, {-1, 0, 0, 0, 0, 0}},
        {"pselect6, bad", NR_pselect6, {many, BAD, 0, 0, 0, 0}}, {"pselect6, bad time", NR_pselect6, {many, 0, 0, 0, BAD, 0}},
        {"pselect6, negative time", NR_pselect6, {many, 0, 0, 0, (int)never, 0}}, {"pselect6, time", NR_pselect6, {many, 0, 0, 0, (int)nanos, 0}},
        {"pselect6, bad signals", NR_pselect6, {many, 0, 0, 0, (int)brief, BAD}}, {"pselect6, no mask, size 4", NR_pselect6, {many, 0, 0, 0, (int)brief, (int)&few}},
        {"pselect6, size", NR_pselect6, {many, 0, 0, 0, (int)brief, (int)&bad_size}}, {"pselect6, bad mask", NR_pselect6, {many, 0, 0, 0, (int)brief, (int)&bad}},
        {"pselect6, not open", NR_pselect6, {NONE + 1, unopened, 0, 0, (int)brief, 0}},
        {"pselect6_time64", NR_pselect6_time64, {many, set, 0, 0, (int)wide, (int)&signals}}, {"pselect6_time64, negative", NR_pselect6_time64, {-1, 0, 0, 0, 0, 0}},
        {"pselect6_time64, bad", NR_pselect6_time64, {many, BAD, 0, 0, 0, 0}}, {"pselect6_time64, bad time", NR_pselect6_time64, {many, 0, 0, 0, BAD, 0}},
        {"pselect6_time64, negative time", NR_pselect6_time64, {many, 0, 0, 0, (int)never, 0}}, {"pselect6_time64, time", NR_pselect6_time64, {many, 0, 0, 0, (int)wide_nanos, 0}},
        {"pselect6_time64, size", NR_pselect6_time64, {many, 0, 0, 0, (int)wide, (int)&bad_size}}, {"pselect6_time64, bad mask", NR_pselect6_time64, {many, 0, 0, 0, (int)wide, (int)&bad}},
        {"pselect6_time64, not open", NR_pselect6_time64, {NONE + 1, unopened, 0, 0, (int)wide, 0}},
    };
    for (word i = 0; i < sizeof calls / sizeof *calls; i++)
        reset(), try(calls + i);
}

static void polls(void)
{
    int here = (int)&poll_in, mask = (int)no_mask;
    const struct try calls[] = {
        {"poll", NR_poll, {here, 1, 0}}, {"poll, bad", NR_poll, {BAD, 1, 0}}, {"poll, too many", NR_poll, {here, 1 << 30, 0}}, {"poll, not open", NR_poll, {(int)&poll_none, 1, 0}},
        {"ppoll", NR_ppoll, {here, 1, (int)brief, mask, 8}}, {"ppoll, bad", NR_ppoll, {BAD, 1, (int)brief, 0, 8}}, {"ppoll, bad time", NR_ppoll, {here, 1, BAD, 0, 8}},
        {"ppoll, bad mask", NR_ppoll, {here, 1, (int)brief, BAD, 8}}, {"ppoll, size", NR_ppoll, {here, 1, (int)brief, mask, 7}}, {"ppoll, no mask", NR_ppoll, {here, 1, (int)brief, 0, 7}},
        {"ppoll, time", NR_ppoll, {here, 1, (int)nanos, 0, 8}}, {"ppoll, negative time", NR_ppoll, {here, 1, (int)never, 0, 8}}, {"ppoll, too many", NR_ppoll, {here, 1 << 30, (int)brief, 0, 8}},
        {"ppoll_time64", NR_ppoll_time64, {here, 1, (int)wide, mask, 8}}, {"ppoll_time64, bad", NR_ppoll_time64, {BAD, 1, (int)wide, 0, 8}}, {"ppoll_time64, bad time", NR_ppoll_time64, {here, 1, BAD, 0, 8}},
        {"ppoll_time64, bad mask", NR_ppoll_time64, {here, 1, (int)wide, BAD, 8}}, {"ppoll_time64, size", NR_ppoll_time64, {here, 1, (int)wide, mask, 7}},
        {"ppoll_time64, time", NR_ppoll_time64, {here, 1, (int)wide_nanos, 0, 8}}, {"ppoll_time64, too many", NR_ppoll_time64, {here, 1 << 30, (int)wide, 0, 8}},
    };
    for (word i = 0; i < sizeof calls / sizeof *calls; i++)
        reset(), try(calls + i);
    show("revents of none", poll_none.found);
}

static void epolls(void)
{
    int to = (int)found, mask = (int)no_mask;
    show("epoll_create", (epoll = call1(NR_epoll_create, 1)) > 0);
    show("epoll_create 0", call1(NR_epoll_create, 0));
    show("add", call4(NR_epoll_ctl, epoll, ADD, ends[0], (int)event));
    const struct try calls[] = {
        {"epoll_ctl, bad", NR_epoll_ctl, {epoll, MODIFY, ends[0], BAD}}, {"epoll_ctl, none", NR_epoll_ctl, {NONE, MODIFY, ends[0], (int)event}}, {"epoll_ctl of none", NR_epoll_ctl, {epoll, ADD, NONE, (int)event}},
        {"epoll_ctl to a pipe", NR_epoll_ctl, {ends[0], ADD, ends[1], (int)event}}, {"epoll_ctl, command", NR_epoll_ctl, {epoll, 9, ends[1], (int)event}},
        {"epoll_wait", NR_epoll_wait, {epoll, to, 1, 0}}, {"epoll_wait, bad", NR_epoll_wait, {epoll, BAD, 1, 0}}, {"epoll_wait, none", NR_epoll_wait, {NONE, to, 1, 0}},
        {"epoll_wait, pipe", NR_epoll_wait, {ends[0], to, 1, 0}}, {"epoll_wait, no room", NR_epoll_wait, {epoll, to, 0, 0}},
        {"epoll_wait, far too much room", NR_epoll_wait, {epoll, to, 0x7fffffff, 0}},
        {"epoll_pwait", NR_epoll_pwait, {epoll, to, 1, 0, mask, 8}}, {"epoll_pwait, bad", NR_epoll_pwait, {epoll, BAD, 1, 0, mask, 8}}, {"epoll_pwait, none", NR_epoll_pwait, {NONE, to, 1, 0, mask, 8}},
        {"epoll_pwait, bad mask", NR_epoll_pwait, {epoll, to, 1, 0, BAD, 8}}, {"epoll_pwait, size", NR_epoll_pwait, {epoll, to, 1, 0, mask, 7}}, {"epoll_pwait, pipe", NR_epoll_pwait, {ends[0], to, 1, 0, mask, 8}},
        {"epoll_pwait2", NR_epoll_pwait2, {epoll, to, 1, (int)wide, mask, 8}}, {"epoll_pwait2, bad", NR_epoll_pwait2, {epoll, BAD, 1, (int)wide, mask, 8}}, {"epoll_pwait2, none", NR_epoll_pwait2, {NONE, to, 1, (int)wide, mask, 8}},
        {"epoll_pwait2, bad time", NR_epoll_pwait2, {epoll, to, 1, BAD, mask, 8}}, {"epoll_pwait2, time", NR_epoll_pwait2, {epoll, to, 1, (int)wide_nanos, mask, 8}}, {"epoll_pwait2, bad mask", NR_epoll_pwait2, {epoll, to, 1, (int)wide, BAD, 8}},
    };
    for (word i = 0; i < sizeof calls / sizeof *calls; i++)
        reset(), try(calls + i);
}

static void interruptions(void)
{
    char octet;
    read(ends[0], &octet, 1);
    set_action(SIGALRM, (word)handler);
    reset();
    int set = (int)&in, many = ends[0] + 1, to = (int)found, mask = (int)no_mask, long_time[4] = {100, 0, 0, 0};
    int forever[5] = {many, set};
    struct { word low, high; } alarm = {1u << (SIGALRM - 1), 0}, user = {1u << (SIGUSR1 - 1), 0};
    const struct try calls[] = {
        {"select", NR_select, {(int)forever}}, {"_newselect", NR__newselect, {many, set, 0, 0, 0}}, {"pselect6", NR_pselect6, {many, set, 0, 0, 0, 0}},
        {"pselect6_time64", NR_pselect6_time64, {many, set, 0, 0, 0, 0}}, {"poll", NR_poll, {(int)&poll_in, 1, -1}}, {"ppoll", NR_ppoll, {(int)&poll_in, 1, 0, 0, 8}},
        {"ppoll_time64", NR_ppoll_time64, {(int)&poll_in, 1, 0, 0, 8}}, {"epoll_wait", NR_epoll_wait, {epoll, to, 1, -1}}, {"epoll_pwait", NR_epoll_pwait, {epoll, to, 1, -1, mask, 8}},
        {"epoll_pwait2", NR_epoll_pwait2, {epoll, to, 1, 0, mask, 8}}, {"epoll_pwait2, timed", NR_epoll_pwait2, {epoll, to, 1, (int)long_time, mask, 8}}, {"pause", NR_pause, {0}},
        {"read", NR_read, {ends[0], to, 1}}, {"rt_sigtimedwait_time64", NR_rt_sigtimedwait_time64, {(int)&user, 0, (int)long_time, 8}}, {"rt_sigsuspend", 179, {mask, 8}}, {"sigsuspend", 72, {0, 0, 0}},
    };
    for (word i = 0; i < sizeof calls / sizeof *calls; i++)
        reset(), interrupt(calls + i);
    mask_signal(SIG_BLOCK, SIGALRM), mask_signal(SIG_BLOCK, SIGUSR1);
    kill(getpid(), SIGUSR1);
    const struct try waits[] = {
        {"rt_sigtimedwait_time64", NR_rt_sigtimedwait_time64, {(int)&user, 0, (int)long_time, 8}}, {"too late", NR_rt_sigtimedwait_time64, {(int)&user, 0, (int)wide, 8}},
        {"size", NR_rt_sigtimedwait_time64, {(int)&user, 0, (int)wide, 7}}, {"nanoseconds", NR_rt_sigtimedwait_time64, {(int)&user, 0, (int)wide_nanos, 8}}, {"bad set", NR_rt_sigtimedwait_time64, {BAD, 0, (int)wide, 8}},
        {"bad time", NR_rt_sigtimedwait_time64, {(int)&user, 0, BAD, 8}},
    };
    TRY(waits);
    call2(NR_kill, getpid(), SIGALRM);
    show("the alarm", call4(NR_rt_sigtimedwait_time64, (int)&alarm, 0, 0, 8));
}

int main(void)
{
    pipe(ends);
    write(ends[1], &one, 1);
    reset();
    selects();
    polls();
    epolls();
    interruptions();
    return 0;
}
