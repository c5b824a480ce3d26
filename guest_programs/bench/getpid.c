/* getpid: the cheapest system call, many times.
 *
 * Shows: what one trap into the kernel costs. Arguments: calls (1000).
 * Prints:
 * Status: 0
 */
#include "guest.h"

int main(int argc, char **argv)
{
    for (int left = argument(argc, argv, 1, 1000); left > 0; left--)
        getpid();
    return 0;
}
