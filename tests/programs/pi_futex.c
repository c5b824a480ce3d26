/* pi_futex: locks that threads inherit priority by, their errors, dying owners, requeueing, and waiting for many. */
#include "handler.h"
#include "part.h"

enum { Futex = 240, Futex64 = 422, Waitv = 449, Gettid = 224, Exit = 1, Nanosleep = 162, Clock_gettime = 265, Tgkill = 270, Set_robust_list = 311, Yield = 158 };
enum { Wait, Wake, Requeue = 3, Cmp_requeue, Lock_pi = 6, Unlock_pi, Trylock_pi, Wait_bitset, Wait_requeue_pi = 11, Cmp_requeue_pi, Lock_pi2, Private = 128, Realtime = 256 };
enum { Usr1 = 10, Alrm = 14 };
#define WAITERS 0x80000000u
#define DIED 0x40000000u

static volatile word lock, other, third;
static volatile int step, other_tid, result_there;
static byte stacks[4][8192];

/* The last two words come from memory: ebp, the sixth argument, cannot be named as one. */
static int futex(volatile word *at, int operation, int value, void *timeout, volatile word *second, int last)
{
    word further[2] = {(word)second, (word)last};
    int result;
    word *pointer = further;
    __asm__ volatile("pushl %%ebp\n\tmovl 4(%%edi), %%ebp\n\tmovl (%%edi), %%edi\n\tint $0x80\n\tpopl %%ebp"
                     : "=a"(result), "+D"(pointer)
                     : "a"(Futex), "b"(at), "c"(operation), "d"(value), "S"(timeout)
                     : "memory");
    return result;
}

static void pause_for(int milliseconds)
{
    int time[2] = {0, milliseconds * 1000000};
    call2(Nanosleep, (int)time, 0);
}

static int begin(int number, void (*function)(void))
{
    return clone_onto(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, stacks[number] + 8192, function);
}

static void until(int wanted)
{
    while (step < wanted)
        pause_for(1);
}

static void *soon(int clock, int milliseconds)
{
    static int time[2];
    call2(Clock_gettime, clock, (int)time);
    time[1] += milliseconds * 1000000;
    if (time[1] >= 1000000000) {
        time[0]++;
        time[1] -= 1000000000;
    }
    return time;
}

static int mine(word value) { return (int)(value & ~(WAITERS | DIED)) == call0(Gettid); }

static void show(const char *what, int result, word value)
{
    print(what);
    print_number(result);
    print(value & WAITERS ? " waiters" : "");
    print(value & DIED ? " died" : "");
    print(mine(value) ? " mine\n" : value & 0x3fffffff ? " another's\n" : " nobody's\n");
}

static void alone(void)
{
    lock = 0;
    show("lock: ", futex(&lock, Lock_pi, 0, 0, 0, 0), lock);
    show("again: ", futex(&lock, Lock_pi, 0, 0, 0, 0), lock);
    show("try: ", futex(&lock, Trylock_pi, 0, 0, 0, 0), lock);
    show("unlock: ", futex(&lock, Unlock_pi, 0, 0, 0, 0), lock);
    show("not mine: ", futex(&lock, Unlock_pi, 0, 0, 0, 0), lock);
    show("try: ", futex(&lock, Trylock_pi, 0, 0, 0, 0), lock);
    lock = DIED;
    show("of the dead: ", futex(&lock, Lock_pi, 0, 0, 0, 0), lock);
    lock = 3999999;
    show("of nobody: ", futex(&lock, Lock_pi, 0, 0, 0, 0), lock);
    lock = 3999999;
    show("try: ", futex(&lock, Trylock_pi, 0, 0, 0, 0), lock);
    print_line("not aligned: ", futex((word *)((byte *)&lock + 1), Lock_pi, 0, 0, 0, 0));
    print_line("not mapped: ", futex((word *)8, Lock_pi, 0, 0, 0, 0));
    print_line("not mapped, unlock: ", futex((word *)8, Unlock_pi, 0, 0, 0, 0));
    lock = getppid();
    show("of my parent's, in time: ", futex(&lock, Lock_pi, 0, soon(0, 10), 0, 0), lock);
    lock = getppid();
    show("in monotonic time: ", futex(&lock, Lock_pi2, 0, soon(1, 10), 0, 0), lock);
    lock = getppid();
    show("in real time: ", futex(&lock, Lock_pi2 | Realtime, 0, soon(0, 10), 0, 0), lock);
    lock = getppid();
    show("real time flag: ", futex(&lock, Lock_pi | Realtime, 0, soon(0, 10), 0, 0), lock);
    int bad[2] = {0, 1000000000};
    show("bad time: ", futex(&lock, Lock_pi, 0, bad, 0, 0), lock);
    show("try my parent's: ", futex(&lock, Trylock_pi, 0, 0, 0, 0), lock);
    print_line("plain wait with real time: ", futex(&lock, Wait | Realtime, 0, 0, 0, 0));
}

static void takes_it(void)
{
    other_tid = call0(Gettid);
    step = 1;
    result_there = futex(&lock, Lock_pi, 0, 0, 0, 0);
    pause_for(10);
    show("there: ", result_there, lock);
    step = 2;
    while (step < 3)
        pause_for(1);
    show("unlocked there: ", futex(&lock, Unlock_pi, 0, 0, 0, 0), lock);
    step = 4;
    call1(Exit, 0);
}

static void handed_over(void)
{
    lock = 0;
    futex(&lock, Lock_pi, 0, 0, 0, 0);
    begin(0, takes_it);
    until(1);
    pause_for(20);
    show("somebody waits: ", 0, lock);
    print_line("plain wake: ", futex(&lock, Wake, 1, 0, 0, 0));
    print_line("plain requeue: ", futex(&lock, Requeue, 1, (void *)1, &other, 0));
    show("unlock: ", futex(&lock, Unlock_pi, 0, 0, 0, 0), lock);
    until(2);
    show("now here: ", futex(&lock, Trylock_pi, 0, 0, 0, 0), lock);
    step = 3;
    until(4);
    pause_for(5);
    show("free: ", 0, lock);
    futex(&lock, Lock_pi | Private, 0, 0, 0, 0);
    show("private: ", futex(&lock, Unlock_pi | Private, 0, 0, 0, 0), lock);
}

static void crosses(void)
{
    futex(&other, Lock_pi, 0, 0, 0, 0);
    step = 1;
    result_there = futex(&lock, Lock_pi, 0, 0, 0, 0);
    futex(&lock, Unlock_pi, 0, 0, 0, 0);
    futex(&other, Unlock_pi, 0, 0, 0, 0);
    step = 2;
    call1(Exit, 0);
}

static void deadlock(void)
{
    lock = other = 0;
    futex(&lock, Lock_pi, 0, 0, 0, 0);
    begin(0, crosses);
    until(1);
    pause_for(20);
    show("a circle: ", futex(&other, Lock_pi, 0, 0, 0, 0), other);
    futex(&lock, Unlock_pi, 0, 0, 0, 0);
    until(2);
    print_line("the other got it: ", result_there);
}

static void dies_with_it(void)
{
    futex(&lock, Lock_pi, 0, 0, 0, 0);
    step = 1;
    pause_for(40);
    call1(Exit, 0);
}

static void dead_owner(void)
{
    lock = 0;
    begin(0, dies_with_it);
    until(1);
    show("from the dead: ", futex(&lock, Lock_pi, 0, 0, 0, 0), lock);
    show("unlock: ", futex(&lock, Unlock_pi, 0, 0, 0, 0), lock);
}

static struct {
    word next;
    volatile word lock;
} entry;
static struct {
    word next, offset, pending;
} head;

static void dies_robustly(void)
{
    head.next = (word)&entry | 1;
    head.offset = 4;
    head.pending = 0;
    entry.next = (word)&head;
    call2(Set_robust_list, (int)&head, 12);
    futex(&entry.lock, Lock_pi, 0, 0, 0, 0);
    step = 1;
    pause_for(40);
    call1(Exit, 0);
}

static void robust(void)
{
    entry.lock = 0;
    begin(0, dies_robustly);
    until(1);
    show("waited for the dead: ", futex(&entry.lock, Lock_pi, 0, 0, 0, 0), entry.lock);
    step = 0;
    entry.lock = 0;
    begin(0, dies_robustly);
    until(1);
    pause_for(80);
    show("came later: ", futex(&entry.lock, Lock_pi, 0, 0, 0, 0), entry.lock);
}

static volatile int handled;

static void handle(int signal) { handled = signal; }

static void signalled_waiter(void)
{
    other_tid = call0(Gettid);
    step = 1;
    result_there = futex(&lock, Lock_pi, 0, 0, 0, 0);
    step = 2;
    call1(Exit, 0);
}

static void signalled(void)
{
    lock = 0;
    set_action(Usr1, (word)handle);
    futex(&lock, Lock_pi, 0, 0, 0, 0);
    begin(0, signalled_waiter);
    until(1);
    pause_for(20);
    call3(Tgkill, getpid(), other_tid, Usr1);
    pause_for(20);
    print_line("handled: ", handled);
    print_line("it waits on: ", step);
    futex(&lock, Unlock_pi, 0, 0, 0, 0);
    until(2);
    print_line("and gets it: ", result_there);
}

static volatile int waiting;

static void waits_for_condition(void)
{
    waiting++;
    int result = futex(&third, Wait_requeue_pi, 7, 0, &lock, 0);
    pause_for(10);
    show("woken with the lock: ", result, lock);
    step++;
    result_there = futex(&lock, Unlock_pi, 0, 0, 0, 0);
    call1(Exit, 0);
}

static void requeued(void)
{
    third = 7;
    lock = 0;
    futex(&lock, Lock_pi, 0, 0, 0, 0);
    for (int i = 0; i < 3; i++) {
        begin(i, waits_for_condition);
        while (waiting <= i)
            pause_for(1);
    }
    pause_for(20);
    print_line("another value: ", futex(&third, Cmp_requeue_pi, 1, (void *)9, &lock, 8));
    print_line("two to wake: ", futex(&third, Cmp_requeue_pi, 2, (void *)9, &lock, 7));
    print_line("another lock: ", futex(&third, Cmp_requeue_pi, 1, (void *)9, &other, 7));
    print_line("the same word: ", futex(&third, Cmp_requeue_pi, 1, (void *)9, &third, 7));
    print_line("plain wake: ", futex(&third, Wake, 1, 0, 0, 0));
    print_line("all: ", futex(&third, Cmp_requeue_pi, 1, (void *)9, &lock, 7));
    show("still ", 0, lock);
    futex(&lock, Unlock_pi, 0, 0, 0, 0);
    until(3);
    step = waiting = 0;
    begin(0, waits_for_condition);
    while (!waiting)
        pause_for(1);
    pause_for(20);
    lock = 0;
    print_line("a free lock: ", futex(&third, Cmp_requeue_pi, 1, (void *)9, &lock, 7));
    until(1);
    print_line("none: ", futex(&third, Cmp_requeue_pi, 1, (void *)9, &lock, 7));
    print_line("value: ", futex(&third, Wait_requeue_pi, 6, 0, &lock, 0));
    print_line("same: ", futex(&third, Wait_requeue_pi, 7, 0, &third, 0));
    print_line("time: ", futex(&third, Wait_requeue_pi, 7, soon(1, 10), &lock, 0));
}

struct waiter {
    unsigned long long value, address;
    word flags, reserved;
};

static void wakes(void)
{
    pause_for(20);
    result_there = futex(&other, Wake | Private, 1, 0, 0, 0);
    call1(Exit, 0);
}

static void many(void)
{
    struct waiter waiters[3] = {{1, (word)&lock, 130, 0}, {2, (word)&other, 130, 0}, {3, (word)&third, 2, 0}};
    long long time[2];
    lock = 1, other = 2, third = 3;
    begin(0, wakes);
    print_line("the second: ", call5(Waitv, (int)waiters, 3, 0, 0, 0));
    pause_for(1);
    print_line("was woken: ", result_there);
    int *now = soon(1, 10);
    time[0] = now[0], time[1] = now[1];
    print_line("time: ", call5(Waitv, (int)waiters, 3, 0, (int)time, 1));
    now = soon(0, 10);
    time[0] = now[0], time[1] = now[1];
    print_line("real time: ", call5(Waitv, (int)waiters, 3, 0, (int)time, 0));
    print_line("another clock: ", call5(Waitv, (int)waiters, 3, 0, (int)time, 2));
    print_line("no waiters: ", call5(Waitv, (int)waiters, 0, 0, 0, 0));
    print_line("too many: ", call5(Waitv, (int)waiters, 129, 0, 0, 0));
    print_line("flags: ", call5(Waitv, (int)waiters, 3, 1, 0, 0));
    print_line("pointer: ", call5(Waitv, 8, 3, 0, 0, 0));
    print_line("none: ", call5(Waitv, 0, 3, 0, 0, 0));
    third = 4;
    print_line("a value: ", call5(Waitv, (int)waiters, 3, 0, 0, 0));
    waiters[1].flags = 0;
    print_line("no size: ", call5(Waitv, (int)waiters, 3, 0, 0, 0));
    waiters[1].flags = 2;
    waiters[2].reserved = 1;
    print_line("reserved: ", call5(Waitv, (int)waiters, 3, 0, 0, 0));
    waiters[2].reserved = 0;
    waiters[0].address++;
    print_line("not aligned: ", call5(Waitv, (int)waiters, 3, 0, 0, 0));
    waiters[0].address = 8;
    print_line("not mapped: ", call5(Waitv, (int)waiters, 3, 0, 0, 0));
}

int main(void)
{
    in_child("-- alone", alone);
    in_child("-- handed over", handed_over);
    in_child("-- deadlock", deadlock);
    in_child("-- dead owner", dead_owner);
    in_child("-- robust", robust);
    in_child("-- signalled", signalled);
    in_child("-- requeued", requeued);
    in_child("-- many", many);
    return 0;
}
