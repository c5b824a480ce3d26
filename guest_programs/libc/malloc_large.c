/* malloc_large: 100 MiB, touched page by page, then given back.
 *
 * Shows: memory from the system reads as zero and keeps what is written, and a second 100 MiB fits
 * after the first was freed.
 * Prints:
 *   pages that were not zero: 0
 *   sum of what was written: 327667200
 *   pages that were not zero: 0
 *   sum of what was written: 327667200
 * Status: 0
 */
#include <stdio.h>
#include <stdlib.h>

enum { SIZE = 100 << 20, PAGE = 4096, PAGES = SIZE / PAGE };

static int use_once(void)
{
    long sum = 0;
    int dirty = 0;
    char *memory = calloc(1, SIZE);
    if (!memory)
        return 1;
    for (int page = 0; page < PAGES; page++) {
        int *first = (int *)(memory + page * PAGE);
        dirty += *first != 0;
        *first = page;
    }
    for (int page = 0; page < PAGES; page++)
        sum += *(int *)(memory + page * PAGE);
    printf("pages that were not zero: %d\nsum of what was written: %ld\n", dirty, sum);
    free(memory);
    return 0;
}

int main(void)
{
    return use_once() || use_once();
}
