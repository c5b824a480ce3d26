/* nproc: a user at RLIMIT_NPROC gets EAGAIN; threads and zombies count, some are exempt.
 *
 * Shows: with a limit of 3 tasks, user 54321 (or --user) is refused a vfork when one thread and one
 * zombie bring it to 3, and gets one when the zombie has been waited for. CAP_SYS_ADMIN and
 * CAP_SYS_RESOURCE each exempt the user, CAP_KILL does not; real uid 0 is exempt without any.
 * With --user only the user's lines come.
 * Needs: root with all capabilities
 * Prints:
 *   root, limit 1: done
 *   root without capabilities, limit 1: done
 *   user with CAP_KILL, limit 1: EAGAIN
 *   user with CAP_SYS_ADMIN, limit 1: done
 *   user with CAP_SYS_RESOURCE, limit 1: done
 *   user, limit 1: EAGAIN
 *   user, limit 3, 1 thread more: done
 *   user, limit 3, 1 thread and 1 zombie more: EAGAIN
 *   user, limit 3, the zombie waited for: done
 * Status: 0
 */
#include "errors.h"
#include "handler.h"

enum { RLIMIT_NPROC = 6, USER = 54321, PR_SET_KEEPCAPS = 8 };
enum { NOTHING = -1, CAP_KILL = 5, CAP_SYS_ADMIN = 21, CAP_SYS_RESOURCE = 24 };

static int thread_ends[2];

/* The soft limit: a user may raise it again. */
static void limit_tasks(word number)
{
    word limit[2];
    call2(NR_ugetrlimit, RLIMIT_NPROC, (int)limit);
    limit[0] = number;
    if (call2(NR_setrlimit, RLIMIT_NPROC, (int)limit) < 0)
        fail("setrlimit failed\n");
}

/* Drops all capabilities but one; an error where that one is not to be had. */
static int keep_only(int capability)
{
    word header[2] = {0x20080522, 0}, bits = capability == NOTHING ? 0 : 1u << capability;
    word sets[6] = {bits, bits, 0, 0, 0, 0};
    return call2(NR_capset, (int)header, (int)sets);
}

static int become_user(int capability)
{
    call2(NR_prctl, PR_SET_KEEPCAPS, 1);
    if (call3(NR_setresuid32, USER, USER, USER) < 0)
        fail("setresuid failed\n");
    return keep_only(capability);
}

/* A vfork child that ends at once; the parent's result. With `wait`, it does not stay a zombie. */
static int try_vfork(int wait)
{
    int pid = guest_vfork();
    if (pid == 0)
        leave(0);
    if (pid > 0 && wait)
        wait4(pid, 0, 0);
    return pid;
}

/* Tries one kind of caller in a process of its own. */
static void with(const char *who, int is_user, int capability)
{
    int pid = fork();
    if (pid == 0) {
        limit_tasks(1);
        int error = is_user ? become_user(capability) : keep_only(capability);
        print_outcome(who, error ? error : try_vfork(1));
        leave(0);
    }
    wait4(pid, 0, 0);
}

static void wait_for_end(void)
{
    byte octet;
    read(thread_ends[0], &octet, 1);
}

__attribute__((noreturn)) static void as_user(void)
{
    limit_tasks(1);
    print_outcome("user, limit 1", try_vfork(1));
    limit_tasks(3);
    pipe(thread_ends);
    if (start_thread(wait_for_end) < 0)
        fail("no thread\n");
    int zombie = try_vfork(0);
    call5(NR_waitid, P_PID, zombie, 0, WEXITED | WNOWAIT, 0); /* it is one now, and stays one */
    print_outcome("user, limit 3, 1 thread more", zombie);
    print_outcome("user, limit 3, 1 thread and 1 zombie more", try_vfork(1));
    wait4(zombie, 0, 0);
    print_outcome("user, limit 3, the zombie waited for", try_vfork(1));
    for (;;)
        call1(NR_exit_group, 0);
}

int main(void)
{
    if (call0(NR_getuid32) != 0)
        as_user();
    with("root, limit 1", 0, CAP_KILL);
    with("root without capabilities, limit 1", 0, NOTHING);
    with("user with CAP_KILL, limit 1", 1, CAP_KILL);
    with("user with CAP_SYS_ADMIN, limit 1", 1, CAP_SYS_ADMIN);
    with("user with CAP_SYS_RESOURCE, limit 1", 1, CAP_SYS_RESOURCE);
    become_user(NOTHING);
    as_user();
}
