/* clone_flags: what a child shares with its parent, flag by flag. */
#include "print.h"

enum { Clone = 120, Chdir = 12, Getcwd = 183, Umask = 60, Sigaction = 174, Dup = 41, Getppid = 64, Setpriority = 97, Getpriority = 96 };
enum { VM = 0x100, FS = 0x200, FILES = 0x400, SIGHAND = 0x800, VFORK = 0x4000, PARENT = 0x8000, PARENT_SETTID = 0x100000, CHILD_SETTID = 0x1000000, CLEARTID = 0x200000 };
enum { Chld = 17, Usr1 = 10, Wall = 0x40000000 };

static volatile int variable;
static char stack[16384] __attribute__((aligned(16)));
static int tids[2];

/* The child runs on a stack of its own, where shared memory needs one. */
static void in_child(void)
{
    variable = 1;
    close(7);
    call1(Chdir, (int)"/");
    call1(Umask, 0);
    word action[5] = {1, 0, 0, 0, 0};
    call4(Sigaction, Usr1, (int)action, 0, 8);
    leave(5);
}

static int *parent_tid = tids;

static int clone(int flags, void *top)
{
    int result;
    __asm__ volatile("int $0x80\n\ttestl %%eax, %%eax\n\tjnz 1f\n\tcall *%%edi\n1:"
                     : "=a"(result)
                     : "a"(Clone), "b"(flags), "c"(top), "d"(parent_tid), "S"(0), "D"(in_child)
                     : "memory");
    return result;
}

static int action_of(int signal)
{
    word action[5] = {0};
    call4(Sigaction, signal, 0, (int)action, 8);
    return (int)action[0];
}

static void try(const char *name, int flags)
{
    char folder[256];
    word fresh[5] = {0};
    variable = 0;
    call2(63, 1, 7);
    call1(Umask, 022);
    call1(Chdir, (int)"/proc");
    call4(Sigaction, Usr1, (int)fresh, 0, 8);
    int pid = clone(flags | Chld, flags & VM ? stack + sizeof stack : 0);
    print(name);
    if (pid < 0) {
        print_line(": error ", -pid);
        return;
    }
    int status = 0;
    int waited = wait4(pid, &status, Wall);
    call2(Getcwd, (int)folder, sizeof folder);
    print(waited == pid ? ": waited" : ": not ours");
    print_line(" ", status >> 8);
    print_line("  memory shared: ", variable == 1);
    print_line("  descriptors shared: ", close(7) != 0);
    print_line("  folder shared: ", folder[1] == 0);
    print_line("  umask shared: ", call1(Umask, 022) == 0);
    print_line("  actions shared: ", action_of(Usr1) == 1);
}

static void ids(void)
{
    tids[0] = tids[1] = -1;
    int pid = clone(PARENT_SETTID | Chld, 0);
    print_line("parent_tid: ", tids[0] == pid);
    wait4(pid, 0, 0);
    parent_tid = (int *)8;
    pid = clone(PARENT_SETTID | Chld, 0);
    print_line("a bad parent_tid: ", pid > 0);
    print_line("its child ended: ", wait4(-1, 0, 0) > 0);
}

static void niceness(void)
{
    call3(Setpriority, 0, 0, 5);
    int pid = fork();
    if (pid == 0)
        leave(call2(Getpriority, 0, 0));
    int status = 0;
    wait4(pid, &status, 0);
    print_line("inherited priority: ", status >> 8);
}

int main(void)
{
    try("nothing", 0);
    try("VM", VM);
    try("VM and VFORK", VM | VFORK);
    try("VFORK", VFORK);
    try("FS", FS);
    try("FILES", FILES);
    try("VM and SIGHAND", VM | SIGHAND);
    try("everything", VM | FS | FILES | SIGHAND);
    try("SIGHAND alone", SIGHAND);
    try("THREAD without SIGHAND", VM | 0x10000);
    try("THREAD without VM", SIGHAND | 0x10000);
    ids();
    niceness();
    return 0;
}
