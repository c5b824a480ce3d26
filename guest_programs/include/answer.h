/* Answers to the questions in which systems with a vfork differ. */
#ifndef ANSWER_H
#define ANSWER_H

#include "errors.h"

static inline void answer(const char *question, const char *words)
{
    print(question);
    print(": ");
    print(words);
    print("\n");
}

/* vfork failed: no child, so that is the answer. */
__attribute__((noreturn)) static inline void answer_error(const char *question, int result)
{
    answer(question, error_name(-result));
    leave(0);
}

static inline const char *yes_or_no(int is_so) { return is_so ? "yes" : "no"; }

/* Whether there is something to read, now or within that time. */
static inline int is_readable(int fd, int milliseconds)
{
    struct {
        int fd;
        short wanted, found;
    } entry = {fd, 1, 0};
    return call3(NR_poll, (int)&entry, 1, milliseconds) == 1;
}

#endif
