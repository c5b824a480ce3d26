/* Memory that is really there: mapped, then written in every page. */
#ifndef RESIDENT_H
#define RESIDENT_H

#include "guest.h"

/* The sixth argument travels in ebp, which C code cannot name. */
static inline int map_anonymous(word size)
{
    int result;
    __asm__ volatile("pushl %%ebp\n\t"
                     "xorl %%ebp, %%ebp\n\t"
                     "int $0x80\n\t"
                     "popl %%ebp"
                     : "=a"(result)
                     : "a"(NR_mmap2), "b"(0), "c"(size), "d"(PROT_READ | PROT_WRITE),
                       "S"(MAP_PRIVATE | MAP_ANONYMOUS), "D"(-1)
                     : "memory");
    return result;
}

static inline byte *make_resident(word mebibytes)
{
    word size = mebibytes << 20;
    int address = map_anonymous(size);
    if (mebibytes == 0)
        return 0;
    if ((word)address > -4096u)
        fail("out of memory\n");
    for (word i = 0; i < size; i += 4096)
        ((volatile byte *)address)[i] = 1;
    return (byte *)address;
}

#endif
