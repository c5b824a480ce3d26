/* errors_open: open, openat and creat of what cannot be opened so, at the limit of descriptors, and interrupted; access
 * to the same. */
#include "files.h"
#include "handler.h"

enum { S_IFSOCK = 0140000, S_IFIFO = 010000, SEAL_SHRINK = 2, SEAL_WRITE = 8, SIGALRM = 14 };

static void show_closed(const char *call, const char *what, int fd)
{
    print(call), print(", ");
    show(what, fd < 0 ? fd : close(fd));
}

static void try_open(const char *what, const char *path, int flags)
{
    show_closed("open", what, open(path, flags, 0644));
    show_closed("openat", what, call4(NR_openat, AT_FDCWD, (int)path, flags, 0644));
}

static void try_creat(const char *what, const char *path) { show_closed("creat", what, call2(NR_creat, (int)path, 0644)); }

static void kinds(void)
{
    make_file("file", "text"), mkdir("folder", 0755), symlink("file", "link"), symlink("gone", "dangling"), symlink("loop", "loop");
    mknod("socket", S_IFSOCK | 0644, 0), mknod("fifo", S_IFIFO | 0644, 0), mknod("nothing", 020644, 0xfffff);
    try_open("exclusive", "file", O_CREAT | O_EXCL);
    try_open("exclusive, a link", "dangling", O_CREAT | O_EXCL);
    try_open("exclusive, a folder", "folder", O_CREAT | O_EXCL);
    try_open("creating a folder", "new", O_CREAT | O_DIRECTORY);
    try_open("creating what is a folder", "folder", O_CREAT);
    try_open("creating with a slash", "new/", O_CREAT);
    try_open("creating with a dot", "folder/.", O_CREAT);
    try_open("creating a link's target with a slash", "link/", O_CREAT);
    try_open("creating in a link", "link/x", O_CREAT);
    try_open("a folder to write", "folder", O_WRONLY);
    try_open("a folder to cut", "folder", O_TRUNC);
    try_open("a file as a folder", "file", O_DIRECTORY);
    try_open("a file with a slash", "file/", O_RDONLY);
    try_open("not following", "link", O_NOFOLLOW);
    try_open("not following, as a folder", "link", O_NOFOLLOW | O_DIRECTORY);
    try_open("not following, creating", "link", O_NOFOLLOW | O_CREAT);
    try_open("a socket", "socket", O_RDONLY);
    try_open("a socket as a path", "socket", O_PATH);
    try_open("a device that is none", "nothing", O_RDONLY);
    try_open("a FIFO nobody reads", "fifo", O_WRONLY | O_NONBLOCK);
    try_open("O_DIRECT of a FIFO", "fifo", O_RDONLY | O_NONBLOCK | O_DIRECT);
    try_open("O_DIRECT of a file", "file", O_DIRECT);
    try_open("O_DIRECT of a folder", "folder", O_DIRECT);
    try_open("O_DIRECT of a device", "/dev/null", O_DIRECT);
    try_open("without a name, to read", "folder", O_TMPFILE);
    try_open("without a name, in a file", "file", O_TMPFILE | O_RDWR);
    try_open("without a name, creating", "folder", O_TMPFILE | O_RDWR | O_CREAT);
    try_open("without a name, in /proc", "/proc", O_TMPFILE | O_RDWR);
    try_open("to write what runs", "/proc/self/exe", O_WRONLY);
    try_open("unknown flags", "file", 0x40000000);
    try_open("mode 3", "file", O_ACCMODE);
    try_open("in /proc", "/proc/new", O_CREAT);
    try_open("a setting that only tells, to write", "/proc/sys/kernel/ostype", O_WRONLY);
    try_creat("a folder", "folder");
    try_creat("a socket", "socket");
    try_creat("a device that is none", "nothing");
    try_creat("what runs", "/proc/self/exe");
    try_creat("a dangling link", "dangling");
    try_creat("a loop", "loop");
    show("access to write to what runs", call2(NR_access, (int)"/proc/self/exe", 2));
    show("access of a socket", call2(NR_access, (int)"socket", 6));
}

static void sealed(void)
{
    char path[64];
    int fd = call2(NR_memfd_create, (int)"sealed", 2);
    write(fd, "text", 4);
    append_number(append(path, "/proc/self/fd/"), (word)fd);
    fcntl(fd, 1033, SEAL_SHRINK);
    try_open("sealed, to cut", path, O_TRUNC | O_WRONLY);
    try_creat("sealed", path);
    show("truncate", call2(NR_truncate, (int)path, 0));
    show("truncate64", call3(NR_truncate64, (int)path, 0, 0));
    show("ftruncate64", call3(NR_ftruncate64, fd, 0, 0));
    fcntl(fd, 1033, SEAL_WRITE);
    try_open("sealed, to write", path, O_WRONLY);
    show("size", call3(NR_lseek, fd, 0, SEEK_END));
    close(fd);
}

/* Files of more than 2 GB, without O_LARGEFILE. */
static void large(void)
{
    int fd = open("large", O_CREAT | O_RDWR | O_LARGEFILE, 0644);
    call3(NR_ftruncate64, fd, 0, 1);
    try_open("large", "large", O_RDONLY);
    try_open("large, O_LARGEFILE", "large", O_LARGEFILE);
    try_open("large, to cut", "large", O_TRUNC | O_WRONLY);
    show("ftruncate", call2(NR_ftruncate, fd, 4));
    close(fd);
}

static void limits(void)
{
    int limit[2] = {3, 20};
    call2(NR_setrlimit, 7, (int)limit);
    try_open("too many", "file", O_RDONLY);
    try_open("too many, creating", "never", O_CREAT);
    try_creat("too many", "never");
    show("not there", call2(NR_access, (int)"never", 0));
    show("openat2, too many", call4(NR_openat2, AT_FDCWD, (int)"file", (int)(int[6]){0}, 24));
    limit[0] = 20;
    call2(NR_setrlimit, 7, (int)limit);
}

static void on_alarm(int signal) { (void)signal; }

/* A FIFO that nobody else opens, waited for until a signal comes. */
static void interrupted(void)
{
    static const int soon[4] = {0, 0, 0, 20000};
    set_action(SIGALRM, (word)on_alarm);
    call3(NR_setitimer, 0, (int)soon, 0);
    show("open, interrupted", open("fifo", O_RDONLY, 0));
    call3(NR_setitimer, 0, (int)soon, 0);
    show("openat, interrupted", call4(NR_openat, AT_FDCWD, (int)"fifo", O_WRONLY, 0));
    call3(NR_setitimer, 0, (int)soon, 0);
    show("openat2, interrupted", call4(NR_openat2, AT_FDCWD, (int)"fifo", (int)(int[6]){1}, 24));
    call3(NR_setitimer, 0, (int)soon, 0);
    show("creat, interrupted", call2(NR_creat, (int)"fifo", 0644));
}

int main(void)
{
    enter_folder();
    kinds();
    sealed();
    large();
    interrupted();
    limits();
    remove_folder();
    return 0;
}
