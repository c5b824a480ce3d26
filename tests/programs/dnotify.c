/* dnotify: signals that tell of changes in a folder (F_NOTIFY). */
#include "files.h"

enum { F_SETSIG = 10, F_NOTIFY = 1026, Access = 1, Modify = 2, Create = 4, Delete = 8, Rename = 16, Attrib = 32, Io = 29, Realtime = 40 };
#define MULTISHOT ((int)0x80000000)

static volatile int count, last_signal, last_code, last_fd;

static void handler(int signal, int *info, void *context)
{
    (void)context;
    count++;
    last_signal = signal, last_code = info[2], last_fd = info[4];
}

static void report(const char *what)
{
    print(what);
    print_line(": signals ", count);
    if (count) {
        print_line("  signal ", last_signal);
        print_line("  code ", last_code);
        if (last_signal != Io)
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
    char c;
    handle(Io), handle(Realtime);
    enter_folder();
    mkdir("d", 0755), make_file("d/there", "text"), make_file("file", "x");
    int fd = open("d", O_RDONLY, 0), file = open("file", O_RDONLY, 0);
    show("create", fcntl(fd, F_NOTIFY, Create));
    make_file("d/one", "x");
    report("one");
    make_file("d/two", "x");
    report("only once");
    show("multishot", fcntl(fd, F_NOTIFY, Create | Delete | MULTISHOT));
    make_file("d/three", "x");
    report("create");
    unlink("d/three");
    report("delete");
    show("more", fcntl(fd, F_NOTIFY, Rename | MULTISHOT));
    rename("d/one", "d/uno");
    report("rename");
    show("signal", fcntl(fd, F_SETSIG, Realtime));
    make_file("d/four", "x");
    report("still create, by another signal");
    rename("d/four", "four");
    report("moved out");
    rename("d/two", "d/due");
    report("moved within");
    rename("four", "d/four");
    report("moved in");
    rename("d/four", "d/due");
    report("moved over");
    int only = open("d", O_RDONLY, 0);
    fcntl(fd, F_NOTIFY, 0);
    fcntl(only, F_SETSIG, Realtime);
    show("only rename", fcntl(only, F_NOTIFY, Rename | MULTISHOT));
    rename("d/due", "d/two");
    report("moved within");
    rename("d/two", "two");
    report("moved out");
    rename("two", "d/two");
    report("moved in");
    unlink("d/two");
    report("removed");
    close(only);
    show("access, modify, attributes", fcntl(fd, F_NOTIFY, Access | Modify | Attrib | MULTISHOT));
    int there = open("d/there", O_RDWR, 0);
    report("open");
    read(there, &c, 1);
    report("read");
    write(there, "x", 1);
    report("write");
    call2(NR_fchmod, there, 0600);
    report("chmod");
    close(there);
    report("close");
    show("off", fcntl(fd, F_NOTIFY, 0));
    make_file("d/five", "x");
    report("off");
    show("file", fcntl(file, F_NOTIFY, Create));
    show("unknown", fcntl(fd, F_NOTIFY, 0x1000));
    fcntl(fd, F_NOTIFY, Create | MULTISHOT);
    close(fd);
    make_file("d/six", "x");
    report("closed");
    remove_folder();
    return 0;
}
