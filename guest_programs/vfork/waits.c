/* waits: the parent sleeps until its vfork child has executed a program, or is over.
 *
 * Shows: the child finds its parent in state D, and does something at last that nobody but a
 * waiting parent would find done. An execve that fails is no end of the wait. With the argument
 * `release` the parent looks, when it goes on, whether its child is a zombie yet: it is not (on
 * one processor; with two the child may be faster).
 * Prints:
 *   execve: the parent was in state D and went on when all was done, the child still lived
 *   execve that fails, then exit: the parent was in state D and went on when all was done
 *   exit: the parent was in state D and went on when all was done
 *   exit_group: the parent was in state D and went on when all was done
 *   SIGKILL: the parent was in state D and went on when all was done
 *   SIGSEGV: the parent was in state D and went on when all was done
 * Status: 0
 */
#include "handler.h"
#include "print.h"
#include "proc.h"

enum { EXECVE, FAILING_EXECVE, EXIT, EXIT_GROUP, KILLED, FAULTED, CASES };
static const char *const names[CASES] = {
    "execve", "execve that fails, then exit", "exit", "exit_group", "SIGKILL", "SIGSEGV",
};

static volatile char parent_state;
static volatile int done, failure;
static int go_on[2];
static volatile int *volatile nowhere;

static void execute(const char *path)
{
    const char *arguments[] = {"waits", "program", 0};
    call3(NR_execve, (int)path, (int)arguments, 0);
}

/* Time passes, then `done` is set, then comes what may release the parent. */
__attribute__((noinline, noreturn)) static void child(int how)
{
    if (how == FAILING_EXECVE) {
        execute("/there/is/no/such/program");
        failure = 1;
    }
    sleep_ms(30);
    parent_state = state_of(getppid());
    done = 1;
    if (how == EXECVE)
        execute("/proc/self/exe");
    else if (how == EXIT_GROUP)
        call1(NR_exit_group, 0);
    else if (how == KILLED)
        kill(getpid(), SIGKILL);
    else if (how == FAULTED)
        *nowhere = 0;
    leave(0);
}

/* The program that the child executes: it lives until the parent lets it end. */
static int program(void)
{
    char nothing;
    read(0, &nothing, 1);
    return 0;
}

static void try(int how, int looks)
{
    done = failure = parent_state = 0;
    pipe(go_on);
    close(0);
    call1(NR_dup, go_on[0]); /* the child reads it as descriptor 0 */
    close(go_on[0]);
    call3(NR_fcntl, go_on[1], 2, 1); /* the program does not keep the other end open */
    int pid = guest_vfork();
    if (pid == 0)
        child(how);
    int reaped = looks || how == EXECVE ? wait4(pid, 0, WNOHANG) : 0;
    print(names[how]);
    print(": the parent was in state ");
    print_character(parent_state);
    print(done && (how != FAILING_EXECVE || failure) ? " and went on when all was done"
                                                     : " and went on too early");
    if (looks || how == EXECVE)
        print(reaped == 0 ? ", the child still lived\n" : ", the child was over\n");
    else
        print("\n");
    close(go_on[1]);
    wait4(pid, 0, 0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == 'p')
        return program();
    for (int how = 0; how < CASES; how++)
        try(how, argc > 1);
    return 0;
}
