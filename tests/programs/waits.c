/* waits: every option of wait4 and waitid, and what each says. */
#include "print.h"

enum { Waitid = 284, Clone = 120, Setpgid = 57, Sigaction = 174, Pause = 29 };
enum { Nohang = 1, Untraced = 2, Exited = 4, Continued = 8, Nowait = 0x1000000, All = 0, Pid = 1, Group = 2 };
#define Wclone ((int)0x80000000)
#define Wall 0x40000000
enum { Stop = 19, Cont = 18, Kill = 9, Chld = 17 };

static int child(int status)
{
    int pid = fork();
    if (pid == 0)
        leave(status);
    return pid;
}

static int sleeper(void)
{
    int pid = fork();
    if (pid == 0)
        for (;;)
            call0(Pause);
    return pid;
}

static void show_info(const char *what, int result, const int *info, int pid)
{
    print(what);
    print_line(": ", result);
    print_line("  signo ", info[0]);
    print_line("  errno ", info[1]);
    print_line("  code ", info[2]);
    print_line("  pid is the child's ", info[3] == pid);
    print_line("  uid ", info[4]);
    print_line("  status ", info[5]);
    print_line("  rest untouched ", info[6] == 77 && info[31] == 77);
}

static int waitid(int kind, int number, int *info, int options)
{
    for (int i = 0; i < 32; i++)
        info[i] = 77;
    return call5(Waitid, kind, number, (int)info, options, 0);
}

static void ends(void)
{
    int info[32], status = 0, pid = child(7);
    show_info("waitid NOWAIT", waitid(Pid, pid, info, Exited | Nowait), info, pid);
    show_info("waitid again", waitid(All, 0, info, Exited | Nowait), info, pid);
    print_line("wait4 then ", wait4(pid, &status, 0) == pid);
    print_line("status ", status);
    print_line("gone ", wait4(pid, &status, 0));
    print_line("waitid without children ", waitid(All, 0, info, Exited));
    print_line("info left alone ", info[0] == 77);
}

static void nobody_yet(void)
{
    int info[32], status = 99, pid = sleeper();
    print_line("WNOHANG ", wait4(pid, &status, Nohang));
    print_line("status left alone ", status == 99);
    show_info("waitid WNOHANG", waitid(Pid, pid, info, Exited | Nohang), info, 0);
    print_line("another pid ", wait4(pid + 1000, 0, Nohang));
    print_line("own group ", wait4(0, 0, Nohang));
    print_line("no such group ", wait4(-pid, 0, Nohang));
    call2(Setpgid, pid, pid);
    print_line("its group ", wait4(-pid, 0, Nohang));
    print_line("own group now ", wait4(0, 0, Nohang));
    kill(pid, Stop);
    show_info("stopped", waitid(Group, pid, info, Untraced), info, pid);
    print_line("reported once ", wait4(pid, 0, Nohang | Untraced));
    kill(pid, Cont);
    show_info("continued, kept", waitid(Pid, pid, info, Continued | Nowait), info, pid);
    print_line("continued ", wait4(pid, &status, Continued) == pid);
    print_line("status ", status);
    kill(pid, Kill);
    show_info("killed", waitid(All, 0, info, Exited), info, pid);
}

static void clones(void)
{
    int status;
    int pid = call5(Clone, 0, 0, 0, 0, 0); /* no exit signal: a clone child */
    if (pid == 0)
        leave(3);
    print_line("clone child, plain wait ", wait4(-1, &status, 0));
    print_line("clone child, __WCLONE ", wait4(-1, &status, Wclone) == pid);
    print_line("status ", status);
    pid = call5(Clone, 0, 0, 0, 0, 0);
    if (pid == 0)
        leave(4);
    print_line("clone child, __WALL ", wait4(-1, &status, Wall) == pid);
    pid = child(5);
    print_line("plain child, __WCLONE ", wait4(-1, &status, Wclone));
    print_line("plain child, __WALL ", wait4(-1, &status, Wall) == pid);
    pid = call5(Clone, 100, 0, 0, 0, 0); /* no such signal */
    if (pid == 0)
        leave(6);
    if (pid > 0)
        print_line("odd signal ", wait4(-1, &status, Wall) == pid);
    else
        print_line("odd signal refused ", pid);
}

static void wrong(void)
{
    int info[32];
    print_line("wait4 with an unknown option ", wait4(-1, 0, 0x40));
    print_line("wait4 with WEXITED ", wait4(-1, 0, Exited));
    print_line("wait4 of the lowest number ", wait4((int)0x80000000, 0, 0));
    print_line("waitid without a state ", waitid(All, 0, info, Nohang));
    print_line("waitid of a bad kind ", waitid(9, 0, info, Exited));
    print_line("waitid of pid 0 ", waitid(Pid, 0, info, Exited));
    int pid = child(1);
    print_line("bad status address ", wait4(pid, (int *)8, 0));
    print_line("reaped all the same ", wait4(pid, 0, 0));
}

static void ignored(void)
{
    word action[5] = {1, 0, 0, 0, 0};
    call4(Sigaction, Chld, (int)action, 0, 8);
    child(1);
    print_line("SIGCHLD ignored ", wait4(-1, 0, 0));
    word no_zombies[5] = {0, 2, 0, 0, 0};
    call4(Sigaction, Chld, (int)no_zombies, 0, 8);
    child(1);
    print_line("SA_NOCLDWAIT ", wait4(-1, 0, 0));
}

int main(void)
{
    ends();
    nobody_yet();
    clones();
    wrong();
    ignored();
    return 0;
}
