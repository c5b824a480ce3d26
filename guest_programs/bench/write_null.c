/* write_null: one byte to /dev/null per system call.
 *
 * Shows: what the way of a write to its device costs. Arguments: calls (1000).
 * Prints:
 * Status: 0
 */
#include "guest.h"

int main(int argc, char **argv)
{
    int fd = call2(NR_open, (int)"/dev/null", O_WRONLY);
    if (fd < 0)
        fail("no /dev/null\n");
    for (int left = argument(argc, argv, 1, 1000); left > 0; left--)
        if (write(fd, "x", 1) != 1)
            return 1;
    return 0;
}
