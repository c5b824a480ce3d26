/* terminal_jobs: sessions and their terminal: who gets it, who is stopped, who hears of a hangup. */
#include "handler.h"
#include "print.h"

enum { Open = 5, Ioctl = 54, Setpgid = 57, Setsid = 66, Getsid = 147, Getpgid = 132, Nanosleep = 162, Vhangup = 111, Pause = 29, Dup2 = 63 };
enum { Rdwr = 2, Wronly = 1, Noctty = 0x100, Nonblock = 0x800 };
enum {
    Tcgets = 0x5401, Tcsets, Sctty = 0x540e, Gpgrp, Spgrp, Swinsz = 0x5414, Notty = 0x5422, Gsid = 0x5429, Vhang = 0x5437,
};
#define Gptn 0x80045430
#define Sptlck 0x40045431
enum { Tostop = 0x100, Untraced = 2 };
enum { Hup = 1, Int, Quit, Pipe = 13, Term = 15, Chld = 17, Cont, Stop, Tstp, Ttin, Ttou, Winch = 28 };

static int master, number;
static char path[20];

static int ioctl(int fd, word request, void *argument) { return call3(Ioctl, fd, (int)request, (int)argument); }
static int ioctl_value(int fd, word request, int value) { return call3(Ioctl, fd, (int)request, value); }
static int set(int fd, word request, int value) { return ioctl(fd, request, &value); }

static int get(int fd, word request)
{
    int value = -1, result = ioctl(fd, request, &value);
    return result < 0 ? result : value;
}

static void wait_a_little(void)
{
    int time[2] = {0, 30000000};
    call2(Nanosleep, (int)time, 0);
}

static void make_pty(void)
{
    master = call2(Open, (int)"/dev/ptmx", Rdwr | Noctty);
    number = get(master, Gptn);
    set(master, Sptlck, 0);
    const char *folder = "/dev/pts/";
    char *at = path;
    while (*folder)
        *at++ = *folder++;
    if (number > 99)
        *at++ = (char)('0' + number / 100);
    if (number > 9)
        *at++ = (char)('0' + number / 10 % 10);
    *at++ = (char)('0' + number % 10);
    *at = 0;
}

static int open_slave(int flags) { return call2(Open, (int)path, flags); }

/* Prints how a child has changed. */
static void report(const char *what, int pid)
{
    int status = -1, got = wait4(pid, &status, Untraced);
    print(what);
    if (got != pid)
        print_line(": wait failed ", got);
    else if ((status & 0xff) == 0x7f)
        print_line(": stopped by ", status >> 8);
    else if (status & 0x7f)
        print_line(": killed by ", status & 0x7f);
    else
        print_line(": exited with ", status >> 8);
}

static void end(int pid)
{
    kill(pid, 9);
    wait4(pid, 0, 0);
}

static void saw(int signal)
{
    print("[");
    print_number(signal);
    print("]\n");
}

static int counts[32];

static void count(int signal) { counts[signal]++; }

static void sleep_for_ever(void)
{
    for (;;)
        call0(Pause);
}

/* A child that leads a session with the pty as its terminal, and runs the function. */
static int session(void (*function)(int slave))
{
    int pid = fork();
    if (pid)
        return pid;
    call0(Setsid);
    int slave = open_slave(Rdwr);
    close(master);
    function(slave);
    leave(0);
}

/* A child in a group of its own. */
static int job(void)
{
    int pid = fork();
    call2(Setpgid, pid, 0);
    return pid;
}

static void taking(void)
{
    print("-- taking a terminal\n");
    make_pty();
    int pid = fork();
    if (pid == 0) {
        print_line("nobody's /dev/tty ", call0(Setsid) < 0 ? -1 : call2(Open, (int)"/dev/tty", Rdwr));
        int first = open_slave(Rdwr | Noctty);
        print_line("O_NOCTTY takes nothing ", call2(Open, (int)"/dev/tty", Rdwr));
        print_line("its group ", get(first, Gpgrp));
        print_line("its session ", get(first, Gsid));
        print_line("to the front ", set(first, Spgrp, getpid()));
        print_line("give up ", ioctl(first, Notty, 0));
        int only = open_slave(Wronly);
        print_line("write only takes nothing ", call2(Open, (int)"/dev/tty", Rdwr));
        print_line("take ", ioctl_value(first, Sctty, 0));
        print_line("take again ", ioctl_value(first, Sctty, 0));
        print_line("its group is ours ", get(first, Gpgrp) == getpid());
        print_line("its session is ours ", get(first, Gsid) == getpid());
        print_line("by the master, too ", get(master, Gsid) == getpid());
        print_line("/dev/tty ", call2(Open, (int)"/dev/tty", Rdwr) > 0);
        print_line("negative group ", set(first, Spgrp, -1));
        print_line("no such group ", set(first, Spgrp, 30000));
        print_line("another session's ", set(first, Spgrp, getppid()));
        int child = fork();
        if (child == 0) {
            print_line("inherited /dev/tty ", call2(Open, (int)"/dev/tty", Rdwr) > 0);
            print_line("no leader takes it ", ioctl_value(first, Sctty, 0));
            print_line("gives it up ", ioctl(first, Notty, 0));
            print_line("has none ", call2(Open, (int)"/dev/tty", Rdwr));
            print_line("cannot ask ", get(first, Gpgrp));
            print_line("a session of its own ", call0(Setsid) == getpid());
            print_line("cannot take it ", ioctl_value(first, Sctty, 0));
            print_line("steals it ", ioctl_value(first, Sctty, 1));
            leave(0);
        }
        report("child", child);
        print_line("it is gone ", call2(Open, (int)"/dev/tty", Rdwr));
        close(only);
        leave(0);
    }
    report("leader", pid);
    close(master);
}

static void background(int slave)
{
    byte octets[10];
    int child = job();
    if (child == 0) {
        wait_a_little();
        print_line("read ", read(slave, octets, 1));
        leave(3);
    }
    report("a background reader", child);
    set(slave, Spgrp, child);
    kill(child, Cont);
    report("in the foreground", child);
    int ours = call1(Getpgid, 0);
    set_action(Ttou, (word)SIG_IGN);
    print_line("back to the front ", set(slave, Spgrp, ours));
    child = job();
    if (child == 0) {
        wait_a_little();
        set_action(Ttin, (word)SIG_IGN);
        print_line("ignoring SIGTTIN ", read(slave, octets, 1));
        set_action(Ttin, 0);
        mask_signal(SIG_BLOCK, Ttin);
        print_line("blocking SIGTTIN ", read(slave, octets, 1));
        print_line("writing ", write(slave, "w", 1));
        struct {
            word flags[4];
            byte rest[44];
        } termios;
        ioctl(slave, Tcgets, &termios);
        termios.flags[3] |= Tostop;
        print_line("ignoring SIGTTOU ", ioctl(slave, Tcsets, &termios));
        set_action(Ttou, 0);
        mask_signal(SIG_BLOCK, Ttou);
        print_line("blocking SIGTTOU ", write(slave, "w", 1));
        mask_signal(SIG_UNBLOCK, Ttou);
        write(slave, "w", 1);
        leave(4);
    }
    report("a background writer", child);
    kill(child, Cont);
    report("again", child);
    end(child);
    child = job();
    if (child == 0) {
        set_action(Ttou, (word)saw);
        wait_a_little();
        print_line("a handler ", write(slave, "w", 1));
        set_action(Ttou, 0);
        set(slave, Spgrp, getpid());
        leave(5);
    }
    report("a background process that would be in front", child);
    end(child);
    child = job();
    if (child == 0) {
        if (fork() == 0) {
            call2(Setpgid, 0, 0);
            wait_a_little();
            wait_a_little();
            print_line("an orphan reads ", read(slave, octets, 1));
            set_action(Ttou, 0);
            print_line("an orphan writes ", write(slave, "w", 1));
            print_line("an orphan in front ", set(slave, Spgrp, getpid()));
            print_line("an orphan stops ", kill(getpid(), Tstp));
            leave(0);
        }
        leave(0);
    }
    report("a parent that leaves", child);
    wait_a_little();
    wait_a_little();
    wait_a_little();
}

static void in_the_background(void)
{
    print("-- in the background\n");
    make_pty();
    int pid = session(background);
    write(master, "line\n", 5);
    report("leader", pid);
    close(master);
}

static void keyed(int slave)
{
    set_action(Ttou, (word)SIG_IGN);
    for (int i = 0; i < 3; i++) {
        int child = job();
        if (child == 0) {
            set_action(Ttou, 0);
            sleep_for_ever();
        }
        set(slave, Spgrp, child);
        report("a key", child);
        end(child);
    }
    set(slave, Spgrp, getpid());
    set_action(Winch, (word)saw);
    set_action(Hup, (word)saw);
    set_action(Cont, (word)saw);
    call0(Pause);
    int child = job();
    if (child == 0) {
        set_action(Hup, (word)saw);
        call0(Pause);
        leave(9);
    }
    call0(Pause);
    print_line("no terminal ", call2(Open, (int)"/dev/tty", Rdwr));
    byte octets[2];
    print_line("read ", read(slave, octets, 1));
    end(child);
}

static void keys(void)
{
    print("-- keys and the hangup\n");
    make_pty();
    int pid = session(keyed);
    const char *typed = "\003\034\032";
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 4; j++)
            wait_a_little();
        write(master, typed + i, 1);
    }
    for (int j = 0; j < 4; j++)
        wait_a_little();
    word window[2] = {30 | 100 << 16, 0};
    ioctl(master, Swinsz, window);
    for (int j = 0; j < 4; j++)
        wait_a_little();
    close(master);
    report("leader", pid);
}

static void leaving(int slave)
{
    set_action(Ttou, (word)SIG_IGN);
    int child = job();
    if (child == 0) {
        set_action(Hup, (word)count);
        set_action(Cont, (word)count);
        call0(Pause);
        wait_a_little();
        print_line("the foreground's SIGHUP ", counts[Hup]);
        print_line("and SIGCONT ", counts[Cont]);
        print_line("its /dev/tty ", call2(Open, (int)"/dev/tty", Rdwr));
        print_line("writes on ", write(slave, "w", 1));
        leave(0);
    }
    int stopped = job();
    if (stopped == 0) {
        set_action(Hup, (word)count);
        kill(getpid(), Stop);
        wait_a_little();
        wait_a_little();
        print_line("the stopped job's SIGHUP ", counts[Hup]);
        leave(0);
    }
    report("another job", stopped);
    set(slave, Spgrp, child);
    wait_a_little();
}

static void leader_leaves(void)
{
    print("-- the leader leaves\n");
    make_pty();
    int pid = session(leaving);
    report("leader", pid);
    for (int i = 0; i < 5; i++)
        wait_a_little();
    byte octets[100];
    print_line("the line lives ", read(master, octets, 100) > 0);
    close(master);
}

static void given_up(int slave)
{
    set_action(Ttou, (word)SIG_IGN);
    set_action(Hup, (word)saw);
    set_action(Cont, (word)saw);
    print_line("give up ", ioctl(slave, Notty, 0));
    print_line("gone ", get(slave, Gpgrp));
    print_line("take ", ioctl_value(slave, Sctty, 0));
    print_line("hang up ", ioctl(slave, Vhang, 0));
    byte octets[2];
    print_line("read ", read(slave, octets, 1));
    print_line("settings ", ioctl(slave, Tcgets, octets));
    int again = open_slave(Rdwr);
    print_line("opened again ", again > 0);
    print_line("ours again ", get(again, Gpgrp) == getpid());
    print_line("vhangup ", call0(Vhangup));
    print_line("write ", write(again, "x", 1));
}

static void giving_up(void)
{
    print("-- giving it up\n");
    make_pty();
    report("leader", session(given_up));
    close(master);
}

int main(int argc, char **argv)
{
    (void)argc, (void)argv;
    taking();
    in_the_background();
    keys();
    leader_leaves();
    giving_up();
    return 0;
}
