/* Tables of calls to try, for guests whose lines are "WHAT: ERRNO", or what it returned, where it succeeds. */
#ifndef TRIES_H
#define TRIES_H

#include "files.h"

/* An address where nothing is, and a descriptor that is not open, though every table has room for it. */
enum { BAD = 8, NONE = 60, USER = 1000 };

struct try {
    const char *what;
    int number, words[6];
};

static inline int call(int number, const int words[6])
{
    return call6(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

static inline int try(const struct try *one) { return show(one->what, call(one->number, one->words)); }

/* Tries all; a success shows what it returned. */
#define TRY(tries)                                                 \
    for (word tried = 0; tried < sizeof(tries) / sizeof *(tries); tried++) \
        try((tries) + tried)

/* Tries all; a success is 0. */
static inline void try_each(const struct try *tries, word count)
{
    for (word i = 0; i < count; i++)
        show_ok(tries[i].what, call(tries[i].number, tries[i].words));
}

#define TRY_EACH(tries) try_each(tries, sizeof(tries) / sizeof *(tries))

/* The same in a child that is another user. */
static inline void in_child_of(int user, void (*act)(void))
{
    int child = fork();
    if (child == 0) {
        if (user)
            call3(NR_setresuid32, user, user, user);
        act();
        leave(0);
    }
    wait4(child, 0, 0);
}

#endif
