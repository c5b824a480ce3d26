/* first_process: a program that a script started leads neither its session nor its group, until it asks for them. */
#include "print.h"

enum { Setpgid = 57, Getpgrp = 65, Setsid, Getpgid = 132, Getsid = 147 };

int main(void)
{
    int pid = getpid(), group = call0(Getpgrp), session = call1(Getsid, 0);
    print_line("leads its session: ", session == pid);
    print_line("leads its group: ", group == pid);
    print_line("a group of its own: ", call2(Setpgid, 0, 0));
    print_line("leads its group: ", call0(Getpgrp) == pid);
    print_line("a session of its own: ", call0(Setsid));
    print_line("another's group: ", call2(Setpgid, 0, 1));
    if (!fork()) {
        print_line("a child's session of its own: ", call0(Setsid) == getpid());
        print_line("a session leader's group: ", call2(Setpgid, 0, 0));
        print_line("the parent's session is another: ", call1(Getsid, pid) == session);
        leave(0);
    }
    wait4(-1, 0, 0);
    return 0;
}
