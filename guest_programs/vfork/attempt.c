/* attempt: one call that makes a task or runs a program, and what became of it.
 *
 * Shows: with --fail-alloc CALL:K the Kth allocation inside the call fails: for each K an error and no
 * child, until K is more than the call needs. Argument: fork, vfork (without one), clone, clone3,
 * tids (a clone that stores the child's number in both memories), thread, execve, or shared (an
 * execve by a task that shares descriptors and signal handlers).
 * Prints:
 *   vfork: done
 * Status: 0
 */
#include "errors.h"
#include "handler.h"

static const char *program;
static byte stack[8192] __attribute__((aligned(16)));

static int is(const char *text, const char *other)
{
    while (*text && *text == *other) {
        text++;
        other++;
    }
    return *text == *other;
}

static int execute(void)
{
    const char *words[] = {program, "executed", 0};
    return call3(NR_execve, (int)program, (int)words, (int)(words + 2));
}

static void execute_or_say(void) { print_outcome("execve", execute()); }

static void nothing(void) {}

static int clone3(void)
{
    word arguments[16] = {0}; /* eight numbers of 64 bits: flags, pidfd, two tids, signal, … */
    arguments[8] = SIGCHLD;
    int pid = call2(NR_clone3, (int)arguments, 64);
    if (pid == 0)
        leave(0);
    return pid;
}

static int store_tids(void)
{
    static int tids[2]; /* one to be stored by the parent, one by the child */
    int pid = call5(NR_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0, (int)tids, 0,
                    (int)(tids + 1));
    if (pid == 0)
        leave(0);
    return pid;
}

static int try_fork(void)
{
    int pid = fork();
    if (pid == 0)
        leave(0);
    return pid;
}

static int try_vfork(void)
{
    int pid = guest_vfork();
    if (pid == 0)
        leave(0);
    return pid;
}

static int try_call(const char *name)
{
    word shared = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_SIGHAND | SIGCHLD;
    if (is(name, "fork"))
        return try_fork();
    if (is(name, "clone"))
        return clone_onto(SIGCHLD, stack + sizeof stack, nothing);
    if (is(name, "clone3"))
        return clone3();
    if (is(name, "tids"))
        return store_tids();
    if (is(name, "thread"))
        return start_thread(nothing);
    if (is(name, "execve"))
        return execute();
    if (is(name, "shared"))
        return clone_onto(shared, stack + sizeof stack, execute_or_say);
    return try_vfork();
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "vfork";
    program = argv[0];
    if (is(name, "executed")) {
        print("execve: done\n");
        return 0;
    }
    int result = try_call(name);
    print_outcome(name, result);
    if (result > 0)
        wait4(result, 0, 0);
    return 0;
}
