/* pipe_round_trip: one byte to another process and back.
 *
 * Shows: what two context switches, two reads and two writes cost. Arguments: round trips (100).
 * Prints:
 * Status: 0
 */
#include "guest.h"

/* Sends back what arrives, until the other side has closed. */
static void echo(int from, int to)
{
    char letter;
    while (read(from, &letter, 1) == 1)
        write(to, &letter, 1);
}

int main(int argc, char **argv)
{
    int there[2], back[2], pid;
    char letter = 'x';
    if (pipe(there) < 0 || pipe(back) < 0 || (pid = fork()) < 0)
        fail("no pipe or no child\n");
    if (pid == 0) {
        close(there[1]);
        echo(there[0], back[1]);
        leave(0);
    }
    for (int left = argument(argc, argv, 1, 100); left > 0; left--)
        if (write(there[1], &letter, 1) != 1 || read(back[0], &letter, 1) != 1)
            return 1;
    close(there[1]);
    return wait4(pid, 0, 0) == pid ? 0 : 1;
}
