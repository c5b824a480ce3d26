/* flags: vfork is clone with CLONE_VM and CLONE_VFORK; each of the two flags does one thing.
 *
 * Shows: CLONE_VM shares the memory, CLONE_VFORK makes the caller wait, whichever call asks for it.
 * The exit signal is clone's, too: a child with another one than SIGCHLD is waited for with
 * __WCLONE or __WALL only.
 * Prints:
 *   vfork: the child's write is seen, the parent waited
 *   clone(VM|VFORK): the child's write is seen, the parent waited
 *   clone3(VM|VFORK): the child's write is seen, the parent waited
 *   fork: the child's write is not seen, the parent went on
 *   clone(0): the child's write is not seen, the parent went on
 *   clone(VFORK): the child's write is not seen, the parent waited
 *   clone(VM): the child's write is seen, the parent went on
 *   exit signal SIGCHLD: sent yes, wait4 finds it: plainly yes, __WCLONE no, __WALL yes
 *   exit signal SIGUSR1: sent yes, wait4 finds it: plainly no, __WCLONE yes, __WALL yes
 *   exit signal 0: sent no, wait4 finds it: plainly no, __WCLONE yes, __WALL yes
 * Status: 0
 */
#include "handler.h"
#include "print.h"
#include "proc.h"

static volatile int mark;
static int order[2];
static byte stack[8192];

/* Writes, and tells of it only when a parent that did not wait has long told of itself. */
static void child(void)
{
    mark = 1;
    sleep_ms(100);
    write(order[1], "c", 1);
}

__attribute__((noinline, noreturn)) static void child_on_this_stack(void)
{
    child();
    leave(0);
}

static int create(int number, word flags)
{
    int pid;
    if (number == NR_vfork)
        pid = guest_vfork();
    else if (number == NR_fork)
        pid = fork();
    else
        return clone_onto(flags | SIGCHLD, stack + sizeof stack, child);
    if (pid == 0)
        child_on_this_stack();
    return pid;
}

/* clone3's structure: eight-octet fields flags, pidfd, child_tid, parent_tid, exit_signal, … */
static int create_by_clone3(word flags)
{
    word arguments[22] = {flags};
    arguments[8] = SIGCHLD;
    int pid = call2(NR_clone3, (int)arguments, 64);
    if (pid == 0)
        child_on_this_stack();
    return pid;
}

static void try(const char *name, int number, word flags)
{
    char first;
    mark = 0;
    pipe(order);
    int pid = number == NR_clone3 ? create_by_clone3(flags) : create(number, flags);
    write(order[1], "p", 1);
    read(order[0], &first, 1);
    wait4(pid, 0, 0);
    print(name);
    print(mark ? ": the child's write is seen" : ": the child's write is not seen");
    print(first == 'c' ? ", the parent waited\n" : ", the parent went on\n");
    close(order[0]);
    close(order[1]);
}

static void nothing(void) {}

static const char *found(int options, int pid)
{
    return wait4(pid, 0, (int)((word)options | WNOHANG)) == pid ? "yes" : "no";
}

static void try_exit_signal(const char *name, int signal)
{
    int options[3] = {0, (int)WCLONE, (int)WALL};
    static const char *const names[3] = {" plainly ", ", __WCLONE ", ", __WALL "};
    print(name);
    if (signal)
        mask_signal(SIG_BLOCK, signal);
    for (int i = 0; i < 3; i++) {
        int pid = clone_onto(CLONE_VM | CLONE_VFORK | (word)signal, stack + sizeof stack, nothing);
        sleep_ms(50);
        if (i == 0) {
            print(": sent ");
            print(signal && is_pending(signal) ? "yes, wait4 finds it:" : "no, wait4 finds it:");
        }
        print(names[i]);
        print(found(options[i], pid));
        wait4(pid, 0, (int)WALL | WNOHANG);
    }
    print("\n");
}

int main(void)
{
    try("vfork", NR_vfork, 0);
    try("clone(VM|VFORK)", NR_clone, CLONE_VM | CLONE_VFORK);
    try("clone3(VM|VFORK)", NR_clone3, CLONE_VM | CLONE_VFORK);
    try("fork", NR_fork, 0);
    try("clone(0)", NR_clone, 0);
    try("clone(VFORK)", NR_clone, CLONE_VFORK);
    try("clone(VM)", NR_clone, CLONE_VM);
    try_exit_signal("exit signal SIGCHLD", SIGCHLD);
    try_exit_signal("exit signal SIGUSR1", SIGUSR1);
    try_exit_signal("exit signal 0", 0);
    return 0;
}
