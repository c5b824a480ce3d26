/* spawn_cost: a process of some size starts a program, in ways to be told apart by what they cost.
 *
 * Shows: arguments are the ways (letters: f fork, v vfork, s posix_spawn's clone onto a stack of its own)
 * and the resident size in MiB. An octet of input is read before each call, by the child before its
 * execve, and by the program: whoever sends the octets can count in between.
 * Prints:
 *   fork: done
 *   vfork: done
 *   spawn: done
 * Status: 0
 */
#include "errors.h"
#include "handler.h"
#include "resident.h"

static const char *program;
static byte stack[16384] __attribute__((aligned(16)));

static void take_octet(void)
{
    byte octet;
    read(0, &octet, 1);
}

static void execute(void)
{
    const char *words[] = {program, "program", 0};
    take_octet();
    call3(NR_execve, (int)program, (int)words, (int)(words + 2));
}

static int with_fork(void)
{
    int pid = fork();
    if (pid == 0) {
        execute();
        leave(127);
    }
    return pid;
}

static int with_vfork(void)
{
    int pid = guest_vfork();
    if (pid == 0) {
        execute();
        leave(127);
    }
    return pid;
}

static int with_spawn(void)
{
    return clone_onto(CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof stack, execute);
}

static void spawn(char way)
{
    int status = 1;
    take_octet();
    int pid = way == 'f' ? with_fork() : way == 'v' ? with_vfork() : with_spawn();
    if (pid > 0)
        wait4(pid, &status, 0);
    print(way == 'f' ? "fork" : way == 'v' ? "vfork" : "spawn");
    print_outcome("", pid < 0 ? pid : -status);
}

int main(int argc, char **argv)
{
    const char *ways = argc > 1 ? argv[1] : "fvs";
    program = argv[0];
    if (ways[0] == 'p') {
        take_octet();
        return 0;
    }
    make_resident((word)argument(argc, argv, 2, 1));
    while (*ways)
        spawn(*ways++);
    return 0;
}
