/* leases: who may have one, who is told that somebody else wants the file, and for how long that one waits. */
#include "handler.h"
#include "print.h"

enum { Open = 5, Creat = 8, Unlink = 10, Fcntl = 55, Truncate = 92, Nanosleep = 162, Setresuid = 208, Execve = 11, Dup = 41, Clock_gettime = 265, Chmod = 15 };
enum { Read_only, Write_only, Both, Nonblock = 04000, Truncating = 01000 };
enum { Setsig = 10, Getsig, Getown = 9, Setlease = 1024, Getlease };
enum { Read_lease, Write_lease, No_lease, Io = 29, Realtime = 40 };

static volatile int signals, last_descriptor, last_code, to_set = -1, held = -1;

static int open(const char *path, int flags) { return call3(Open, (int)path, flags, 0); }
static int lease(int file, int kind) { return call3(Fcntl, file, Setlease, kind); }
static int asked(int file) { return call2(Fcntl, file, Getlease); }

static void told(int signal, int *info)
{
    signals++;
    last_code = signal == Realtime ? info[2] : 0;
    last_descriptor = signal == Realtime ? info[4] : 0;
    if (to_set >= 0)
        print_line("  the holder changes it: ", lease(held, to_set));
}

static void pause_for(int milliseconds)
{
    int time[2] = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    call2(Nanosleep, (int)time, 0);
}

static int now(void)
{
    int time[2];
    call2(Clock_gettime, 1, (int)time);
    return time[0] * 1000 + time[1] / 1000000;
}

static void create(void)
{
    int file = call2(Creat, (int)"leased", 0666);
    write(file, "text", 4);
    close(file);
    call2(Chmod, (int)"leased", 0666);
}

static void rules(void)
{
    int ends[2], reader = open("leased", Read_only), writer;
    pipe(ends);
    print_line("none: ", asked(reader));
    print_line("given up: ", lease(reader, No_lease));
    print_line("no such kind: ", lease(reader, 3));
    print_line("a pipe's: ", lease(ends[0], Read_lease));
    print_line("to read: ", lease(reader, Read_lease));
    print_line("  now ", asked(reader));
    print_line("  owner is me ", call2(Fcntl, reader, Getown) == getpid());
    print_line("to write: ", lease(reader, Write_lease));
    print_line("  now ", asked(reader));
    print_line("to read again: ", lease(reader, Read_lease));
    int copy = call1(Dup, reader), second = open("leased", Read_only);
    print_line("a copy's: ", asked(copy));
    print_line("another's: ", asked(second));
    print_line("to write, with a reader: ", lease(reader, Write_lease));
    print_line("another to read: ", lease(second, Read_lease));
    print_line("given up: ", lease(reader, No_lease));
    print_line("  owner ", call2(Fcntl, reader, Getown));
    close(second);
    print_line("to write: ", lease(reader, Write_lease));
    close(reader);
    print_line("  by the copy ", asked(copy));
    close(copy);
    writer = open("leased", Both);
    print_line("a writer's to read: ", lease(writer, Read_lease));
    print_line("a writer's to write: ", lease(writer, Write_lease));
    reader = open("leased", Read_only | Nonblock);
    print_line("a reader comes: ", reader);
    print_line("  now ", asked(writer));
    print_line("  signals ", signals);
    close(writer);
    reader = open("leased", Read_only | Nonblock);
    print_line("and after it is closed: ", reader > 0);
    print_line("to read: ", lease(reader, Read_lease));
    print_line("a reader comes: ", close(open("leased", Read_only)));
    print_line("a writer comes: ", open("leased", Write_only | Nonblock));
    print_line("  now ", asked(reader));
    print_line("  signals ", signals);
    print_line("again: ", open("leased", Write_only | Nonblock));
    print_line("by openat: ", call4(295, -100, (int)"leased", Write_only | Nonblock, 0));
    print_line("  signals ", signals);
    print_line("given up: ", lease(reader, No_lease));
    writer = open("leased", Write_only | Nonblock);
    print_line("the writer: ", writer > 0);
    print_line("with a writer: ", lease(reader, Read_lease));
    close(writer);
    close(reader);
    if (!fork()) {
        call3(Setresuid, 500, 500, 500);
        reader = open("leased", Read_only);
        print_line("of another's file: ", lease(reader, Read_lease));
        print_line("  by fcntl64 ", call3(221, reader, Setlease, Read_lease));
        print_line("  not of a kind ", lease(reader, 7));
        leave(0);
    }
    wait4(-1, 0, 0);
}

/* A child does something against the lease after a while; how long it took says whether it waited. */
static void against(const char *what, int flags, int kind, int change, int wants, int cut)
{
    print(what);
    print("\n");
    signals = 0;
    held = open("leased", flags);
    print_line("  lease ", lease(held, kind));
    call3(Fcntl, held, Setsig, Realtime);
    print_line("  signal ", call2(Fcntl, held, Getsig));
    to_set = -1;
    int pid = fork();
    if (!pid) {
        set_action(Realtime, 1);
        int before = now();
        int got = cut ? call2(Truncate, (int)"leased", 2) : open("leased", wants);
        int waited = now() - before;
        pause_for(100);
        print_line("  the other gets it: ", got >= 0 ? 0 : got);
        print_line("  has waited: ", waited >= 150);
        leave(0);
    }
    pause_for(200); /* until the signal */
    pause_for(200);
    print_line("  signals ", signals);
    print_line("  descriptor ", last_descriptor == held);
    print_line("  code ", last_code);
    print_line("  now ", asked(held));
    print_line("  changed: ", lease(held, change));
    wait4(pid, 0, 0);
    print_line("  then ", asked(held));
    close(held);
}

static void by_handler(void)
{
    signals = 0;
    held = open("leased", Read_only);
    print_line("of one's own: ", lease(held, Read_lease));
    call3(Fcntl, held, Setsig, Realtime);
    to_set = No_lease;
    print_line("opened to write, -4 or a file: ", open("leased", Write_only) >= -4);
    print_line("  signals ", signals);
    to_set = -1;
    close(held);
}

static void in_locks(void)
{
    static char text[8192], wanted[] = "LEASE  ACTIVE    WRITE ";
    held = open("leased", Read_only);
    lease(held, Write_lease);
    int file = open("/proc/locks", Read_only), size = read(file, text, sizeof text - 1), found = 0;
    for (int i = 0; i < size; i++) {
        int same = 0;
        while (wanted[same] && text[i + same] == wanted[same])
            same++;
        found += !wanted[same] && number_in(text + i + same) == getpid();
    }
    print_line("in /proc/locks: ", found);
    close(file);
    close(held);
}

static void set_break_time(const char *seconds)
{
    int file = open("/proc/sys/fs/lease-break-time", Write_only);
    write(file, seconds, length(seconds));
    close(file);
}

static void too_long(void)
{
    char text[8] = {0};
    int file = open("/proc/sys/fs/lease-break-time", Read_only);
    read(file, text, 7);
    close(file);
    print("seconds: ");
    print(text);
    set_break_time("1");
    held = open("leased", Read_only);
    call3(Fcntl, held, Setsig, Realtime);
    print_line("lease ", lease(held, Write_lease));
    int before = now(), got = open("leased", Read_only);
    print_line("opened: ", got >= -4);
    if (got < 0)
        got = open("leased", Read_only);
    print_line("opened at last: ", got >= 0);
    print_line("after a second: ", now() - before >= 900);
    print_line("now ", asked(held));
    set_break_time(text);
    close(held);
    close(got);
}

int main(void)
{
    set_action(Io, (word)told);
    set_action(Realtime, (word)told);
    create();
    rules();
    against("a writer against a lease to read", Read_only, Read_lease, No_lease, Write_only, 0);
    against("a reader against a lease to write", Read_only, Write_lease, Read_lease, Read_only, 0);
    against("a reader against a lease that stays", Read_only, Write_lease, No_lease, Read_only, 0);
    against("cut against a lease to read", Read_only, Read_lease, No_lease, 0, 1);
    by_handler();
    in_locks();
    too_long();
    call1(Unlink, (int)"leased");
    return 0;
}
