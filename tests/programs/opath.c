/* opath: descriptors that only stand for a place, files without a name, and the flags of open. */
#include "files.h"

static char buffer[100];

static void limits(void)
{
    int status[24], area[40];
    make_file("file", "text");
    int fd = open("file", O_PATH | O_RDWR | O_APPEND, 0), folder = open(".", O_PATH | O_DIRECTORY, 0), copy;
    show("GETFL", fcntl(fd, F_GETFL, 0));
    show("GETFL of the folder", fcntl(folder, F_GETFL, 0));
    show("read", read(fd, buffer, 1));
    show("write", write(fd, "x", 1));
    show("lseek", call3(NR_lseek, fd, 0, SEEK_SET));
    show("fchmod", call2(NR_fchmod, fd, 0600));
    show("fchown", call3(NR_fchown32, fd, 0, 0));
    show("ftruncate", call2(NR_ftruncate, fd, 0));
    show("fallocate", call6(NR_fallocate, fd, 0, 0, 0, 1, 0));
    show("flock", call2(NR_flock, fd, 1));
    show("fsync", call1(NR_fsync, fd));
    show("ioctl", call3(NR_ioctl, fd, 0x541b, (int)area));
    show("FIOCLEX", call3(NR_ioctl, fd, 0x5451, 0));
    show("mmap", call6(NR_mmap2, 0, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
    show("getdents", call3(NR_getdents64, folder, (int)buffer, 100));
    show("fstat", call2(NR_fstat64, fd, (int)status));
    show("size", status[11]);
    show("fstatfs", call2(100, fd, (int)area));
    show("fchdir", call1(NR_fchdir, folder));
    show("fchdir to a file", call1(NR_fchdir, fd));
    show("dup", (copy = call1(NR_dup, fd)) > 0);
    close(copy);
    show("dup2", call2(NR_dup2, fd, 50));
    close(50);
    show("F_DUPFD", fcntl(fd, 0, 40));
    close(40);
    show("GETFD", fcntl(fd, 1, 0));
    show("SETFD", fcntl(fd, 2, 1));
    show("SETFL", fcntl(fd, F_SETFL, O_NONBLOCK));
    show("GETLK", fcntl(fd, F_GETLK, (int)area));
    show("GETOWN", fcntl(fd, 9, 0));
    show("GETPIPE_SZ", fcntl(fd, 1032, 0));
    show("splice", call6(NR_splice, fd, 0, 1, 0, 1, 0));
    show("sendfile", call4(NR_sendfile, 1, fd, 0, 1));
    show("epoll", call4(NR_epoll_ctl, call1(NR_epoll_create1, 0), 1, fd, (int)area));
    struct { int fd; short events, found; } wish = {fd, 1, 0};
    show("poll", call3(NR_poll, (int)&wish, 1, 0));
    show("found", wish.found);
    show("futimens", call4(NR_utimensat, fd, 0, 0, 0));
    show("fchownat", call5(NR_fchownat, fd, (int)"", 0, 0, AT_EMPTY_PATH));
    show("fstatat", call4(NR_fstatat64, fd, (int)"", (int)status, AT_EMPTY_PATH));
    show("openat", open("file", O_RDONLY, 0) > 0);
    show("openat a file", call4(NR_openat, fd, (int)"x", O_RDONLY, 0));
    show("openat the folder", call4(NR_openat, folder, (int)"file", O_RDONLY, 0) > 0);
    show("readlinkat", call4(NR_readlinkat, fd, (int)"", (int)buffer, 99));
    char path[40];
    append_number(append(path, "/proc/self/fd/"), (word)fd);
    int again = open(path, O_RDWR, 0);
    show("again, to write", write(again, "TEXT", 4));
    show("link", call5(NR_linkat, fd, (int)"", AT_FDCWD, (int)"second", AT_EMPTY_PATH));
    show("close", close(fd));
    show("close", close(fd));
    symlink("file", "link");
    fd = open("link", O_PATH | O_NOFOLLOW, 0);
    memset(buffer, 0, 100);
    show("readlinkat", call4(NR_readlinkat, fd, (int)"", (int)buffer, 99));
    print(buffer), print("\n");
    call2(NR_fstat64, fd, (int)status);
    print_hex((word)status[4] & 0170000), print("\n");
    append_number(append(path, "/proc/self/fd/"), (word)fd);
    show("open of the link itself", open(path, O_RDONLY, 0));
    show("O_PATH of a fifo", mknod("fifo", 010644, 0) || open("fifo", O_PATH, 0) < 0);
    show("O_PATH | O_DIRECTORY of a file", open("file", O_PATH | O_DIRECTORY, 0));
    show("O_PATH of nothing", open("nothing", O_PATH | O_CREAT, 0600));
    mkdir("closed", 0);
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, 1000);
        fd = open("closed", O_PATH, 0);
        show("O_PATH without permission", fd > 0);
        show("fchdir", call1(NR_fchdir, fd));
        show("openat", call4(NR_openat, fd, (int)"x", O_RDONLY, 0));
        leave(0);
    }
    wait4(user, 0, 0);
}

static void nameless(void)
{
    char path[40];
    int status[24];
    int fd = open(".", O_TMPFILE | O_RDWR, 0666);
    call2(NR_fstat64, fd, (int)status);
    print_hex((word)status[4]), print("\n");
    show("links", status[5]);
    show("GETFL", fcntl(fd, F_GETFL, 0));
    show("write", write(fd, "contents", 8));
    append_number(append(path, "/proc/self/fd/"), (word)fd);
    show("link without following", call5(NR_linkat, AT_FDCWD, (int)path, AT_FDCWD, (int)"named", 0));
    show("link", call5(NR_linkat, AT_FDCWD, (int)path, AT_FDCWD, (int)"named", AT_SYMLINK_FOLLOW));
    show("link by descriptor", call5(NR_linkat, fd, (int)"", AT_FDCWD, (int)"again", AT_EMPTY_PATH));
    call2(NR_fstat64, fd, (int)status);
    show("links", status[5]);
    unlink("named"), unlink("again");
    show("link after the last name went", call5(NR_linkat, fd, (int)"", AT_FDCWD, (int)"back", AT_EMPTY_PATH));
    close(fd);
    fd = open(".", O_TMPFILE | O_WRONLY | O_EXCL, 0600);
    show("exclusive", call5(NR_linkat, fd, (int)"", AT_FDCWD, (int)"named", AT_EMPTY_PATH));
    close(fd);
    show("to read", open(".", O_TMPFILE | O_RDONLY, 0600));
    show("in a file", open("file", O_TMPFILE | O_RDWR, 0600));
    show("in nothing", open("nothing", O_TMPFILE | O_RDWR, 0600));
    show("without O_DIRECTORY", open(".", (O_TMPFILE & ~O_DIRECTORY) | O_RDWR, 0600));
    show("in /proc", open("/proc", O_TMPFILE | O_RDWR, 0600));
    int ends[2];
    pipe(ends);
    append_number(append(path, "/proc/self/fd/"), (word)ends[0]);
    show("link a pipe", call5(NR_linkat, AT_FDCWD, (int)path, AT_FDCWD, (int)"pipe", AT_SYMLINK_FOLLOW));
    show("link flags", call5(NR_linkat, AT_FDCWD, (int)"file", AT_FDCWD, (int)"x", 1));
}

static void flags(void)
{
    mkdir("folder", 0755);
    symlink("nothing", "dangling");
    symlink("folder", "dirlink");
    show("O_EXCL, there", open("file", O_CREAT | O_EXCL | O_RDWR, 0600));
    show("O_EXCL, link", open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600));
    show("O_NOFOLLOW", open("link", O_NOFOLLOW, 0));
    show("O_NOFOLLOW, dangling, O_CREAT", open("dangling", O_NOFOLLOW | O_CREAT | O_RDWR, 0600));
    show("O_NOFOLLOW | O_DIRECTORY", open("dirlink", O_NOFOLLOW | O_DIRECTORY, 0));
    show("O_NOFOLLOW on the way", open("dirlink/..", O_NOFOLLOW, 0) > 0);
    show("O_DIRECTORY of a file", open("file", O_DIRECTORY, 0));
    show("O_CREAT | O_DIRECTORY", open("new", O_CREAT | O_DIRECTORY, 0600));
    show("O_CREAT of a folder", open("folder", O_CREAT, 0600));
    show("O_CREAT of name/", open("new/", O_CREAT | O_RDWR, 0600));
    show("O_CREAT of ..", open("..", O_CREAT, 0600));
    show("folder to write", open("folder", O_RDWR, 0));
    show("folder, O_TRUNC", open("folder", O_TRUNC, 0));
    show("file/", open("file/", O_RDONLY, 0));
    show("O_CREAT through a dangling link", open("dangling", O_CREAT | O_RDWR, 0600) > 0);
    show("made", unlink("nothing"));
    int fd = open("file", O_RDWR | O_APPEND, 0);
    write(fd, "12", 2);
    show("pwrite of O_APPEND", call5(NR_pwrite64, fd, (int)"34", 2, 0, 0));
    show("offset", call3(NR_lseek, fd, 0, SEEK_CUR));
    show("end", call3(NR_lseek, fd, 0, SEEK_END));
    show("SETFL", fcntl(fd, F_SETFL, O_DIRECT));
    show("GETFL", fcntl(fd, F_GETFL, 0));
    show("mode 3", (fd = open("file", 3, 0)) > 0);
    show("read", read(fd, buffer, 1));
    show("write", write(fd, "x", 1));
    show("GETFL", fcntl(fd, F_GETFL, 0));
    show("O_SYNC | O_DIRECT", (fd = open("file", O_RDWR | 04010000 | O_DIRECT, 0)) > 0);
    show("GETFL", fcntl(fd, F_GETFL, 0));
    show("unknown flags", open("file", (int)0x80000000, 0) > 0);
    char name[5000];
    memset(name, 'x', 4999);
    name[255] = 0;
    show("longest name", close(open(name, O_CREAT | O_RDWR, 0600)));
    unlink(name);
    name[255] = 'x', name[256] = 0;
    show("longer name", open(name, O_CREAT | O_RDWR, 0600));
    name[256] = 'x', name[4095] = 0;
    for (int i = 0; i < 4095; i += 2)
        name[i] = '.', name[i + 1] = '/';
    name[4095] = 0;
    show("longest path", open(name, O_RDONLY, 0) > 0);
    name[4095] = '.', name[4096] = 0;
    show("longer path", open(name, O_RDONLY, 0));
    show("no path", open((char *)0, O_RDONLY, 0));
    show("empty path", open("", O_RDONLY, 0));
    symlink("l1", "l0");
    show("ELOOP", open("loop", O_RDONLY, 0));
    symlink("loop", "loop");
    show("ELOOP", open("loop", O_RDONLY, 0));
    show("ELOOP on the way", open("loop/x", O_RDONLY, 0));
    for (int i = 1; i < 42; i++) {
        char from[8], to[8];
        append_number(append(from, "c"), (word)i), append_number(append(to, "c"), (word)i + 1);
        symlink(to, from);
    }
    make_file("c41", "");
    show("40 links", open("c1", O_RDONLY, 0) > 0);
    unlink("c41");
    symlink("c42", "c41");
    make_file("c42", "");
    show("41 links", open("c1", O_RDONLY, 0));
}

int main(void)
{
    enter_folder();
    limits();
    nameless();
    flags();
    remove_folder();
    return 0;
}
