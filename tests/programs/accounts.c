/* accounts: what getrusage, wait4 and /proc/self/status tell of the largest resident set and of switches. */
#include "files.h"
#include "print.h"
#include "proc.h"

enum { Self, Children = -1, Thread = 1, MiB = 1 << 20 };
enum { Peak = 4, Sleeps = 16, Preemptions, Words };
enum { Setaffinity = 241, Munmap = 91, Getrusage = 77, Mmap2 = 192 };

static word usage_of(int who, int what)
{
    word usage[Words];
    call2(Getrusage, who, (int)usage);
    return usage[what];
}

static char *room(int size) { return (char *)call6(Mmap2, 0, size, 3, 0x22, -1, 0); }

static char *touched(int size)
{
    char *start = room(size);
    for (int i = 0; i < size; i += 4096)
        start[i] = 1;
    return start;
}

/* Natively a few pages more or fewer are counted at a time. */
static void say(const char *what, word kib, int mib)
{
    print(what);
    print(": ");
    print(kib + 512 >= (word)mib * 1024 && kib <= (word)mib * 1024 + 1024 ? "as it should be\n" : "otherwise\n");
}

static void say_if(const char *what, int is_so)
{
    print(what);
    print(is_so ? ": yes\n" : ": no\n");
}

static int child(int mib, int by_vfork)
{
    int pid = by_vfork ? guest_vfork() : fork();
    if (!pid) {
        if (mib)
            touched(mib * MiB);
        leave(0);
    }
    return pid;
}

static word peak_of(int pid)
{
    word usage[Words];
    call4(NR_wait4, pid, 0, 0, (int)usage);
    return usage[Peak];
}

static void peaks(void)
{
    word before = usage_of(Self, Peak);
    char *start = touched(16 * MiB);
    say("16 MiB more", usage_of(Self, Peak) - before, 16);
    say("the thread's", usage_of(Thread, Peak) - before, 16);
    call2(Munmap, (int)start, 16 * MiB);
    say("still, when they are gone", usage_of(Self, Peak) - before, 16);
    touched(8 * MiB);
    say("less than before adds nothing", usage_of(Self, Peak) - before, 16);
    say_if("VmHWM tells it", (word)status_number(getpid(), "VmHWM:") + 512 >= usage_of(Self, Peak) && usage_of(Self, Peak) + 512 >= (word)status_number(getpid(), "VmHWM:"));
    say_if("no children yet", usage_of(Children, Peak) == 0);
    say("a child of 32 MiB, on the parent's 8", peak_of(child(32, 0)) - before, 40);
    say("children's", usage_of(Children, Peak) - before, 40);
    say("a child by fork has what its parent has now", peak_of(child(0, 0)) - before, 8);
    say("a child by vfork has its parent's", peak_of(child(0, 1)) - before, 16);
    say("children's is the largest", usage_of(Children, Peak) - before, 40);
}

static void switches(void)
{
    word before = usage_of(Thread, Sleeps);
    int told = status_number(getpid(), "voluntary_ctxt_switches:");
    for (int i = 0; i < 5; i++)
        sleep_ms(2);
    say_if("five sleeps", usage_of(Thread, Sleeps) - before >= 5);
    say_if("status tells it", status_number(getpid(), "voluntary_ctxt_switches:") - told >= 5);
    int cpu = 1;
    call3(Setaffinity, 0, sizeof cpu, (int)&cpu);
    int pid = fork();
    if (!pid)
        for (;;)
            ;
    before = usage_of(Self, Preemptions);
    for (int turns = 0; turns < 400 && usage_of(Self, Preemptions) - before < 2; turns++)
        for (volatile int i = 0; i < 1000000; i++)
            ;
    say_if("preempted by another", usage_of(Self, Preemptions) - before >= 2);
    kill(pid, 9);
    word usage[Words];
    call4(NR_wait4, pid, 0, 0, (int)usage);
    say_if("the other, too", usage[Preemptions] >= 1);
    say_if("children's", usage_of(Children, Preemptions) >= 1);
}

/* A process of its own: execve keeps what its program's predecessor had. */
int main(void)
{
    int pid = fork();
    if (!pid) {
        peaks();
        switches();
        leave(0);
    }
    return wait4(pid, 0, 0) == pid ? 0 : 1;
}
