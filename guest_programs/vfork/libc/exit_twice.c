/* exit_twice: exit() in a child made by fork writes again what the parent has yet to write.
 *
 * Shows: a text waits in the C library's buffer when the child is made, and exit() flushes buffers.
 * The forked child flushes its copy, so the text comes out twice. The vfork child flushes the
 * parent's own buffer: the text comes out once, and the parent finds nothing left to write.
 * Prints:
 *   once? once? after fork the parent had 6 characters to write
 *   only once: after vfork the parent had 0 characters to write
 * Status: 0
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/* Says how much waited, and lets it go; past the C library's buffer. */
static void report(const char *call)
{
    int pending = (int)__fpending(stdout);
    fflush(stdout);
    dprintf(1, "after %s the parent had %d characters to write\n", call, pending);
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
    fputs("once? ", stdout);
    pid_t pid = fork();
    if (pid == 0)
        exit(0);
    waitpid(pid, NULL, 0);
    report("fork");

    fputs("only once: ", stdout);
    pid = vfork();
    if (pid == 0)
        exit(0);
    report("vfork");
    _exit(waitpid(pid, NULL, 0) != pid);
}
