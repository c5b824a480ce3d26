/* traced_exec: a program of several threads is replaced while somebody traces them all. */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { Ptrace = 26, Exec = 11, Tgkill = 270, Gettid = 224, Getpgid = 132, Usr1 = 10 };
enum { Cont = 7, Seize = 0x4206, Message = 0x4201, TraceClone = 8, TraceExec = 16, TraceExit = 64, Nohang = 1 };
enum { Thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM };
#define All 0x40000000

static char *self;
static byte stacks[2][16384];
static volatile int go;
static int tids[2];

static int ptrace(int what, int pid, int address, int data) { return call4(Ptrace, what, pid, address, data); }

static void become_another(void)
{
    char *words[] = {self, "executed", 0};
    call3(Exec, (int)self, (int)words, 0);
    leave(99);
}

static void idle(void)
{
    for (;;)
        call0(NR_pause);
}

static void execute_when_told(void)
{
    while (!go)
        sleep_ms(1);
    become_another();
}

/* The tracee: two threads, then a signal to itself, then one of the three executes. */
static void work(int by_thread)
{
    clone_onto(Thread, stacks[0] + sizeof stacks[0], idle);
    clone_onto(Thread, stacks[1] + sizeof stacks[1], by_thread ? execute_when_told : idle);
    call3(Tgkill, getpid(), call0(Gettid), Usr1);
    if (!by_thread)
        become_another();
    go = 1;
    idle();
}

/* Waits for one task, shows what of it is seen, and returns the status. */
static int see(const char *what, int pid)
{
    int status = 0, message = 0, got = wait4(pid, &status, All);
    print(what), print(": "), print_hex((word)(got == pid ? status : got)), print("\n");
    if (status >> 16) {
        ptrace(Message, pid, 0, (int)&message);
        for (int i = 0; i < 2; i++)
            if (message == tids[i])
                print_line("  about thread ", i + 1);
        if (message == pid)
            print("  about itself\n");
        if ((status >> 16) == 6)
            print_line("  status ", message);
    }
    return status;
}

static int is_quiet(int pid)
{
    int status;
    sleep_ms(20);
    return wait4(pid, &status, All | Nohang) == 0;
}

static void ends(const char *what, int tid, int options)
{
    if (options & TraceExit)
        see(what, tid), ptrace(Cont, tid, 0, 0);
    see(what, tid);
}

static int started(int by_thread, int options)
{
    int ends[2], pid, threads = 0, status;
    byte octet;
    pipe(ends);
    pid = fork();
    if (pid == 0) {
        read(ends[0], &octet, 1);
        work(by_thread);
    }
    print_line("seize: ", ptrace(Seize, pid, 0, options | TraceClone));
    write(ends[1], "x", 1);
    for (;;) {
        wait4(pid, &status, All);
        if (status >> 16 == 0)
            break;
        ptrace(Message, pid, 0, (int)&tids[threads]);
        int tid = tids[threads++];
        ptrace(Cont, pid, 0, 0);
        wait4(tid, &status, All);
        ptrace(Cont, tid, 0, 0);
    }
    print_line("ready: ", status >> 8);
    ptrace(Cont, pid, 0, 0);
    close(ends[0]), close(ends[1]);
    return pid;
}

static void by_leader(int options)
{
    int pid = started(0, options);
    ends("thread 1", tids[0], options);
    print_line("not yet: ", is_quiet(pid));
    ends("thread 2", tids[1], options);
    see("leader", pid), ptrace(Cont, pid, 0, 0);
    ends("then", pid, options);
}

static void by_thread(int options)
{
    int pid = started(1, options);
    if (options & TraceExit)
        see("leader", pid), ptrace(Cont, pid, 0, 0);
    print_line("not yet: ", is_quiet(pid));
    ends("thread 1", tids[0], options);
    see("leader", pid), ptrace(Cont, pid, 0, 0);
    print_line("thread 2: ", ptrace(Cont, tids[1], 0, 0));
    ends("then", pid, options);
}

int main(int count, char **words)
{
    self = words[0];
    if (count > 1)
        return 7;
    print("the leader executes\n"), by_leader(TraceExec);
    print("with exit events\n"), by_leader(TraceExec | TraceExit);
    print("a thread executes\n"), by_thread(TraceExec);
    print("with exit events\n"), by_thread(TraceExec | TraceExit);
    int status;
    print_line("nobody left: ", wait4(-1, &status, All));
    return 0;
}
