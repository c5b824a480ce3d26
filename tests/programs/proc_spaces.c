/* proc_spaces: files of /proc that tell of a memory keep to the one they were opened for. */
#include "print.h"
#include "proc.h"

enum { Execve = 11, SetUid = 213, Files = 7, Pread = 180, Waitid = 284 };

static const char *const names[Files] = {"auxv", "cmdline", "environ", "maps", "mem", "pagemap", "smaps"};
static char *self;
static char *environment[] = {"NAME=value", 0};
static int files[Files];
static byte buffer[64];

static char *path_of(int pid, const char *name)
{
    static char path[64];
    char *end = append_number(append(path, "/proc/"), (word)pid);
    append(append(end, "/"), name);
    return path;
}

static void open_all(int pid)
{
    for (int i = 0; i < Files; i++)
        files[i] = call3(NR_open, (int)path_of(pid, names[i]), 0, 0);
}

/* What each open file gives: something, nothing, or an error; its code is read where code lies. */
static void show(const char *when)
{
    print(when);
    for (int i = 0; i < Files; i++) {
        int got = files[i];
        if (got >= 0) {
            int at = i == 4 ? (int)show : i == 5 ? (int)((word)show >> 12) * 8 : 0;
            got = call5(Pread, files[i], (int)buffer, 8, at, 0);
            close(files[i]);
        }
        print(" ");
        print(names[i]);
        if (got < 0)
            print_number(got);
        else
            print(got ? " something" : " nothing");
    }
    print("\n");
}

static void execute(const char *word)
{
    char *words[] = {self, (char *)word, 0};
    call3(Execve, (int)self, (int)words, (int)environment);
    leave(99);
}

static int child_that_waits(void)
{
    int pid = fork();
    while (pid == 0)
        call0(NR_pause);
    return pid;
}

static void end(int pid)
{
    int status;
    kill(pid, 9);
    wait4(pid, &status, 0);
}

/* The new program of a child that opened its own files before. */
static int executed(const char *when)
{
    for (int i = 0; i < Files; i++)
        files[i] = 3 + i;
    show(when);
    return 0;
}

/* How many children of ours the kernel tells of. */
static int count_children(void)
{
    int count = 0, self = call0(NR_getpid);
    char name[32];
    append(append_number(append(name, "task/"), (word)self), "/children");
    for (const char *at = proc_text(self, name); *at; at++)
        count += *at == ' ';
    return count;
}

static void show_children(void)
{
    print_line("children before: ", count_children());
    int pid = child_that_waits(), other = child_that_waits();
    print_line("with two: ", count_children());
    end(pid);
    print_line("with one: ", count_children());
    end(other);
}

int main(int argc, char **argv)
{
    int status, pid;
    self = argv[0];
    if (argc > 1)
        return executed(argv[1]);
    pid = child_that_waits();
    open_all(pid);
    show("alive:");
    open_all(pid);
    end(pid);
    show("reaped:");
    pid = fork();
    if (pid == 0)
        leave(0);
    while (call5(Waitid, 1, pid, 0, 0x01000004, 0)) /* waitid WEXITED WNOWAIT */
        continue;
    open_all(pid);
    show("a zombie:");
    wait4(pid, &status, 0);
    pid = fork();
    if (pid == 0) {
        open_all(call0(NR_getpid));
        execute("executed after a fork:");
    }
    wait4(pid, &status, 0);
    pid = guest_vfork();
    if (pid == 0) {
        open_all(call0(NR_getpid));
        execute("executed after a vfork:");
    }
    wait4(pid, &status, 0);
    pid = child_that_waits();
    int other = fork();
    if (other == 0) {
        call1(SetUid, 1000);
        open_all(pid);
        show("another user:");
        leave(0);
    }
    wait4(other, &status, 0);
    end(pid);
    show_children();
    return 0;
}
