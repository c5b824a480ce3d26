/* exec_limits: programs larger than the limits of address space, data and stack end who executes them. */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { Execve = 11, Data = 2, Stack = 3, Space = 9, Segv = 11 };

static char *self;
static volatile byte data[256 << 10];

static int hard = 0;

static void execute(int resource, int octets)
{
    int limit[] = {octets, hard ? hard : octets};
    char *words[] = {self, "executed", 0};
    call2(NR_setrlimit, resource, (int)limit);
    leave(-call3(Execve, (int)self, (int)words, 0));
}

static void report(const char *what, int pid)
{
    int status = 0;
    wait4(pid, &status, 0);
    print(what);
    print_line(status & 127 ? " killed by " : ": ", status & 127 ? status & 127 : status >> 8);
}

static void try(const char *what, int resource, int octets)
{
    int pid = fork();
    if (pid == 0)
        execute(resource, octets);
    report(what, pid);
}

static void on_signal(int signal)
{
    print_line("never handled: ", signal);
    leave(1);
}

/* What the new program does: 64 KiB of stack, and all of its data. */
static int use_memory(void)
{
    byte large[64 << 10];
    memset(large, 1, sizeof large);
    __asm__ volatile("" : : "r"(large) : "memory");
    for (unsigned i = 0; i < sizeof data; i += 4096)
        data[i] = 1;
    return 42;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return use_memory();
    self = argv[0];
    try("64 KiB of address space", Space, 64 << 10);
    try("256 KiB of address space", Space, 256 << 10);
    try("a MiB of address space", Space, 1 << 20);
    try("no data", Data, 0);
    try("128 KiB of data", Data, 128 << 10);
    try("a MiB of data", Data, 1 << 20);
    hard = 1 << 20;
    try("no data, but a MiB if it asked for it", Data, 0);
    hard = 0;
    try("no stack", Stack, 0);
    try("8 KiB of stack", Stack, 8 << 10);
    try("128 KiB of stack", Stack, 128 << 10);
    set_action(Segv, (word)on_signal);
    try("with a handler, 64 KiB of address space", Space, 64 << 10);
    mask_signal(SIG_BLOCK, Segv);
    try("blocked, 64 KiB of address space", Space, 64 << 10);
    int pid = guest_vfork();
    if (pid == 0)
        execute(Space, 64 << 10);
    report("a vfork child, 64 KiB of address space", pid);
    return 0;
}
