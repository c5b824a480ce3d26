/* vforkx: Solaris's vfork with flags: no SIGCHLD at the end, no reaping but by pid.
 *
 * Shows: under --vfork=solaris a child for each combination of FORK_NOSIGCHLD and FORK_WAITPID. Which
 * SIGCHLD came? Does a wait for any child reap it? Does ignoring SIGCHLD? On other systems the trap
 * is a general protection fault.
 * Prints:
 *   int $0x91: SIGSEGV, SI_KERNEL, address 0, EIP at the instruction
 * Status: 0
 */
#include "forksys.h"

enum { CLD_EXITED = 1, CLD_STOPPED = 5, CLD_CONTINUED = 6 };

static int came[7]; /* SIGCHLDs by si_code */
static const char *program;

static void note(int signal, word *info)
{
    (void)signal;
    came[info[2] % 7]++;
}

static void catch_sigchld(void)
{
    struct action action = {(word)note, SA_RESTORER | SA_SIGINFO, (word)restore, {0, 0}};
    call4(NR_rt_sigaction, SIGCHLD, (int)&action, 0, 8);
}

static const char *sent(int code)
{
    const char *words = came[code] ? "SIGCHLD" : "no SIGCHLD";
    came[code] = 0;
    return words;
}

static int make_child(word flags)
{
    int pid = forksys(VFORKX, flags);
    if (forksys_edx == 1)
        leave(0);
    return pid;
}

static void caught(const char *name, word flags)
{
    int pid = make_child(flags);
    int any = wait4(-1, 0, 0), group = wait4(0, 0, 0), own = wait4(pid, 0, 0);
    print(name);
    print(": ");
    print(sent(CLD_EXITED));
    print(", wait for any: ");
    print(outcome(any));
    if (any != pid) {
        print(", for its group: ");
        print(outcome(group));
        print(", for its pid: ");
        print(outcome(own));
    }
    print("\n");
}

static void ignored(const char *name, word flags)
{
    int pid = make_child(flags);
    print(name);
    print_outcome(", SIGCHLD ignored, wait for its pid", wait4(pid, 0, 0));
}

/* Stops and continues are told all the same: the child becomes a program that stops. */
static void stops(void)
{
    const char *words[] = {program, "stop", 0};
    int pid = forksys(VFORKX, FORK_NOSIGCHLD);
    if (forksys_edx == 1) {
        call3(NR_execve, (int)program, (int)words, (int)(words + 2));
        leave(127);
    }
    wait4(pid, 0, WUNTRACED);
    print("FORK_NOSIGCHLD: when it stops ");
    print(sent(CLD_STOPPED));
    kill(pid, SIGCONT);
    wait4(pid, 0, 0);
    print(", goes on ");
    print(sent(CLD_CONTINUED));
    print(", ends ");
    print(sent(CLD_EXITED));
    print("\n");
}

int main(int argc, char **argv)
{
    program = argv[0];
    if (argc > 1) {
        kill(getpid(), SIGSTOP);
        return 0;
    }
    expect_no_forksys();
    catch_sigchld();
    caught("0", 0);
    caught("FORK_NOSIGCHLD", FORK_NOSIGCHLD);
    caught("FORK_WAITPID", FORK_WAITPID);
    caught("both", FORK_NOSIGCHLD | FORK_WAITPID);
    stops();
    set_action(SIGCHLD, SIG_IGN);
    ignored("0", 0);
    ignored("FORK_NOSIGCHLD", FORK_NOSIGCHLD);
    ignored("FORK_WAITPID", FORK_WAITPID);
    ignored("both", FORK_NOSIGCHLD | FORK_WAITPID);
    return 0;
}
