/* memory: a vfork child that writes to its parent's memory, in the way its first argument names.
 *
 * Shows: W1 of the misuse check. Cases: clean, global, stack, twice, fill, read, brk, map, result,
 * flags (the exit status tells whether the trap flag shows), trap (it is the signal that the child dies of),
 * fresh, copied, same, thread (which is clean: it is the parent's thread that writes), race, scratch,
 * forks (the exit status is what a forked child of the child finds).
 * Prints:
 *   parent
 * Status: 0
 */
#include "guest.h"

volatile int value = 1;
volatile int other = 1;
volatile int result;
volatile byte buffer[64];
volatile byte untouched[3 * 4096];
int ends[2];
static byte thread_stack[4096] __attribute__((aligned(16)));

static int is(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

/* Pushes the flags twice, once from a register: the trap flag must be in neither. */
static int trap_flag_shows(void)
{
    word flags;
    __asm__ volatile("pushfl\n\tpopl %0\n\tpushl %0\n\tpopfl\n\tpushfw\n\tpopw %w0" : "=r"(flags));
    return flags >> 8 & 1;
}

/* Steps itself, once. */
static void trap(void)
{
    __asm__ volatile("pushfl\n\torl $0x100, (%%esp)\n\tpopfl\n\tnop\n\tnop" ::: "memory");
}

/* What a forked child finds in value, after its own parent has changed it. */
static int value_of_forked(void)
{
    int status = 0;
    if (fork() == 0) {
        for (int i = 0; i < 10; i++)
            call0(NR_sched_yield);
        leave(value);
    }
    value = 9;
    wait4(-1, &status, 0);
    return status >> 8;
}

static void child(const char *what)
{
    if (is(what, "global"))
        value = 99;
    else if (is(what, "twice"))
        for (int i = 0; i < 3; i++)
            value = 7 + i;
    else if (is(what, "fill"))
        memset((void *)buffer, 0x55, sizeof buffer);
    else if (is(what, "read"))
        read(ends[0], (void *)buffer, 4);
    else if (is(what, "brk"))
        call1(NR_brk, call1(NR_brk, 0) + 4096);
    else if (is(what, "map"))
        call2(NR_munmap, 0x10000000, 4096);
    else if (is(what, "flags"))
        leave(trap_flag_shows());
    else if (is(what, "fresh"))
        untouched[4096] = 1;
    else if (is(what, "same"))
        value = 1;
    else if (is(what, "trap"))
        trap();
    else if (is(what, "forks"))
        leave(value_of_forked());
    else if (is(what, "scratch"))
        memset((byte[300]){0}, 7, 300);
    else if (is(what, "thread") || is(what, "race")) {
        for (int i = 0; i < 50; i++)
            call0(NR_sched_yield);
        if (is(what, "race"))
            value = 5;
    }
}

__attribute__((noreturn, used)) static void other_thread(void)
{
    for (int i = 0; i < 1000; i++) {
        other++;
        call0(NR_sched_yield);
    }
    leave(0);
}

static void start_thread(void)
{
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
    __asm__ volatile("int $0x80\n\t"
                     "testl %%eax, %%eax\n\t"
                     "jnz 1f\n\t"
                     "call other_thread\n"
                     "1:"
                     :
                     : "a"(NR_clone), "b"(flags), "c"(thread_stack + sizeof thread_stack), "d"(0), "S"(0), "D"(0)
                     : "memory");
}

int main(int count, char **words)
{
    const char *what = count > 1 ? words[1] : "clean";
    volatile int on_stack = 1;
    pipe(ends);
    write(ends[1], "text", 4);
    if (is(what, "map"))
        call5(NR_mmap2, 0x10000000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | 0x10, -1);
    if (is(what, "thread") || is(what, "race"))
        start_thread();
    if (is(what, "copied")) {
        value = 2;
        if (fork() == 0)
            for (;;)
                call0(NR_pause);
    }
    int pid = guest_vfork();
    if (is(what, "result"))
        result = pid;
    if (pid == 0) {
        if (is(what, "stack"))
            on_stack = 3;
        if (is(what, "copied"))
            value = 3;
        child(what);
        leave(0);
    }
    int status = 0;
    wait4(pid, &status, 0);
    print("parent\n");
    call1(NR_exit_group, status >> 8 | (status & 127) | (on_stack == 2));
    return 0;
}
