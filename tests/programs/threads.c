/* threads: ends of threads, in every order, and execve by one that is not the leader. */
#include "print.h"

enum { Clone = 120, Gettid = 224, Exit_group = 252, Futex = 240, Execve = 11, Yield = 158, Set_tid_address = 258 };
enum { Thread = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000, Cleartid = 0x200000 };

static char stacks[4][16384] __attribute__((aligned(16)));
static volatile int cleared = 1;
static char **arguments;

/* The act goes over in ebp: every other register is an argument. */
static int start(int number, void (*act)(void), int *clear)
{
    int result;
    __asm__ volatile("pushl %%ebp\n\tmovl %[act], %%ebp\n\tint $0x80\n\ttestl %%eax, %%eax\n\tjnz 1f\n\tcall *%%ebp\n1:\tpopl %%ebp"
                     : "=a"(result)
                     : "a"(Clone), "b"(Thread | (clear ? Cleartid : 0)), "c"(stacks[number] + 16384), "d"(0), [act] "S"(act), "D"(clear)
                     : "memory");
    return result;
}

static void ends(void) { leave(1); }

static void outlives_leader(void)
{
    for (int i = 0; i < 50; i++)
        call0(Yield);
    print_line("the process goes on: ", call0(Gettid) != getpid());
    leave(9);
}

static void ends_all(void)
{
    call1(Exit_group, 4);
}

static void executes(void)
{
    char *words[] = {arguments[0], "again", 0};
    call3(Execve, (int)arguments[0], (int)words, 0);
    leave(2);
}

static void sleeps(void)
{
    for (;;)
        call0(29);
}

static void in_child(const char *what, void (*act)(void))
{
    int status = 0, pid = fork();
    if (pid == 0) {
        act();
        leave(77);
    }
    int waited = wait4(pid, &status, 0);
    print(what);
    print_line(waited == pid ? ": " : ": lost ", status);
}

static void leader_first(void)
{
    start(0, outlives_leader, 0);
    leave(3);
}

static void thread_ends_all(void)
{
    start(0, sleeps, 0);
    start(1, ends_all, 0);
    sleeps();
}

static void thread_executes(void)
{
    start(0, sleeps, 0);
    start(1, executes, 0);
    sleeps();
}

static void thread_executes_after_leader(void)
{
    start(0, executes, 0);
    leave(5);
}

static void killed(void)
{
    start(0, sleeps, 0);
    kill(getpid(), 9);
}

static void leader_executes(void)
{
    start(0, sleeps, 0);
    start(1, ends, 0);
    executes();
}

static void clears(void)
{
    start(0, ends, (int *)&cleared);
    for (int i = 0; i < 1000 && cleared; i++)
        call4(Futex, (int)&cleared, 0, cleared, 0);
    print_line("cleared: ", cleared == 0);
    leave(0);
}

int main(int argc, char **argv)
{
    arguments = argv;
    if (argc == 2) {
        print_line("executed, tid is pid: ", call0(Gettid) == getpid());
        return 6;
    }
    in_child("leader first", leader_first);
    in_child("exit_group by a thread", thread_ends_all);
    in_child("execve by a thread", thread_executes);
    in_child("execve by a thread when the leader has ended", thread_executes_after_leader);
    in_child("execve by the leader", leader_executes);
    in_child("SIGKILL", killed);
    in_child("CLONE_CHILD_CLEARTID", clears);
    return 0;
}
