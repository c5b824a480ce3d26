/* errors_flags: files and folders that are immutable, or may only grow, and everything that is refused then. Run by
 * root. */
#include "path_calls.h"

enum { Get = (int)0x80046601, Set = 0x40046602, Immutable = 0x10, Append = 0x20, Nodump = 0x40, Noatime = 0x80, S_IFREG = 0100000 };

static int set_flags(const char *path, int flags)
{
    int fd = open(path, O_RDONLY, 0), result = call3(NR_ioctl, fd, Set, (int)&flags);
    close(fd);
    return result;
}

static int flags_of(const char *path)
{
    int fd = open(path, O_RDONLY, 0), flags = -1, result = call3(NR_ioctl, fd, Get, (int)&flags);
    close(fd);
    return result < 0 ? result : flags & 0xff;
}

static void print_flags(const char *path)
{
    print("flags: ");
    print_hex((word)flags_of(path));
    print("\n");
}

/* Every way to change a file or its names. */
static void try_file(const char *path)
{
    static const int times[8] = {1, 0, 2, 0, 0, 0, 0, 0};
    for (int i = 0; i < PathCalls; i++)
        if (path_calls[i].number != 18 && path_calls[i].number != 84) /* these fail for the host's inode numbers */
            show_path_call(&path_calls[i], path, AT_FDCWD, path);
    call3(NR_close_range, 5, 99, 0);
    show("open to write", open(path, O_WRONLY, 0));
    show("open to append", close(open(path, O_WRONLY | O_APPEND, 0)));
    show("open to cut", open(path, O_WRONLY | O_APPEND | O_TRUNC, 0));
    show("open to read and cut", open(path, O_TRUNC, 0));
    show("access", call2(NR_access, (int)path, 2));
    show("faccessat", call3(307, AT_FDCWD, (int)path, 2));
    show("faccessat2", call4(NR_faccessat2, AT_FDCWD, (int)path, 2, 0));
    show("chown", call3(NR_chown32, (int)path, 0, -1));
    show("utime", call2(NR_utime, (int)path, (int)times));
    show("utimensat", call4(NR_utimensat, AT_FDCWD, (int)path, (int)times, 0));
    show("rename over", rename("file", path));
    show("exchange", call5(NR_renameat2, AT_FDCWD, (int)"file", AT_FDCWD, (int)path, 2));
    show("chmod", chmod(path, 0644));
}

/* By a descriptor that was there before. */
static void try_descriptor(int fd)
{
    show("write", write(fd, "more", 4));
    show("ftruncate", call2(NR_ftruncate, fd, 2));
    show("ftruncate64", call3(NR_ftruncate64, fd, 2, 0));
    show("fallocate", call6(NR_fallocate, fd, 0, 0, 0, 100, 0));
    show("fallocate, a hole", call6(NR_fallocate, fd, 3, 0, 0, 4, 0));
    show("fchmod", call2(NR_fchmod, fd, 0600));
    show("fchown32", call3(NR_fchown32, fd, 0, 0));
    show("utimensat", call4(NR_utimensat, fd, 0, 0, 0));
    show("fsetxattr", call5(NR_fsetxattr, fd, (int)"user.a", (int)"x", 1, 0));
    show("fremovexattr", call2(NR_fremovexattr, fd, (int)"user.a"));
    show("F_SETFL without O_APPEND", fcntl(fd, F_SETFL, 0));
    show("size", call3(NR_lseek, fd, 0, SEEK_END));
}

static void try_folder(void)
{
    show("create", close(open("folder/new", O_CREAT | O_RDWR, 0644)));
    show("create again", close(open("folder/new", O_CREAT | O_RDWR, 0644)));
    show("mkdir", mkdir("folder/d", 0755));
    show("mknod", mknod("folder/n", S_IFREG | 0644, 0));
    show("symlink", symlink("x", "folder/l"));
    show("link", link("file", "folder/h"));
    show("unlink", unlink("folder/inside"));
    show("rmdir", rmdir("folder/inner"));
    show("rename", rename("folder/inside", "folder/x"));
    show("rename out of", rename("folder/inside", "x"));
    show("rename into", rename("other", "folder/other"));
    show("write", close(open("folder/inside", O_WRONLY, 0)));
    show("access", call2(NR_access, (int)"folder", 2));
    show("O_TMPFILE", close(open("folder", O_TMPFILE | O_RDWR, 0600)));
    show("chmod", chmod("folder", 0755));
    show("rename it", rename("folder", "folder2"));
}

static void setting(void)
{
    int fd = open("file", O_RDONLY, 0), flags = 0x1000;
    show("unknown flag", call3(NR_ioctl, fd, Set, (int)&flags));
    show("bad address", call3(NR_ioctl, fd, Set, 8));
    show("bad address to get", call3(NR_ioctl, fd, Get, 8));
    show("no dump, no access times", set_flags("folder", Nodump | Noatime));
    print_flags("folder");
    make_file("folder/heir", ""), mkdir("folder/heirs", 0755);
    print_flags("folder/heir"), print_flags("folder/heirs");
    call5(383, AT_FDCWD, (int)"folder", 0, 0x7ff, AREA);
    print_hex((word)area[2] & 0x70), print(" of "), print_hex((word)area[14] & 0x70), print("\n");
    show("none", set_flags("folder", 0));
    unlink("folder/heir"), rmdir("folder/heirs");
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, 1000);
        show("of another's", set_flags("file", Nodump));
        show("of one's own", set_flags("mine", Nodump));
        show("immutable", set_flags("mine", Nodump | Immutable));
        show("append-only", set_flags("mine", Append));
        leave(0);
    }
    wait4(user, 0, 0);
    close(fd);
}

int main(void)
{
    enter_folder();
    make_file("file", "text"), make_file("other", ""), make_file("mine", ""), call3(NR_chown32, (int)"mine", 1000, 1000);
    make_file("fixed", "text"), make_file("log", "text"), mkdir("folder", 0755), make_file("folder/inside", ""), mkdir("folder/inner", 0755);
    setting();
    int fixed = open("fixed", O_RDWR, 0), log = open("log", O_RDWR | O_APPEND, 0);
    show("immutable", set_flags("fixed", Immutable));
    show("append-only", set_flags("log", Append));
    print_flags("fixed"), print_flags("log");
    try_file("fixed");
    try_file("log");
    try_descriptor(fixed);
    try_descriptor(log);
    show("folder, immutable", set_flags("folder", Immutable));
    try_folder();
    show("folder, append-only", set_flags("folder", Append));
    try_folder();
    show("free", set_flags("folder", 0) + set_flags("fixed", 0) + set_flags("log", 0));
    show("unlink", unlink("fixed"));
    remove_folder();
    return 0;
}
