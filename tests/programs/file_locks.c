/* file_locks: record locks of processes and of open files, and flock: who is in whose way, waiting, deadlock, ends. */
#include "files.h"

enum { Setlkw = 7, Getlk64 = 12, Setlk64 = 13, Setlkw64 = 14, OfdGetlk = 36, OfdSetlk = 37, OfdSetlkw = 38, Shared = 1, Exclusive = 2, Now = 4, Unlock = 8 };

struct lock { short type, whence; long long start, length; int pid; } __attribute__((packed));
struct lock32 { short type, whence; int start, length, pid; };

static int fd, parent;

static int lock(int command, int type, long long start, long long length)
{
    struct lock wanted = {(short)type, SEEK_SET, start, length, 0};
    return fcntl(fd, command, (int)&wanted);
}

static void get(const char *what, int command, int type, long long start, long long length)
{
    struct lock wanted = {(short)type, SEEK_SET, start, length, 0};
    show(what, fcntl(fd, command, (int)&wanted));
    print_line("  type ", wanted.type);
    print_line("  start ", (int)wanted.start);
    print_line("  length ", (int)wanted.length);
    print_line("  pid is the parent's ", wanted.pid == parent);
    print_line("  pid is -1: ", wanted.pid == -1);
}

/* In a child with descriptors of its own. */
#define CHILD(body) do { int child_pid = fork(); if (child_pid == 0) { body; leave(0); } wait4(child_pid, 0, 0); } while (0)

static void records(void)
{
    show("write lock", lock(Setlk64, F_WRLCK, 0, 10));
    show("read lock", lock(Setlk64, F_RDLCK, 20, 10));
    get("one's own", Getlk64, F_WRLCK, 0, 100);
    CHILD({
        get("write lock in the way", Getlk64, F_RDLCK, 0, 100);
        get("read lock in the way", Getlk64, F_WRLCK, 15, 10);
        get("nothing in the way", Getlk64, F_RDLCK, 20, 5);
        show("read", lock(Setlk64, F_RDLCK, 9, 1));
        show("read, free", lock(Setlk64, F_RDLCK, 10, 10));
        show("write over a read lock", lock(Setlk64, F_WRLCK, 29, 1));
        show("share", lock(Setlk64, F_RDLCK, 20, 10));
        show("unlock", lock(Setlk64, F_UNLCK, 0, 100));
    });
    close(open("locked", O_PATH, 0));
    CHILD(show("after a close of O_PATH", lock(Setlk64, F_RDLCK, 0, 1)));
    show("cut a hole", lock(Setlk64, F_UNLCK, 3, 4));
    CHILD({
        get("before the hole", Getlk64, F_WRLCK, 0, 100);
        get("behind the hole", Getlk64, F_WRLCK, 3, 100);
        show("in the hole", lock(Setlk64, F_WRLCK, 3, 4));
    });
    show("join", lock(Setlk64, F_WRLCK, 3, 4));
    show("upgrade", lock(Setlk64, F_WRLCK, 25, 0));
    CHILD({
        get("joined", Getlk64, F_RDLCK, 0, 0);
        get("to the end", Getlk64, F_RDLCK, 24, 0);
    });
    struct lock odd = {F_WRLCK, SEEK_END, -3, 2, 0};
    show("from the end", fcntl(fd, Setlk64, (int)&odd));
    odd = (struct lock){F_WRLCK, SEEK_SET, 50, -10, 0};
    show("negative length", fcntl(fd, Setlk64, (int)&odd));
    odd = (struct lock){F_WRLCK, SEEK_SET, 5, -10, 0};
    show("before the start", fcntl(fd, Setlk64, (int)&odd));
    odd = (struct lock){F_WRLCK, 9, 0, 1, 0};
    show("whence", fcntl(fd, Setlk64, (int)&odd));
    odd = (struct lock){9, SEEK_SET, 0, 1, 0};
    show("type", fcntl(fd, Setlk64, (int)&odd));
    show("get of type", fcntl(fd, Getlk64, (int)&odd));
    odd = (struct lock){F_UNLCK, SEEK_SET, 0, 1, 0};
    show("get of an unlock", fcntl(fd, Getlk64, (int)&odd));
    show("bad address", fcntl(fd, Setlk64, 8));
    odd = (struct lock){F_WRLCK, SEEK_SET, 0x7fffffffffffffffLL, 2, 0};
    show("overflow", fcntl(fd, Setlk64, (int)&odd));
    struct lock32 narrow = {F_WRLCK, SEEK_SET, 0, 0, 0};
    CHILD(show("32-bit question", fcntl(fd, F_GETLK, (int)&narrow)); show("length", narrow.length));
    show("unlock all", lock(Setlk64, F_UNLCK, 0, 0));
    show("far away", lock(Setlk64, F_WRLCK, 0x100000000LL, 1));
    CHILD(show("32-bit question", fcntl(fd, F_GETLK, (int)&narrow)));
    int reader = open("locked", O_RDONLY, 0), other = fd;
    fd = reader;
    show("write lock of a reader", lock(Setlk64, F_WRLCK, 0, 1));
    show("read lock", lock(Setlk64, F_RDLCK, 0, 1));
    fd = other;
    CHILD(show("both held", lock(Setlk64, F_WRLCK, 0, 1)));
    close(reader);
    CHILD(show("gone with another descriptor", lock(Setlk64, F_WRLCK, 0, 0)));
}

static void waiting(void)
{
    int ends[2], back[2];
    char c;
    pipe(ends), pipe(back);
    lock(Setlk64, F_WRLCK, 0, 1);
    int child = fork();
    if (child == 0) {
        lock(Setlk64, F_WRLCK, 1, 1);
        write(ends[1], "x", 1);
        show("child waits", lock(Setlkw64, F_WRLCK, 0, 1));
        leave(0);
    }
    read(ends[0], &c, 1);
    sleep_ms(20);
    show("deadlock", lock(Setlkw64, F_WRLCK, 1, 1));
    lock(Setlk64, F_UNLCK, 0, 1);
    show("now", lock(Setlkw64, F_WRLCK, 1, 1));
    wait4(child, 0, 0);
    lock(Setlk64, F_WRLCK, 0, 1);
    child = fork();
    if (child == 0) {
        show("waits for an end", lock(Setlkw64, F_RDLCK, 0, 1));
        leave(0);
    }
    int holder = parent;
    (void)holder;
    sleep_ms(20);
    print("close\n");
    close(open("locked", O_RDONLY, 0));
    wait4(child, 0, 0);
    lock(Setlk64, F_UNLCK, 0, 0);
    child = fork();
    if (child == 0) {
        lock(Setlk64, F_WRLCK, 0, 0);
        write(ends[1], "x", 1);
        read(back[0], &c, 1);
        leave(0);
    }
    read(ends[0], &c, 1);
    show("child holds", lock(Setlk64, F_RDLCK, 0, 1));
    kill(child, SIGKILL);
    show("waits for its end", lock(Setlkw64, F_RDLCK, 0, 1));
    wait4(child, 0, 0);
    lock(Setlk64, F_UNLCK, 0, 0);
}

static void of_open_files(void)
{
    int first = fd, second = open("locked", O_RDWR, 0);
    show("OFD", lock(OfdSetlk, F_WRLCK, 0, 10));
    fd = second;
    show("another open", lock(OfdSetlk, F_RDLCK, 5, 1));
    get("who", OfdGetlk, F_RDLCK, 5, 1);
    show("process lock", lock(Setlk64, F_WRLCK, 5, 1));
    get("who", Getlk64, F_WRLCK, 5, 1);
    struct lock odd = {F_WRLCK, SEEK_SET, 0, 1, 5};
    show("pid must be 0", fcntl(fd, OfdSetlk, (int)&odd));
    fd = first;
    CHILD(show("inherited, same file", lock(OfdSetlk, F_WRLCK, 5, 10)));
    close(open("locked", O_RDONLY, 0));
    fd = second;
    show("stays when another is closed", lock(OfdSetlk, F_WRLCK, 14, 1));
    int copy = call1(NR_dup, first);
    close(first);
    show("stays with the copy", lock(OfdSetlk, F_WRLCK, 0, 1));
    int child = fork();
    if (child == 0) {
        close(copy);
        show("child waits", lock(OfdSetlkw, F_WRLCK, 0, 1));
        leave(0);
    }
    sleep_ms(20);
    print("close\n");
    close(copy);
    wait4(child, 0, 0);
    close(second);
    fd = open("locked", O_RDWR, 0);
}

static void whole(void)
{
    int other = open("locked", O_RDWR, 0);
    show("shared", call2(NR_flock, fd, Shared));
    show("shared, too", call2(NR_flock, other, Shared | Now));
    show("exclusive", call2(NR_flock, fd, Exclusive | Now));
    show("the lock was given up", call2(NR_flock, other, Exclusive | Now));
    show("unlock", call2(NR_flock, other, Unlock));
    show("exclusive", call2(NR_flock, fd, Exclusive | Now));
    show("record locks are others", lock(Setlk64, F_WRLCK, 0, 0));
    show("shared", call2(NR_flock, other, Shared | Now));
    show("nothing", call2(NR_flock, fd, 0));
    show("both", call2(NR_flock, fd, Shared | Exclusive));
    show("descriptor", call2(NR_flock, 99, Shared));
    CHILD(show("inherited", call2(NR_flock, fd, Exclusive | Now)));
    CHILD(show("and given up", call2(NR_flock, fd, Unlock)));
    show("for all", call2(NR_flock, other, Exclusive | Now));
    int child = fork();
    if (child == 0) {
        show("waits", call2(NR_flock, open("locked", O_RDONLY, 0), Exclusive));
        leave(0);
    }
    sleep_ms(20);
    print("close\n");
    int second = fork();
    if (second == 0) {
        sleep_ms(20);
        print("close here, too\n");
        leave(0);
    }
    close(other);
    /* both children have the open file still: the lock goes with the last of them */
    kill(child, 0);
    wait4(second, 0, 0);
    kill(child, SIGKILL);
    wait4(child, 0, 0);
    show("now", call2(NR_flock, fd, Exclusive | Now));
    int reader = open("locked", O_RDONLY, 0), path = open("locked", O_PATH, 0), ends[2];
    call2(NR_flock, fd, Unlock);
    show("a reader's exclusive lock", call2(NR_flock, reader, Exclusive | Now));
    show("O_PATH", call2(NR_flock, path, Shared));
    pipe(ends);
    show("pipe", call2(NR_flock, ends[0], Exclusive));
    close(reader), close(path), close(ends[0]), close(ends[1]);
}

static volatile int interrupted;
static void handler(int signal) { interrupted = signal; }

static void signals(void)
{
    struct { void (*handler)(int); word flags; void *restorer; word mask[2]; } action = {handler, 0, 0, {0, 0}};
    int ends[2], timer[4] = {0, 0, 0, 30000};
    char c;
    pipe(ends);
    call4(NR_rt_sigaction, 14, (int)&action, 0, 8);
    int child = fork();
    if (child == 0) {
        lock(Setlk64, F_WRLCK, 0, 0);
        call2(NR_flock, open("locked", O_RDWR, 0), Exclusive);
        write(ends[1], "x", 1);
        for (;;)
            call0(NR_pause);
    }
    read(ends[0], &c, 1);
    call3(NR_setitimer, 0, (int)timer, 0);
    show("interrupted", lock(Setlkw64, F_WRLCK, 0, 0));
    show("by", interrupted);
    call3(NR_setitimer, 0, (int)timer, 0);
    show("flock interrupted", call2(NR_flock, fd, Exclusive));
    kill(child, SIGKILL);
    wait4(child, 0, 0);
}

int main(void)
{
    enter_folder();
    parent = getpid();
    make_file("locked", "0123456789");
    fd = open("locked", O_RDWR, 0);
    records();
    waiting();
    of_open_files();
    whole();
    signals();
    remove_folder();
    return 0;
}
