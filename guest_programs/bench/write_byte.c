/* write_byte: one byte per system call.
 *
 * Shows: what a write costs. Arguments: calls (1000), descriptor (3, made by the guest: a pipe that
 * is read empty now and then).
 * Prints:
 * Status: 0
 */
#include "guest.h"

enum { PIPE_ROOM = 4096 };

static void drain(int fd)
{
    char room[PIPE_ROOM];
    read(fd, room, sizeof room);
}

int main(int argc, char **argv)
{
    int calls = argument(argc, argv, 1, 1000);
    int fd = argument(argc, argv, 2, -1);
    int ends[2] = {-1, fd};
    if (fd < 0 && pipe(ends) < 0)
        fail("pipe failed\n");
    for (int done = 0; done < calls; done++) {
        if (fd < 0 && done && done % PIPE_ROOM == 0)
            drain(ends[0]);
        if (write(ends[1], "x", 1) != 1)
            return 1;
    }
    return 0;
}
