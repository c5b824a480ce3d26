/* Results of system calls in words. */
#ifndef ERRORS_H
#define ERRORS_H

#include "print.h"

static inline const char *error_name(int error)
{
    switch (error) {
    case EPERM: return "EPERM";
    case ESRCH: return "ESRCH";
    case EIO: return "EIO";
    case ECHILD: return "ECHILD";
    case EAGAIN: return "EAGAIN";
    case ENOMEM: return "ENOMEM";
    case EFAULT: return "EFAULT";
    case EINVAL: return "EINVAL";
    case ENOSYS: return "ENOSYS";
    }
    return "another error";
}

/* What is printed for a result that is a value or -errno: "done", or the error's name. */
static inline const char *outcome(int result) { return result < 0 ? error_name(-result) : "done"; }

static inline void print_outcome(const char *what, int result)
{
    print(what);
    print(": ");
    print(outcome(result));
    print("\n");
}

#endif
