/* groups: process groups and sessions, and the errors of setpgid, setsid, getpgid and getsid. */
#include "print.h"

enum { Setpgid = 57, Getpgrp = 65, Setsid = 66, Getpgid = 132, Getsid = 147, Execve = 11 };

static int ends[2];

static void wait_for_word(void)
{
    char octet;
    read(ends[0], &octet, 1);
}

static void report_of_child(const char *what, int (*act)(void))
{
    int status = 0, pid = fork();
    if (pid == 0)
        leave(act());
    wait4(pid, &status, 0);
    print_line(what, (signed char)(status >> 8));
}

static int session(void) { return call0(Setsid) == getpid() && call1(Getsid, 0) == getpid() && call0(Getpgrp) == getpid(); }
static int session_twice(void) { call0(Setsid); return call0(Setsid); }
static int leader_leaves(void) { call0(Setsid); return call2(Setpgid, 0, getppid()); }
static int own_group(void) { return call2(Setpgid, 0, 0) == 0 && call0(Getpgrp) == getpid(); }
static int leader_of_group_wants_session(void) { call2(Setpgid, 0, 0); return call0(Setsid); }
static int group_of_nobody(void) { return call2(Setpgid, 0, 12345); }
static int negative(void) { return call2(Setpgid, 0, -5); }
static int of_parent(void) { return call2(Setpgid, getppid(), 0); }

static void other_session(void)
{
    int pid = fork();
    if (pid == 0) {
        call0(Setsid);
        write(ends[1], "x", 1);
        for (;;)
            call0(29);
    }
    wait_for_word();
    print_line("child in another session: ", call2(Setpgid, pid, 0));
    print_line("its session: ", call1(Getsid, pid) == pid);
    print_line("its group: ", call1(Getpgid, pid) == pid);
    kill(pid, 9);
    wait4(pid, 0, 0);
}

static void joining(void)
{
    int first = fork();
    if (first == 0)
        for (;;)
            call0(29);
    int second = fork();
    if (second == 0)
        for (;;)
            call0(29);
    print_line("child leads: ", call2(Setpgid, first, first));
    print_line("another joins: ", call2(Setpgid, second, first));
    print_line("in one group: ", call1(Getpgid, second) == first);
    print_line("signals reach both: ", kill(-first, 9));
    wait4(first, 0, 0);
    wait4(second, 0, 0);
}

static void after_exec(char *program)
{
    char *words[] = {program, "wait", 0};
    int pid = fork();
    if (pid == 0)
        leave(-call3(Execve, (int)program, (int)words, 0));
    wait_for_word();
    print_line("child that has executed: ", call2(Setpgid, pid, pid));
    kill(pid, 9);
    wait4(pid, 0, 0);
}

int main(int argc, char **argv)
{
    if (argc == 2) {
        write(101, "x", 1);
        for (;;)
            call0(29);
    }
    pipe(ends);
    call2(63, ends[1], 101);
    call2(Setpgid, 0, 0);
    report_of_child("setsid: ", session);
    report_of_child("setsid twice: ", session_twice);
    report_of_child("a session's leader leaves its group: ", leader_leaves);
    report_of_child("setpgid: ", own_group);
    report_of_child("a group's leader wants a session: ", leader_of_group_wants_session);
    report_of_child("no such group: ", group_of_nobody);
    report_of_child("a negative group: ", negative);
    report_of_child("one's parent: ", of_parent);
    print_line("nobody: ", call2(Setpgid, 12345, 0));
    print_line("getpgid of nobody: ", call1(Getpgid, 12345));
    print_line("getsid of nobody: ", call1(Getsid, -3));
    other_session();
    joining();
    after_exec(argv[0]);
    return 0;
}
