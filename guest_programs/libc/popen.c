/* popen: a pipe from a command, and one to a command.
 *
 * Shows: what the command prints can be read; what is written to the other command comes out of it;
 * pclose waits and gives the command's status.
 * Needs: /bin/sh
 * Prints:
 *   read: one two
 *   pclose: exited with 3
 *   through cat
 *   pclose: exited with 0
 * Status: 0
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

int main(void)
{
    char line[100] = "";
    FILE *from = popen("echo one two; exit 3", "r");
    if (!from || !fgets(line, sizeof line, from))
        return 1;
    printf("read: %s", line);
    printf("pclose: exited with %d\n", WEXITSTATUS(pclose(from)));
    fflush(stdout);

    FILE *to = popen("cat", "w");
    if (!to || fputs("through cat\n", to) < 0)
        return 1;
    int status = pclose(to);
    printf("pclose: exited with %d\n", WEXITSTATUS(status));
    return 0;
}
