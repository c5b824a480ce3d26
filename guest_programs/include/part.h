/* A part of a program, run in a child of its own, so that what it changes does not outlive it. */
#ifndef PART_H
#define PART_H

#include "print.h"

/* Prints what it is, then runs it; a part that does not end well is told with its wait status. */
static inline void in_child(const char *what, void (*act)(void))
{
    print(what);
    print("\n");
    int pid = fork();
    if (pid == 0) {
        act();
        call1(NR_exit_group, 0);
    }
    int status;
    wait4(pid, &status, 0);
    if (status)
        print_line("  STATUS ", status);
}

#endif
