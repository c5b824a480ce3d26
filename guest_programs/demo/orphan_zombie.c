/* orphan_zombie: what is left of a child that has ended, and who adopts the child of a dead parent.
 *
 * Shows: a child that has ended keeps its pid until its parent waits for it (it is a zombie: a signal
 * can be sent to it, and finds nobody afterwards). A process whose parent has ended gets process 1
 * as its parent.
 * Prints:
 *   the child has ended
 *   signal to the zombie: 0
 *   waited for it, status 0x500
 *   signal to its pid now: -3
 *   grandchild: my parent is the one who made me
 *   grandchild: now my parent is process 1
 * Status: 0
 */
#include "print.h"

/* Waits until the child has ended, without reaping it. */
static void wait_for_zombie(int pid)
{
    int information[32];
    if (call5(NR_waitid, P_PID, pid, (int)information, WEXITED | WNOWAIT, 0) < 0)
        fail("waitid failed\n");
}

static void show_zombie(void)
{
    int status, pid = fork();
    if (pid == 0)
        leave(5);
    wait_for_zombie(pid);
    print("the child has ended\n");
    print_line("signal to the zombie: ", kill(pid, 0));
    if (wait4(pid, &status, 0) != pid)
        fail("wait4 failed\n");
    print("waited for it, status ");
    print_hex(status);
    print_line("\nsignal to its pid now: ", kill(pid, 0));
}

/* Asks for its parent before and after its parent's end. */
static void grandchild(int maker, int speak, int go)
{
    char letter;
    if (getppid() == maker)
        print("grandchild: my parent is the one who made me\n");
    write(speak, "x", 1);
    read(go, &letter, 1);
    if (getppid() == 1)
        print("grandchild: now my parent is process 1\n");
    leave(0);
}

/* The child ends as soon as the grandchild has spoken. */
static void child(int hear, int speak, int go)
{
    char letter;
    int maker = getpid();
    if (fork() == 0)
        grandchild(maker, speak, go);
    read(hear, &letter, 1);
    leave(0);
}

static void show_orphan(void)
{
    int spoken[2], go[2];
    char letter;
    if (pipe(spoken) < 0 || pipe(go) < 0)
        fail("no pipe\n");
    int pid = fork();
    if (pid == 0)
        child(spoken[0], spoken[1], go[0]);
    close(spoken[1]);
    if (wait4(pid, 0, 0) != pid)
        fail("wait4 failed\n");
    write(go[1], "x", 1);
    read(spoken[0], &letter, 1); /* end of file: the grandchild has ended */
}

int main(void)
{
    show_zombie();
    show_orphan();
    return 0;
}
