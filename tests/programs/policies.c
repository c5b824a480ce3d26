/* policies: who runs before whom: real-time priorities, time slices, yielding, waking, nice values, lent priorities. */
#include "handler.h"
#include "print.h"

enum { Setscheduler = 156, Setparam = 154, Yield = 158, Setaffinity = 241, Setpriority = 97, Nanosleep = 162, Clock_gettime = 265, Futex = 240, Gettid = 224, Mmap2 = 192 };
enum { Other, Fifo, Rr, Batch, Idle = 5 };
enum { Wait, Wake, Lock_pi = 6, Unlock_pi };
enum { Process_time = 2 };

/* What all processes share. */
static struct {
    volatile word lock, gate;
    volatile int count;
    char letters[100];
} *shared;

static void say(char letter) { shared->letters[shared->count++] = letter; }

static int set(int pid, int policy, int priority) { return call3(Setscheduler, pid, policy, (int)&priority); }

static int set_priority(int pid, int priority) { return call2(Setparam, pid, (int)&priority); }

static void pause_for(int milliseconds)
{
    int time[2] = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    call2(Nanosleep, (int)time, 0);
}

static int spent(void)
{
    int time[2];
    call2(Clock_gettime, Process_time, (int)time);
    return time[0] * 1000 + time[1] / 1000000;
}

static void spin(int milliseconds)
{
    int end = spent() + milliseconds;
    while (spent() < end)
        for (volatile int i = 0; i < 20000; i++)
            ;
}

static void twice_with_work(char letter)
{
    say(letter);
    spin(150);
    say(letter);
}

static void thrice_with_yields(char letter)
{
    for (int i = 0; i < 3; i++) {
        say(letter);
        call0(Yield);
    }
}

/* A child that does something once it is scheduled: not before the caller, who is above it, sleeps. */
static int child(int policy, int priority, void (*act)(char), char letter)
{
    int pid = fork();
    if (!pid) {
        act(letter);
        leave(0);
    }
    set(pid, policy, priority);
    return pid;
}

static void show(const char *what)
{
    while (wait4(-1, 0, 0) > 0)
        ;
    shared->letters[shared->count] = 0;
    print(what);
    print(shared->letters);
    print("\n");
    shared->count = 0;
}

static void orders(void)
{
    child(Fifo, 10, say, 'a');
    child(Rr, 12, say, 'b');
    child(Other, 0, say, 'c');
    child(Fifo, 11, say, 'd');
    child(Rr, 10, say, 'e');
    show("the highest first: ");
    child(Fifo, 10, twice_with_work, 'a');
    child(Fifo, 10, twice_with_work, 'b');
    show("first come, first to end: ");
    child(Rr, 10, twice_with_work, 'a');
    child(Rr, 10, twice_with_work, 'b');
    show("in turn: ");
    child(Fifo, 10, thrice_with_yields, 'a');
    child(Fifo, 10, thrice_with_yields, 'b');
    child(Fifo, 9, thrice_with_yields, 'c');
    show("yielding to equals: ");
}

static void moves(void)
{
    child(Fifo, 10, say, 'a');
    int b = child(Fifo, 5, say, 'b');
    child(Fifo, 10, say, 'c');
    set_priority(b, 10);
    show("raised, behind its equals: ");
    child(Fifo, 10, say, 'a');
    b = child(Fifo, 20, say, 'b');
    child(Fifo, 10, say, 'c');
    set_priority(b, 10);
    show("lowered, before its equals: ");
    child(Fifo, 10, say, 'a');
    b = child(Fifo, 10, say, 'b');
    set_priority(b, 10);
    show("unchanged: ");
    child(Fifo, 10, say, 'a');
    set_priority(0, 5);
    say('m');
    set_priority(0, 50);
    show("who lowers itself: ");
    int a = child(Fifo, 10, say, 'a');
    set_priority(a, 60);
    say('m');
    show("who raises another: ");
}

static void wakings(void)
{
    int ends[2], priorities[] = {60, 40};
    pipe(ends);
    for (int i = 0; i < 2; i++) {
        int pid = fork();
        if (!pid) {
            byte got;
            read(ends[0], &got, 1);
            say('r');
            leave(0);
        }
        set(pid, Fifo, priorities[i]);
        pause_for(20);
        write(ends[1], "x", 1);
        say('w');
        show(i ? "a lower reader: " : "a higher reader: ");
    }
    int pid = fork();
    if (!pid) {
        set(0, Fifo, 60);
        pause_for(20);
        say('s');
        leave(0);
    }
    pause_for(1);
    set(0, Fifo, 50);
    say('m');
    spin(60);
    say('m');
    show("a higher sleeper wakes: ");
}

static void futex_waiter(char letter)
{
    call4(Futex, (int)&shared->gate, Wait, 0, 0);
    say(letter);
}

static void futexes(void)
{
    child(Other, 0, futex_waiter, 'a');
    child(Fifo, 10, futex_waiter, 'b');
    child(Fifo, 20, futex_waiter, 'c');
    child(Fifo, 10, futex_waiter, 'd');
    pause_for(20);
    for (int i = 0; i < 4; i++) {
        call3(Futex, (int)&shared->gate, Wake, 1);
        pause_for(20);
    }
    show("woken one by one: ");
}

static void locks(char letter)
{
    call4(Futex, (int)&shared->lock, Lock_pi, 0, 0);
    say(letter);
    call4(Futex, (int)&shared->lock, Unlock_pi, 0, 0);
}

static void holds(char letter)
{
    call4(Futex, (int)&shared->lock, Lock_pi, 0, 0);
    say(letter);
    spin(40);
    say(letter);
    call4(Futex, (int)&shared->lock, Unlock_pi, 0, 0);
    say('-');
}

static void lends(void)
{
    child(Fifo, 10, holds, 'l');
    pause_for(20);
    child(Fifo, 20, twice_with_work, 'm');
    child(Fifo, 30, locks, 'h');
    show("lent to the owner of a lock: ");
    child(Fifo, 10, holds, 'l');
    pause_for(20);
    child(Fifo, 20, locks, 'a');
    child(Fifo, 30, locks, 'b');
    show("the highest gets it first: ");
}

/* How often a child gets the CPU's time of another that differs in policy or nice value; the bounds, tenths, are wide, for others may run. */
static void share(const char *what, int policy, int nice, int least, int most)
{
    word usage[2][18];
    int pids[2];
    for (int i = 0; i < 2; i++) {
        pids[i] = fork();
        if (!pids[i])
            for (;;)
                ;
        set(pids[i], i ? policy : Other, 0);
        call3(Setpriority, 0, pids[i], i ? nice : 0);
    }
    pause_for(250);
    for (int i = 0; i < 2; i++)
        kill(pids[i], 9);
    for (int i = 0; i < 2; i++)
        call4(NR_wait4, pids[i], 0, 0, (int)usage[i]);
    int ours = (int)(usage[0][0] * 1000 + usage[0][1] / 1000), other = (int)(usage[1][0] * 1000 + usage[1][1] / 1000);
    int ratio = ours * 10 / (other ? other : 1);
    print(what);
    if (least <= ratio && ratio <= most)
        print("as it should be\n");
    else
        print_line("10 times ", ratio);
}

int main(void)
{
    word cpus = 1;
    call3(Setaffinity, 0, sizeof cpus, (int)&cpus);
    shared = (void *)call5(Mmap2, 0, 4096, 3, 0x21, -1);
    print_line("fifo: ", set(0, Fifo, 50));
    orders();
    moves();
    wakings();
    futexes();
    lends();
    share("equals: ", Other, 0, 5, 20);
    share("batch: ", Batch, 0, 5, 20);
    share("nice 5: ", Other, 5, 15, 60);
    share("nice 10: ", Other, 10, 40, 250);
    share("nice -5: ", Other, -5, 1, 7);
    share("idle: ", Idle, 0, 60, 100000);
    return 0;
}
