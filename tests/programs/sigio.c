/* sigio: signals that tell of input and output: O_ASYNC, F_SETOWN, F_SETOWN_EX, F_SETSIG, FIOASYNC. */
#include "files.h"

enum { O_ASYNC = 020000, F_SETOWN = 8, F_GETOWN = 9, F_SETSIG = 10, F_GETSIG = 11, F_SETOWN_EX = 15, F_GETOWN_EX = 16, FIOASYNC = 0x5452 };
enum { Io = 29, Realtime = 40 };

static volatile int count, last_signal, last_code, last_band, last_fd;

static void handler(int signal, int *info, void *context)
{
    (void)context;
    count++;
    last_signal = signal, last_code = info[2], last_band = info[3], last_fd = info[4];
}

static void report(const char *what)
{
    print(what);
    print_line(": signals ", count);
    if (count && last_signal == Io) {
        print_line("  SIGIO, code ", last_code);
    } else if (count) {
        print_line("  signal ", last_signal);
        print_line("  code ", last_code);
        print_line("  band ", last_band);
        print_line("  fd ", last_fd);
    }
    count = 0;
}

static void handle(int signal)
{
    struct { void (*handler)(int, int *, void *); word flags; void *restorer; word mask[2]; } action = {handler, SA_SIGINFO, 0, {0, 0}};
    call4(NR_rt_sigaction, signal, (int)&action, 0, 8);
}

int main(void)
{
    int ends[2], on = 1, off = 0, owner[2];
    char text[100];
    handle(Io), handle(Realtime);
    enter_folder();
    pipe(ends);
    show("owner", fcntl(ends[0], F_GETOWN, 0));
    show("signal", fcntl(ends[0], F_GETSIG, 0));
    show("set owner", fcntl(ends[0], F_SETOWN, getpid()));
    show("owner", fcntl(ends[0], F_GETOWN, 0) == getpid());
    write(ends[1], "a", 1);
    report("without O_ASYNC");
    show("O_ASYNC", fcntl(ends[0], F_SETFL, O_ASYNC));
    show("GETFL", fcntl(ends[0], F_GETFL, 0));
    report("nothing new");
    write(ends[1], "b", 1);
    report("write");
    write(ends[1], "c", 1);
    report("another");
    read(ends[0], text, 10);
    report("read");
    show("set signal", fcntl(ends[0], F_SETSIG, Realtime));
    show("signal", fcntl(ends[0], F_GETSIG, 0));
    write(ends[1], "d", 1);
    report("write");
    show("set signal SIGIO", fcntl(ends[0], F_SETSIG, Io));
    write(ends[1], "d", 1);
    report("write");
    fcntl(ends[0], F_SETSIG, Realtime);
    show("set signal 65", fcntl(ends[0], F_SETSIG, 65));
    show("set signal -1", fcntl(ends[0], F_SETSIG, -1));
    close(ends[1]);
    report("last writer goes");
    show("off", fcntl(ends[0], F_SETFL, 0));
    close(ends[0]);
    pipe(ends);
    fcntl(ends[1], F_SETOWN, getpid());
    show("FIOASYNC", call3(NR_ioctl, ends[1], FIOASYNC, (int)&on));
    show("GETFL", fcntl(ends[1], F_GETFL, 0));
    static char much[65536];
    write(ends[1], much, sizeof much);
    report("full");
    read(ends[0], much, sizeof much);
    report("room");
    close(ends[0]);
    report("last reader goes");
    show("FIOASYNC off", call3(NR_ioctl, ends[1], FIOASYNC, (int)&off));
    show("GETFL", fcntl(ends[1], F_GETFL, 0));
    close(ends[1]);
    pipe(ends);
    show("group", fcntl(ends[0], F_SETOWN, -call0(NR_getpgrp)));
    show("owner", fcntl(ends[0], F_GETOWN, 0) == -call0(NR_getpgrp));
    show("ex", fcntl(ends[0], F_GETOWN_EX, (int)owner));
    show("kind", owner[0]);
    show("number", owner[1] == call0(NR_getpgrp));
    owner[0] = 0, owner[1] = call0(NR_gettid);
    show("thread", fcntl(ends[0], F_SETOWN_EX, (int)owner));
    show("owner", fcntl(ends[0], F_GETOWN, 0) == getpid());
    fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
    write(ends[1], "x", 1);
    report("thread");
    owner[0] = 3;
    show("unknown kind", fcntl(ends[0], F_SETOWN_EX, (int)owner));
    owner[0] = 1, owner[1] = 99999999;
    show("no process", fcntl(ends[0], F_SETOWN_EX, (int)owner));
    show("no process", fcntl(ends[0], F_SETOWN, 99999999));
    show("bad address", fcntl(ends[0], F_SETOWN_EX, 8));
    show("nobody", fcntl(ends[0], F_SETOWN, 0));
    write(ends[1], "x", 1);
    report("nobody");
    int child = fork();
    if (child == 0) {
        fcntl(ends[0], F_SETOWN, getppid());
        write(ends[1], "x", 1);
        leave(0);
    }
    wait4(child, 0, 0);
    report("from a child");
    child = fork();
    if (child == 0) {
        fcntl(ends[0], F_SETOWN, getpid());
        leave(0);
    }
    wait4(child, 0, 0);
    show("owner that is gone", fcntl(ends[0], F_GETOWN, 0));
    make_file("file", "x");
    int fd = open("file", O_RDWR, 0);
    show("file, O_ASYNC", fcntl(fd, F_SETFL, O_ASYNC));
    show("GETFL", fcntl(fd, F_GETFL, 0));
    show("FIOASYNC", call3(NR_ioctl, fd, FIOASYNC, (int)&on));
    show("FIOASYNC off", call3(NR_ioctl, fd, FIOASYNC, (int)&off));
    int event = call2(NR_eventfd2, 0, 0);
    show("eventfd, FIOASYNC", call3(NR_ioctl, event, FIOASYNC, (int)&on));
    int in = call1(NR_inotify_init1, 0);
    call3(NR_inotify_add_watch, in, (int)".", 0x100);
    fcntl(in, F_SETOWN, getpid());
    show("inotify, O_ASYNC", fcntl(in, F_SETFL, O_ASYNC));
    make_file("new", "x");
    report("event");
    int sockets[2], arguments[4] = {1, 1, 0, (int)sockets};
    call2(102, 8, (int)arguments);
    fcntl(sockets[0], F_SETOWN, getpid());
    show("socket, O_ASYNC", fcntl(sockets[0], F_SETFL, O_ASYNC));
    write(sockets[1], "x", 1);
    report("socket");
    remove_folder();
    return 0;
}
