/* inotify: which events each call on files brings, in which order, and what the inotify calls refuse. */
#include "files.h"

enum {
    IN_ACCESS = 1, IN_MODIFY = 2, IN_ATTRIB = 4, IN_CLOSE_WRITE = 8, IN_CLOSE_NOWRITE = 0x10, IN_OPEN = 0x20,
    IN_MOVED_FROM = 0x40, IN_MOVED_TO = 0x80, IN_CREATE = 0x100, IN_DELETE = 0x200, IN_DELETE_SELF = 0x400,
    IN_MOVE_SELF = 0x800, IN_UNMOUNT = 0x2000, IN_Q_OVERFLOW = 0x4000, IN_IGNORED = 0x8000,
    IN_ONLYDIR = 0x1000000, IN_DONT_FOLLOW = 0x2000000, IN_EXCL_UNLINK = 0x4000000,
    IN_MASK_CREATE = 0x10000000, IN_MASK_ADD = 0x20000000, IN_ISDIR = 0x40000000, IN_ALL_EVENTS = 0xfff,
};
#define IN_ONESHOT ((int)0x80000000)

struct event {
    int wd;
    word mask, cookie, length;
    char name[];
};

static int in;
static word last_cookie;

static int add(const char *path, int mask) { return call3(NR_inotify_add_watch, in, (int)path, mask); }

static void print_mask(word mask)
{
    static const char *const names[] = {"ACCESS", "MODIFY", "ATTRIB", "CLOSE_WRITE", "CLOSE_NOWRITE", "OPEN",
        "MOVED_FROM", "MOVED_TO", "CREATE", "DELETE", "DELETE_SELF", "MOVE_SELF", "?", "UNMOUNT", "Q_OVERFLOW", "IGNORED"};
    for (int i = 0; i < 16; i++)
        if (mask >> i & 1) {
            print(" ");
            print(names[i]);
        }
    if (mask & IN_ISDIR)
        print(" ISDIR");
    if (mask & ~(0xffffu | IN_ISDIR))
        print(" and more");
}

static void events(const char *what)
{
    static byte buffer[8192];
    print(what);
    print(":\n");
    int got = read(in, buffer, sizeof buffer);
    if (got < 0)
        show("  nothing", got);
    for (int at = 0; at < got;) {
        struct event *event = (struct event *)(buffer + at);
        print("  ");
        print_number(event->wd);
        print_mask(event->mask);
        if (event->length) {
            print(" ");
            print(event->name);
            print(" in ");
            print_number((int)event->length);
        }
        if (event->cookie) {
            print(event->cookie == last_cookie ? " same cookie" : " new cookie");
            last_cookie = event->cookie;
        }
        print("\n");
        at += 16 + (int)event->length;
    }
}

static void folder(void)
{
    int fd, from, to;
    char byte_read;
    mkdir("d", 0755);
    mkdir("e", 0755);
    show("watch d", add("d", IN_ALL_EVENTS));
    events("fresh");
    fd = open("d/file", O_CREAT | O_RDWR, 0644);
    write(fd, "abc", 3);
    write(fd, "def", 3);
    call3(NR_lseek, fd, 0, 0);
    read(fd, &byte_read, 1);
    read(fd, &byte_read, 0);
    close(fd);
    events("create, write, write, read");
    fd = open("d/file", O_RDONLY, 0);
    close(fd);
    fd = open("d/file", O_WRONLY | O_TRUNC, 0);
    call2(NR_ftruncate, fd, 5);
    close(fd);
    call2(NR_truncate, (int)"d/file", 2);
    events("open, open with O_TRUNC, ftruncate, truncate");
    chmod("d/file", 0600);
    call3(NR_chown32, (int)"d/file", 0, 0);
    call2(NR_utime, (int)"d/file", 0);
    int times[4] = {5, 0, 0, 0x3ffffffe};
    call4(NR_utimensat, AT_FDCWD, (int)"d/file", (int)times, 0);
    times[1] = 0x3ffffffe, times[3] = 1;
    call4(NR_utimensat, AT_FDCWD, (int)"d/file", (int)times, 0);
    events("chmod, chown, utime, atime, mtime");
    link("d/file", "d/second");
    symlink("file", "d/symbolic");
    mknod("d/fifo", 010644, 0);
    mkdir("d/sub", 0755);
    events("link, symlink, mknod, mkdir");
    fd = open("d/sub", O_RDONLY, 0);
    static char entries[1024];
    call3(NR_getdents64, fd, (int)entries, sizeof entries);
    close(fd);
    fd = open("d", O_RDONLY, 0);
    call3(NR_getdents64, fd, (int)entries, sizeof entries);
    close(fd);
    chmod("d", 0700);
    events("listing sub and d itself, chmod d");
    rename("d/file", "d/renamed");
    rename("d/renamed", "e/away");
    rename("e/away", "d/back");
    rename("d/sub", "d/under");
    events("renames");
    rename("d/back", "d/second");
    rename("d/back", "d/fifo");
    events("rename over a name of itself, rename over another");
    call5(NR_renameat2, AT_FDCWD, (int)"d/second", AT_FDCWD, (int)"d/under", 2);
    events("exchange");
    from = open("d/symbolic", O_RDONLY, 0);
    show("symbolic leads nowhere", from);
    make_file("d/file", "contents");
    events("make file");
    from = open("d/file", O_RDONLY, 0), to = open("d/copy", O_CREAT | O_WRONLY, 0644);
    call4(NR_sendfile, to, from, 0, 3);
    call6(NR_copy_file_range, from, 0, to, 0, 3, 0);
    call6(NR_fallocate, to, 0, 100, 0, 10, 0);
    close(from);
    close(to);
    events("sendfile, copy_file_range, fallocate");
    unlink("d/file");
    unlink("d/symbolic");
    unlink("d/second");
    rmdir("d/second");
    rmdir("d/under");
    unlink("d/under");
    unlink("d/fifo");
    unlink("d/copy");
    events("removal");
    rename("d", "f");
    events("the folder moves");
    rmdir("f");
    events("and is removed");
    rmdir("e");
}

static void file_itself(void)
{
    make_file("file", "text");
    show("watch file", add("file", IN_ALL_EVENTS));
    show("watch it again", add("file", IN_ALL_EVENTS));
    int fd = open("file", O_RDWR, 0);
    char c;
    read(fd, &c, 1);
    read(fd, &c, 1);
    write(fd, "x", 1);
    events("open, read, read, write");
    link("file", "other");
    unlink("file");
    events("link, unlink");
    rename("other", "third");
    events("rename");
    unlink("third");
    events("last name goes while it is open");
    write(fd, "x", 1);
    close(fd);
    events("last close");
    make_file("one", "1");
    make_file("two", "2");
    show("watch one", add("one", IN_ALL_EVENTS));
    show("watch two", add("two", IN_ALL_EVENTS));
    rename("one", "two");
    events("rename over a watched file");
    unlink("two");
    events("unlink");
}

static void both(void)
{
    mkdir("d", 0755);
    make_file("d/file", "text");
    show("watch d", add("d", IN_ALL_EVENTS));
    show("watch d/file", add("d/file", IN_ALL_EVENTS));
    int fd = open("d/file", O_RDONLY, 0);
    unlink("d/file");
    close(fd);
    events("both");
    rmdir("d");
    events("rmdir");
}

static void masks(void)
{
    mkdir("d", 0755);
    int wd = show("only CREATE", add("d", IN_CREATE));
    show("MASK_ADD", add("d", IN_DELETE | IN_MASK_ADD));
    show("MASK_CREATE", add("d", IN_DELETE | IN_MASK_CREATE));
    show("both MASK", add("d", IN_DELETE | IN_MASK_CREATE | IN_MASK_ADD));
    make_file("d/file", "x");
    unlink("d/file");
    events("create and delete");
    show("replace", add("d", IN_DELETE) == wd);
    make_file("d/file", "x");
    events("nothing");
    show("oneshot", add("d", IN_MODIFY | IN_CREATE | IN_ONESHOT) == wd);
    make_file("d/other", "x");
    make_file("d/more", "x");
    events("once");
    show("rm_watch, gone", call2(NR_inotify_rm_watch, in, wd));
    wd = add("d", IN_CREATE);
    show("rm_watch", call2(NR_inotify_rm_watch, in, wd));
    events("ignored");
    show("excl_unlink", add("d", IN_MODIFY | IN_CLOSE_WRITE | IN_EXCL_UNLINK) > 0);
    int fd = open("d/file", O_WRONLY, 0);
    write(fd, "x", 1);
    unlink("d/file");
    write(fd, "x", 1);
    close(fd);
    events("only what had a name");
    show("without excl_unlink", add("d", IN_MODIFY | IN_CLOSE_WRITE) > 0);
    fd = open("d/other", O_WRONLY, 0);
    unlink("d/other");
    write(fd, "x", 1);
    close(fd);
    events("what has none, too");
    symlink("d", "link");
    show("link, follow", add("link", IN_CREATE | IN_ONLYDIR) > 0);
    show("link, ONLYDIR and DONT_FOLLOW", add("link", IN_CREATE | IN_ONLYDIR | IN_DONT_FOLLOW));
    show("link, DONT_FOLLOW", add("link", IN_DELETE_SELF | IN_DONT_FOLLOW) > 0);
    unlink("link");
    events("the link");
}

static void errors(void)
{
    show("mask 0", add("d", 0));
    show("mask of unknown bits", add("d", 0x10000));
    show("only flags", add("d", IN_ONLYDIR) > 0);
    show("ONLYDIR of a file", add("d/more", IN_ONLYDIR | IN_CREATE));
    show("nothing there", add("nothing", IN_CREATE));
    show("bad pointer", add((char *)1, IN_CREATE));
    show("bad descriptor", call3(NR_inotify_add_watch, 99, (int)"d", IN_CREATE));
    show("no inotify", call3(NR_inotify_add_watch, 1, (int)"d", IN_CREATE));
    show("rm bad descriptor", call2(NR_inotify_rm_watch, 99, 1));
    show("rm no inotify", call2(NR_inotify_rm_watch, 1, 1));
    show("rm no watch", call2(NR_inotify_rm_watch, in, 1000));
    show("init1 flags", call1(NR_inotify_init1, 1));
    int other = call1(NR_inotify_init1, O_NONBLOCK | O_CLOEXEC);
    show("GETFD", fcntl(other, 1, 0));
    show("GETFL", fcntl(other, F_GETFL, 0));
    show("write", write(other, "x", 1));
    show("lseek", call3(NR_lseek, other, 5, 0));
    show("pread", call5(NR_pread64, other, (int)own_folder, 4, 0, 0));
    close(other);
    make_file("d/a long name that takes more than one unit", "");
    char small[64];
    int size = -1;
    while (read(in, small, sizeof small) > 0)
        ;
    add("d", IN_DELETE);
    unlink("d/a long name that takes more than one unit");
    unlink("d/more");
    call3(NR_ioctl, in, 0x541b, (int)&size);
    show("FIONREAD", size);
    show("read of 16", read(in, small, 16));
    show("read of 63", read(in, small, 63));
    show("read of 64", read(in, small, 64));
    struct { int fd; short events, found; } wish = {in, 0x7fff, 0};
    show("poll", call3(NR_poll, (int)&wish, 1, 0));
    show("found", wish.found);
    show("read the rest", read(in, small, 64));
    show("poll", call3(NR_poll, (int)&wish, 1, 0));
    int user = fork();
    if (user == 0) {
        mkdir("closed", 0300);
        call1(NR_setuid32, 1000);
        show("no read permission", add("closed", IN_CREATE));
        leave(0);
    }
    wait4(user, 0, 0);
}

static void overflow(void)
{
    int limit = 0, size = 0;
    char text[16];
    int fd = open("/proc/sys/fs/inotify/max_queued_events", O_RDONLY, 0);
    text[read(fd, text, 15)] = 0;
    close(fd);
    limit = number_in(text);
    show("limit", limit);
    show("watch", add("d", IN_CREATE | IN_DELETE) > 0);
    for (int i = 0; i < limit; i++) {
        mkdir("d/x", 0755);
        rmdir("d/x");
    }
    call3(NR_ioctl, in, 0x541b, (int)&size);
    show("events", (size - 16) / 32);
    static byte buffer[32 * 1024];
    int got, last = 0;
    while ((got = read(in, buffer, sizeof buffer)) > 0)
        last = got;
    struct event *event = (struct event *)(buffer + last - 16);
    print_line("wd of the last ", event->wd);
    print_mask(event->mask);
    print("\n");
    make_file("d/y", "");
    events("goes on");
}

int main(void)
{
    enter_folder();
    show("init", in = call1(NR_inotify_init1, O_NONBLOCK));
    folder();
    file_itself();
    both();
    masks();
    errors();
    overflow();
    remove_folder();
    return 0;
}
