/* scheduling: policies, priorities, affinity, I/O priorities, limits of others, kcmp, unshare, membarrier. */
#include "handler.h"
#include "print.h"

enum { Setparam = 154, Getparam, Setscheduler, Getscheduler, Yield, Priority_max, Priority_min, Rr_interval, Rr_interval64 = 423, Setaffinity = 241, Getaffinity, Setattr = 351, Getattr, Ioprio_set = 289, Ioprio_get, Kcmp = 349, Unshare = 310, Setns = 346, Membarrier = 375, Setresuid = 208, Setresgid = 210, Prlimit = 340, Getpriority = 96, Setpriority, Nice = 34, Gettid = 224, Dup = 41, Getcpu = 318, Arch_prctl = 384, Capset = 185, Rt_sigprocmask = 175, Nanosleep = 162, Chdir = 12, Umask = 60, Setpgid = 57 };
enum { Other, Fifo, Rr, Batch, Idle = 5, Deadline, Reset_on_fork = 0x40000000 };
enum { Limit_nice = 13, Limit_rtprio = 14 };

struct attr {
    word size, policy, flags, flags_high;
    int nice;
    word priority, runtime[2], deadline[2], period[2], util_min, util_max, rest[6];
};

static int set(int pid, int policy, int priority) { return call3(Setscheduler, pid, policy, (int)&priority); }

static void in_child(const char *what, void (*act)(void))
{
    print(what);
    print("\n");
    int pid = fork();
    if (pid == 0) {
        call2(Setpgid, 0, 0);
        act();
        call1(252, 0);
    }
    int status;
    wait4(pid, &status, 0);
    kill(-pid, 9);
    if (status)
        print_line("  STATUS ", status);
}

static void show(const char *what)
{
    int priority = -1;
    call2(Getparam, 0, (int)&priority);
    print(what);
    print(" policy ");
    print_number(call1(Getscheduler, 0));
    print(" priority ");
    print_number(priority);
    print(" nice ");
    print_number(20 - call2(Getpriority, 0, 0));
    print("\n");
}

static void user(void)
{
    call3(Setresgid, 600, 600, 600);
    call3(Setresuid, 500, 500, 500);
}

static void limit(int resource, word value)
{
    word pair[4] = {value, 0, value, 0};
    call4(Prlimit, 0, resource, (int)pair, 0);
}

static void policies(void)
{
    int priority = 0;
    show("first");
    static const int all[] = {Other, Fifo, Rr, Batch, 4, Idle, Deadline, 8, -1};
    for (word i = 0; i < sizeof all / sizeof *all; i++) {
        print_line("policy ", all[i]);
        print_line("  max ", call1(Priority_max, all[i]));
        print_line("  min ", call1(Priority_min, all[i]));
        print_line("  with 0 ", set(0, all[i], 0));
        print_line("  with 5 ", set(0, all[i], 5));
        print_line("  with 100 ", set(0, all[i], 100));
        show(" ");
    }
    print_line("fifo ", set(0, Fifo | Reset_on_fork, 7));
    show("now");
    if (!fork()) {
        show("a child");
        leave(0);
    }
    wait4(-1, 0, 0);
    print_line("rr ", set(0, Rr, 8));
    int time[2] = {1, 1};
    print_line("interval ", call2(Rr_interval, 0, (int)time));
    print_line("  ", time[0]);
    print_line("  ", time[1]);
    set(0, Fifo, 8);
    int long_time[4] = {1, 1, 1, 1};
    print_line("interval ", call2(Rr_interval64, 0, (int)long_time));
    print_line("  ", long_time[0] + long_time[1] + long_time[2] + long_time[3]);
    if (!fork()) {
        show("a child");
        leave(0);
    }
    wait4(-1, 0, 0);
    print_line("param ", call2(Setparam, 0, (int)&(int){3}));
    print_line("param 0 ", call2(Setparam, 0, (int)&priority));
    show("now");
    print_line("nobody: ", set(4000000, Other, 0));
    print_line("nobody: ", call1(Getscheduler, 4000000));
    print_line("nobody: ", call2(Getparam, 4000000, (int)&priority));
    print_line("nobody: ", call2(Rr_interval, 4000000, (int)time));
    print_line("negative: ", call1(Getscheduler, -1));
    print_line("negative: ", call2(Getparam, -1, (int)&priority));
    print_line("negative: ", set(-1, Other, 0));
    print_line("negative: ", call2(Rr_interval, -1, (int)time));
    print_line("no param: ", call3(Setscheduler, 0, Other, 0));
    print_line("no param: ", call2(Getparam, 0, 0));
    print_line("bad param: ", call3(Setscheduler, 0, Other, 8));
    print_line("bad param: ", call2(Getparam, 0, 8));
    print_line("bad interval: ", call2(Rr_interval, 0, 8));
    print_line("yield: ", call0(Yield));
}

static void of_users(void)
{
    user();
    print_line("fifo: ", set(0, Fifo, 1));
    print_line("batch: ", set(0, Batch, 0));
    print_line("idle: ", set(0, Idle, 0));
    print_line("back: ", set(0, Other, 0));
    show("now");
    print_line("root's: ", set(getppid(), Other, 0));
    print_line("reset: ", set(0, Other | Reset_on_fork, 0));
    print_line("not reset: ", set(0, Other, 0));
    show("now");
}

/* The host's root may not have this right: nobody has it here. */
static void without_sys_resource(void)
{
    word header[2] = {0x20080522, 0}, data[6];
    call2(184, (int)header, (int)data);
    data[0] &= ~(1u << 24);
    data[1] &= ~(1u << 24);
    call2(Capset, (int)header, (int)data);
}

static void with_limits(void)
{
    without_sys_resource();
    limit(Limit_nice, 25);
    limit(Limit_rtprio, 5);
    user();
    print_line("fifo 6: ", set(0, Fifo, 6));
    print_line("fifo 5: ", set(0, Fifo, 5));
    print_line("rr 3: ", set(0, Rr, 3));
    print_line("idle: ", set(0, Idle, 0));
    print_line("back: ", set(0, Other, 0));
    print_line("nice -6: ", call3(Setpriority, 0, 0, -6));
    print_line("nice -5: ", call3(Setpriority, 0, 0, -5));
    show("now");
    print_line("nice(-1): ", call1(Nice, -1));
    print_line("nice(3): ", call1(Nice, 3));
    print_line("nice(-2): ", call1(Nice, -2));
    show("now");
}

/* A child that sleeps until main kills the group. */
static int sleeper(void)
{
    int pid = fork();
    if (!pid)
        for (;;)
            call0(NR_pause);
    return pid;
}

static void priorities(void)
{
    int pid = sleeper();
    print_line("group: ", call3(Setpriority, 1, 0, 7));
    print_line("  child ", call2(Getpriority, 0, pid));
    print_line("one: ", call3(Setpriority, 0, pid, 3));
    print_line("group: ", call2(Getpriority, 1, 0));
    print_line("too nice: ", call3(Setpriority, 0, pid, 77));
    print_line("  child ", call2(Getpriority, 0, pid));
    print_line("not nice: ", call3(Setpriority, 0, pid, -77));
    print_line("  child ", call2(Getpriority, 0, pid));
    print_line("no such kind: ", call3(Setpriority, 3, 0, 0));
    print_line("no such kind: ", call2(Getpriority, 3, 0));
    print_line("nobody: ", call3(Setpriority, 0, 4000000, 0));
    print_line("no group: ", call2(Getpriority, 1, 4000000));
    print_line("no user: ", call2(Getpriority, 2, 123456));
    print_line("no user: ", call3(Setpriority, 2, 123456, 0));
    call3(Setresuid, 500, 500, 500);
    print_line("group, one is root's: ", call3(Setpriority, 1, 0, 12));
    print_line("  mine ", call2(Getpriority, 0, 0));
    print_line("less: ", call3(Setpriority, 0, 0, 11));
    print_line("mine: ", call2(Getpriority, 2, 500));
}

static void attributes(void)
{
    struct attr attr = {0};
    print_line("get: ", call4(Getattr, 0, (int)&attr, sizeof attr, 0));
    print_line("  size ", attr.size);
    print_line("  policy ", attr.policy);
    print_line("small: ", call4(Getattr, 0, (int)&attr, 47, 0));
    print_line("version 0: ", call4(Getattr, 0, (int)&attr, 48, 0));
    print_line("  size ", attr.size);
    print_line("huge: ", call4(Getattr, 0, (int)&attr, 4097, 0));
    print_line("flags: ", call4(Getattr, 0, (int)&attr, 48, 1));
    print_line("nobody: ", call4(Getattr, 4000000, (int)&attr, 48, 0));
    print_line("bad place: ", call4(Getattr, 0, 8, 48, 0));
    attr = (struct attr){48, Batch, 0, 0, 4, 0, {0}, {0}, {0}, 0, 0, {0}};
    print_line("set batch: ", call3(Setattr, 0, (int)&attr, 0));
    show("now");
    attr = (struct attr){48, Rr, 1, 0, 0, 9, {0}, {0}, {0}, 0, 0, {0}};
    print_line("set rr: ", call3(Setattr, 0, (int)&attr, 0));
    show("now");
    call4(Getattr, 0, (int)&attr, 48, 0);
    print_line("  flags ", attr.flags);
    print_line("  priority ", attr.priority);
    attr.flags = 8;
    attr.policy = 99;
    attr.priority = 4;
    print_line("keep policy: ", call3(Setattr, 0, (int)&attr, 0));
    show("now");
    attr = (struct attr){48, Other, 0, 0, -7, 0, {0}, {0}, {0}, 0, 0, {0}};
    print_line("nice: ", call3(Setattr, 0, (int)&attr, 0));
    show("now");
    attr.flags = 0x1000;
    print_line("unknown flag: ", call3(Setattr, 0, (int)&attr, 0));
    attr.flags = 0;
    attr.size = 40;
    print_line("small: ", call3(Setattr, 0, (int)&attr, 0));
    print_line("  told ", attr.size);
    attr.size = sizeof attr;
    attr.rest[0] = 1;
    print_line("unknown fields: ", call3(Setattr, 0, (int)&attr, 0));
    attr.rest[0] = 0;
    attr.size = sizeof attr;
    print_line("zeros: ", call3(Setattr, 0, (int)&attr, 0));
    attr.size = 0;
    print_line("no size: ", call3(Setattr, 0, (int)&attr, 0));
    print_line("flags: ", call3(Setattr, 0, (int)&attr, 1));
    print_line("no attributes: ", call3(Setattr, 0, 0, 0));
    print_line("bad place: ", call3(Setattr, 0, 8, 0));
    attr.policy = 77;
    print_line("no such policy: ", call3(Setattr, 0, (int)&attr, 0));
    user();
    attr = (struct attr){48, Other, 0, 0, -8, 0, {0}, {0}, {0}, 0, 0, {0}};
    print_line("a user: ", call3(Setattr, 0, (int)&attr, 0));
}

static void affinity(void)
{
    word mask[32] = {0};
    int got = call3(Getaffinity, 0, sizeof mask, (int)mask);
    print_line("get: ", got > 0);
    print_line("  first CPU ", mask[0] & 1);
    print_line("odd size: ", call3(Getaffinity, 0, 5, (int)mask));
    print_line("no size: ", call3(Getaffinity, 0, 0, (int)mask));
    print_line("nobody: ", call3(Getaffinity, 4000000, sizeof mask, (int)mask));
    print_line("bad place: ", call3(Getaffinity, 0, sizeof mask, 8));
    mask[0] = 1;
    print_line("set: ", call3(Setaffinity, 0, 4, (int)mask));
    mask[0] = 0;
    call3(Getaffinity, 0, sizeof mask, (int)mask);
    print_line("  ", mask[0]);
    mask[0] = 0;
    print_line("none: ", call3(Setaffinity, 0, 4, (int)mask));
    mask[0] = 1u << 31;
    print_line("none of ours: ", call3(Setaffinity, 0, 4, (int)mask));
    print_line("nobody: ", call3(Setaffinity, 4000000, 4, (int)mask));
    print_line("bad place: ", call3(Setaffinity, 0, 4, 8));
    user();
    mask[0] = 1;
    print_line("root's: ", call3(Setaffinity, getppid(), 4, (int)mask));
    print_line("getcpu: ", call3(Getcpu, (int)mask, (int)(mask + 1), 0));
    print_line("  ", mask[0]);
    print_line("bad place: ", call3(Getcpu, 8, 0, 0));
}

static void input_output(void)
{
    print_line("first: ", call2(Ioprio_get, 1, 0));
    print_line("best effort 3: ", call3(Ioprio_set, 1, 0, 2 << 13 | 3));
    print_line("then: ", call2(Ioprio_get, 1, 0));
    print_line("real time 1: ", call3(Ioprio_set, 1, 0, 1 << 13 | 1));
    print_line("then: ", call2(Ioprio_get, 1, getpid()));
    if (!fork()) {
        print_line("a child: ", call2(Ioprio_get, 1, 0));
        leave(0);
    }
    wait4(-1, 0, 0);
    print_line("idle: ", call3(Ioprio_set, 1, 0, 3 << 13));
    print_line("then: ", call2(Ioprio_get, 1, 0));
    print_line("none: ", call3(Ioprio_set, 1, 0, 0));
    print_line("then: ", call2(Ioprio_get, 1, 0));
    print_line("none 1: ", call3(Ioprio_set, 1, 0, 1));
    print_line("level 8: ", call3(Ioprio_set, 1, 0, 2 << 13 | 8));
    print_line("class 4: ", call3(Ioprio_set, 1, 0, 4 << 13));
    print_line("no such kind: ", call3(Ioprio_set, 0, 0, 2 << 13));
    print_line("no such kind: ", call2(Ioprio_get, 4, 0));
    print_line("nobody: ", call3(Ioprio_set, 1, 4000000, 2 << 13));
    print_line("nobody: ", call2(Ioprio_get, 1, 4000000));
    print_line("no user: ", call2(Ioprio_get, 3, 123456));
    print_line("group: ", call3(Ioprio_set, 2, 0, 2 << 13 | 5));
    print_line("then: ", call2(Ioprio_get, 2, 0));
    user();
    print_line("real time by a user: ", call3(Ioprio_set, 1, 0, 1 << 13 | 1));
    print_line("root's: ", call3(Ioprio_set, 1, getppid(), 2 << 13));
    print_line("mine: ", call3(Ioprio_set, 1, 0, 2 << 13 | 7));
}

static volatile int there;

static void compare_here(void)
{
    there = call0(Gettid);
    for (;;)
        call0(NR_pause);
}

static void compared(void)
{
    int ends[2], same = 0, pid = getpid();
    pipe(ends);
    same = call1(Dup, ends[0]);
    start_thread(compare_here);
    while (!there)
        call0(Yield);
    int child = sleeper();
    print_line("file and its copy: ", call5(Kcmp, pid, pid, 0, ends[0], same));
    print_line("two files: ", call5(Kcmp, pid, pid, 0, ends[0], ends[1]) != 0);
    int order = call5(Kcmp, pid, pid, 0, ends[0], ends[1]) + call5(Kcmp, pid, pid, 0, ends[1], ends[0]);
    print_line("in some order: ", order);
    print_line("a child's: ", call5(Kcmp, pid, child, 0, ends[0], ends[0]));
    print_line("not open: ", call5(Kcmp, pid, pid, 0, 99, 99));
    static const char *const kinds[] = {"memory", "files", "folder", "handlers"};
    for (int i = 0; i < 4; i++) {
        print(kinds[i]);
        print_line(" of a thread: ", call5(Kcmp, pid, there, i + 1, 0, 0));
        print_line("  of a child: ", call5(Kcmp, pid, child, i + 1, 0, 0) != 0);
    }
    print_line("no such kind: ", call5(Kcmp, pid, pid, 99, 0, 0));
    print_line("nobody: ", call5(Kcmp, pid, 4000000, 1, 0, 0));
    kill(child, 9);
    wait4(child, 0, 0);
    user();
    print_line("root's: ", call5(Kcmp, pid, getppid(), 1, 0, 0));
}

static int unshared, fd_there, umask_there;

static void unshares(void)
{
    unshared = call1(Unshare, 0x600);
    close(1000);
    call1(NR_close, 50);
    umask_there = call1(Umask, 077);
    fd_there = 1;
    call1(1, 0);
}

static void not_shared(void)
{
    call2(NR_dup2, 1, 50);
    call1(Umask, 022);
    start_thread(unshares);
    while (!*(volatile int *)&fd_there)
        call0(Yield);
    print_line("unshare: ", unshared);
    print_line("my descriptor stays: ", call2(NR_fcntl, 50, 1));
    print_line("its mask was: ", umask_there);
    print_line("my mask stays: ", call1(Umask, 022));
    print_line("nothing: ", call1(Unshare, 0));
    print_line("semaphores: ", call1(Unshare, 0x40000));
    print_line("exit signal: ", call1(Unshare, 17));
    print_line("alone already, thread: ", call1(Unshare, 0x10000));
    print_line("memory: ", call1(Unshare, 0x100));
    print_line("no such flag: ", call1(Unshare, 0x1000000));
    print_line("setns, bad descriptor: ", call2(Setns, 99, 0));
    print_line("setns, no namespace: ", call2(Setns, 50, 0));
    there = 0;
    start_thread(compare_here);
    while (!there)
        call0(Yield);
    print_line("with a thread: ", call1(Unshare, 0x10000));
    user();
    print_line("a user's mounts: ", call1(Unshare, 0x20000));
}

static void barriers(void)
{
    int all = call3(Membarrier, 0, 0, 0);
    print_line("global: ", all & 1);
    print_line("private: ", (all & 24) == 24);
    print_line("query with flags: ", call3(Membarrier, 0, 1, 0));
    print_line("global: ", call3(Membarrier, 1, 0, 0));
    print_line("global expedited: ", call3(Membarrier, 2, 0, 0));
    print_line("private, not registered: ", call3(Membarrier, 8, 0, 0));
    print_line("register: ", call3(Membarrier, 16, 0, 0));
    print_line("private: ", call3(Membarrier, 8, 0, 0));
    print_line("core, not registered: ", call3(Membarrier, 32, 0, 0));
    print_line("register: ", call3(Membarrier, 64, 0, 0));
    print_line("core: ", call3(Membarrier, 32, 0, 0));
    print_line("registered: ", call3(Membarrier, 512, 0, 0));
    print_line("no such command: ", call3(Membarrier, 1024, 0, 0));
    print_line("two commands: ", call3(Membarrier, 3, 0, 0));
    print_line("bad flags: ", call3(Membarrier, 8, 2, 0));
    if (!fork()) {
        print_line("a child: ", call3(Membarrier, 512, 0, 0));
        leave(0);
    }
    wait4(-1, 0, 0);
}

static void others_limits(void)
{
    without_sys_resource();
    word pair[4], new[4] = {50, 0, 60, 0};
    int child = sleeper();
    print_line("a child's: ", call4(Prlimit, child, 7, (int)new, (int)pair));
    print_line("again: ", call4(Prlimit, child, 7, 0, (int)pair));
    print_line("  ", pair[0]);
    new[0] = new[2] = 2000000;
    print_line("more files than there can be: ", call4(Prlimit, 0, 7, (int)new, 0));
    print_line("bad place: ", call4(Prlimit, 0, 7, 0, 8));
    print_line("bad limit: ", call4(Prlimit, 0, 7, 8, 0));
    print_line("no such limit: ", call4(Prlimit, 0, 16, 0, (int)pair));
    print_line("nobody: ", call4(Prlimit, 4000000, 7, 0, (int)pair));
    print_line("negative: ", call4(Prlimit, -1, 7, 0, (int)pair));
    call3(Setresgid, 600, 600, 600);
    call3(Setresuid, 500, 500, 500);
    print_line("root's: ", call4(Prlimit, child, 7, 0, (int)pair));
}

int main(void)
{
    in_child("-- policies", policies);
    in_child("-- of users", of_users);
    in_child("-- with limits", with_limits);
    in_child("-- priorities", priorities);
    in_child("-- attributes", attributes);
    in_child("-- affinity", affinity);
    in_child("-- input and output", input_output);
    in_child("-- compared", compared);
    in_child("-- not shared", not_shared);
    in_child("-- barriers", barriers);
    in_child("-- limits of others", others_limits);
    return 0;
}
