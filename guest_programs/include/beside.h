/* The path of another guest in the folder of this one. */
#ifndef BESIDE_H
#define BESIDE_H

#include "guest.h"

static inline const char *beside(const char *program, const char *name)
{
    static char path[4096];
    word end = length(program);
    while (end && program[end - 1] != '/')
        end--;
    if (end + length(name) >= sizeof path)
        fail("path too long\n");
    memcpy(path, program, end);
    memcpy(path + end, name, length(name) + 1);
    return path;
}

#endif
