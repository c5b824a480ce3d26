/* Telling how each call of a C library ended: its value, or the name of its error. */
#ifndef TELL_H
#define TELL_H

#include <errno.h>
#include <stdio.h>

#define NAMED(name) \
    case name: \
        return #name

static const char *error_name(int number)
{
    switch (number) {
        NAMED(EPERM); NAMED(ENOENT); NAMED(ESRCH); NAMED(EINTR); NAMED(EIO); NAMED(E2BIG); NAMED(EBADF);
        NAMED(ECHILD); NAMED(EAGAIN); NAMED(ENOMEM); NAMED(EACCES); NAMED(EFAULT); NAMED(EBUSY); NAMED(EEXIST);
        NAMED(ENODEV); NAMED(ENOTDIR); NAMED(EISDIR); NAMED(EINVAL); NAMED(EMFILE); NAMED(EFBIG); NAMED(ENOSPC);
        NAMED(ESPIPE); NAMED(EROFS); NAMED(EPIPE); NAMED(EDOM); NAMED(ERANGE); NAMED(ENAMETOOLONG); NAMED(ENOSYS);
        NAMED(ENOMSG); NAMED(EIDRM); NAMED(EOVERFLOW); NAMED(ENOTSOCK); NAMED(EDESTADDRREQ); NAMED(EMSGSIZE);
        NAMED(EPROTOTYPE); NAMED(ENOPROTOOPT); NAMED(EPROTONOSUPPORT); NAMED(ESOCKTNOSUPPORT); NAMED(EOPNOTSUPP);
        NAMED(EAFNOSUPPORT); NAMED(EADDRINUSE); NAMED(EADDRNOTAVAIL); NAMED(ENETUNREACH); NAMED(ECONNABORTED);
        NAMED(ECONNRESET); NAMED(ENOBUFS); NAMED(EISCONN); NAMED(ENOTCONN); NAMED(ETIMEDOUT); NAMED(ECONNREFUSED);
        NAMED(EALREADY); NAMED(EINPROGRESS); NAMED(ETOOMANYREFS); NAMED(ENOTTY); NAMED(ENXIO);
    }
    return "another error";
}

/* Prints what was called and how it ended; the value, for the next call. */
static int tell(const char *what, int value)
{
    int error = errno;
    if (value == -1)
        printf("%s: %s\n", what, error_name(error));
    else
        printf("%s: %d\n", what, value);
    errno = error;
    return value;
}

#define TELL(call) tell(#call, (int)(call))

#endif
