/* waits: a vfork child that waits for its parent, or stops, or handles a signal.
 *
 * Shows: W5 and W6 of the misuse check. Cases: clean, pipe, full, futex, lock, child, stop, ttin, handler,
 * alternate (the handler's stack is another), quiet (the handler touches nothing).
 * Prints:
 *   parent
 * Status: 0
 */
#include "guest.h"

enum { CALL_FUTEX = 240, READ_WRITE_CREATE = 0x42, SET_AND_WAIT = 7, TERMINAL_INPUT = 21 };

volatile int word_of_futex = 1;
volatile int handled;
static byte room[70000];
static byte stack[8192];
static int ends[2];
static int file;
static struct { short type, whence; int start, length, pid; } lock = {1, 0, 0, 1, 0};

static int is(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static void handler(int signal) { handled = signal; }
static void quiet(int signal) { (void)signal; }

static void install(void (*function)(int), int flags)
{
    static struct { void *handler; word flags; void *restorer; word mask[2]; } action;
    action.handler = (void *)function;
    action.flags = flags;
    call4(NR_rt_sigaction, SIGUSR1, (int)&action, 0, 8);
}

static void prepare(const char *what)
{
    static struct { void *start; int flags; word size; } alternate = {stack, 0, sizeof stack};
    pipe(ends);
    if (is(what, "full"))
        write(ends[1], room, 65536);
    file = call3(NR_open, (int)"/tmp/locked", READ_WRITE_CREATE, 0600);
    call3(NR_fcntl, file, SET_AND_WAIT, (int)&lock);
    if (is(what, "alternate"))
        call2(NR_sigaltstack, (int)&alternate, 0);
    if (is(what, "handler"))
        install(handler, 0);
    if (is(what, "alternate") || is(what, "quiet"))
        install(quiet, is(what, "quiet") ? 0 : 0x08000000);
}

static void child(const char *what)
{
    if (is(what, "pipe"))
        read(ends[0], room, 1);
    else if (is(what, "full"))
        write(ends[1], room, 1);
    else if (is(what, "futex"))
        call4(CALL_FUTEX, (int)&word_of_futex, 128, 1, 0);
    else if (is(what, "lock"))
        call3(NR_fcntl, file, SET_AND_WAIT, (int)&lock);
    else if (is(what, "child")) {
        if (fork() == 0)
            read(ends[0], room, 1);
        wait4(-1, 0, 0);
    } else if (is(what, "stop"))
        kill(getpid(), SIGSTOP);
    else if (is(what, "ttin"))
        kill(getpid(), TERMINAL_INPUT);
    else
        kill(getpid(), is(what, "clean") ? 0 : SIGUSR1);
}

int main(int count, char **words)
{
    const char *what = count > 1 ? words[1] : "clean";
    if (is(what, "ttin") && fork()) { /* a group that its parent's group could continue */
        wait4(-1, 0, 0);
        return 0;
    }
    if (is(what, "ttin"))
        call2(NR_setpgid, 0, 0);
    prepare(what);
    int pid = guest_vfork();
    if (pid == 0) {
        child(what);
        leave(0);
    }
    print("parent\n");
    return 0;
}
