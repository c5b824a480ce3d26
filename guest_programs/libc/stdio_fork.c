/* stdio_fork: a buffer that is full at fork is written twice.
 *
 * Shows: the text waits in the library's buffer, fork copies it with the rest of memory, and each
 * process writes its own copy when it exits.
 * Prints:
 *   once?
 *   once?
 * Status: 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
    puts("once?");
    pid_t pid = fork();
    if (pid == 0)
        exit(0);
    return waitpid(pid, NULL, 0) == pid ? 0 : 1;
}
