/* system: commands through the shell, and what system() returns.
 *
 * Shows: system() runs /bin/sh -c COMMAND, waits for it, and returns its wait status.
 * Needs: /bin/sh
 * Prints:
 *   a shell is there
 *   from the shell
 *   echo: status 0
 *   exit 7: exited with 7
 *   kill -9: killed by signal 9
 * Status: 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (system(NULL))
        puts("a shell is there");
    fflush(stdout);
    printf("echo: status %d\n", system("echo from the shell"));
    printf("exit 7: exited with %d\n", WEXITSTATUS(system("exit 7")));
    printf("kill -9: killed by signal %d\n", WTERMSIG(system("kill -9 $$")));
    return 0;
}
