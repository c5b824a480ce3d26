/* handlers: a vfork child inherits signal handlers, and what it then sets is its own.
 *
 * Shows: the child finds the parent's handler and runs it for a signal of its own. It sets that
 * signal to its default and catches another; the parent's two actions are what they were.
 * Prints:
 *   child: SIGUSR1 has the parent's handler, which ran in the child
 *   parent: SIGUSR1 has the handler, SIGUSR2 is ignored
 * Status: 0
 */
#include "handler.h"
#include "print.h"

static volatile int ran_in;

static void handler(int signal)
{
    (void)signal;
    ran_in = getpid();
}

static int is_inherited(void) { return handler_of(SIGUSR1) == (word)handler; }

__attribute__((noinline, noreturn)) static void child(void)
{
    int inherited = is_inherited();
    kill(getpid(), SIGUSR1);
    print(inherited ? "child: SIGUSR1 has the parent's handler" : "child: SIGUSR1 has no handler");
    print(ran_in == getpid() ? ", which ran in the child\n" : ", which did not run\n");
    set_action(SIGUSR1, SIG_DFL);
    set_action(SIGUSR2, (word)handler);
    leave(0);
}

int main(void)
{
    set_action(SIGUSR1, (word)handler);
    set_action(SIGUSR2, SIG_IGN);
    int pid = guest_vfork();
    if (pid == 0)
        child();
    print(is_inherited() ? "parent: SIGUSR1 has the handler" : "parent: SIGUSR1 has lost its handler");
    print(handler_of(SIGUSR2) == SIG_IGN ? ", SIGUSR2 is ignored\n" : ", SIGUSR2 is not ignored\n");
    return wait4(pid, 0, 0) == pid ? 0 : 1;
}
