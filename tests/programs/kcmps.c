/* kcmps: kcmp(2) of a parent and its child: what they share, priorities of input and output, undo lists. */
#include "files.h"

enum { Kcmp = 349, Ioprio_set = 289, Semget = 393, Ipc = 117, Semop = 1, Semctl_remove = 0x100, Undo = 0x1000, Best_effort = 2 << 13 };

static const char *const kinds[] = {"file", "memory", "files", "folders", "actions", "priorities", "undo"};
static int parent;

/* 0 for the same, 1 for another: which of 1 and 2 it is depends on addresses. */
static void compare(const char *when)
{
    print(when), print("\n");
    for (int kind = 1; kind < 7; kind++) {
        int result = call5(Kcmp, parent, call0(NR_getpid), kind, 0, 0);
        show(kinds[kind], result > 0 ? 1 : result);
    }
}

static void undone(int set)
{
    const short operation[3] = {0, 1, Undo};
    show("semop", call5(Ipc, Semop, set, 1, 0, (int)operation));
}

#define CHILD(body) do { int child_pid = fork(); if (child_pid == 0) { body; leave(0); } wait4(child_pid, 0, 0); } while (0)

int main(void)
{
    parent = call0(NR_getpid);
    int set = show_ok("semget", call3(Semget, 0, 1, 0600));
    compare("oneself");
    CHILD({
        compare("a child");
        undone(set);
        compare("with something to undo");
        call3(Ioprio_set, 1, 0, Best_effort | 4);
        compare("with a priority");
    });
    undone(set);
    call3(Ioprio_set, 1, 0, Best_effort | 4);
    compare("oneself");
    CHILD(compare("a child of one with both"));
    call4(394, set, 0, Semctl_remove, 0);
    return 0;
}
