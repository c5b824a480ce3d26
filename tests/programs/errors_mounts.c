/* errors_mounts: every call that takes a path, on a file system that is read-only, and on ones that are full or huge;
 * the old call that unmounts. Run by root in a mount namespace of its own. */
#include "path_calls.h"

enum { Ro = 1, Remount = 32, Rec = 16384, Private = 1 << 18, S_IFREG = 0100000, S_IFIFO = 010000 };

static int mount(const char *target, int flags, const char *data)
{
    return call5(NR_mount, (int)"t", (int)target, (int)"tmpfs", flags, (int)data);
}

static int umount(const char *target) { return call1(22, (int)target); }

/* By descriptors that were opened before it became read-only. */
static void by_descriptor(int file)
{
    show("fchmod", call2(NR_fchmod, file, 0600));
    show("fchown", call3(95, file, 1, 1));
    show("fchown32", call3(NR_fchown32, file, 1, 1));
    show("futimesat", call3(299, file, 0, 0));
    show("utimensat", call4(NR_utimensat, file, 0, 0, 0));
    show("fsetxattr", call5(NR_fsetxattr, file, (int)"user.a", (int)"x", 1, 0));
    show("fremovexattr", call2(NR_fremovexattr, file, (int)"user.a"));
    show("fsync", call1(NR_fsync, file));
}

static void read_only(void)
{
    mount("m", 0, 0);
    make_file("m/file", "text"), mkdir("m/folder", 0755), symlink("file", "m/link");
    int file = open("m/file", O_RDONLY, 0);
    show("read-only", mount("m", Remount | Ro, 0));
    for (int i = 0; i < PathCalls; i++) {
        show_path_call(&path_calls[i], "read-only, there", AT_FDCWD, "m/file");
        show_path_call(&path_calls[i], "read-only, new", AT_FDCWD, "m/new");
    }
    by_descriptor(file);
    call3(NR_close_range, 3, 99, 0);
    show("open to write", open("m/file", O_WRONLY, 0));
    show("open to cut", open("m/file", O_TRUNC, 0));
    show("open to create", open("m/new", O_CREAT, 0644));
    show("open what is there to create", open("m/file", O_CREAT, 0644) > 0);
    show("openat to write", call4(NR_openat, AT_FDCWD, (int)"m/file", O_RDWR, 0));
    show("openat O_TMPFILE", call4(NR_openat, AT_FDCWD, (int)"m", O_TMPFILE | O_RDWR, 0600));
    show("access", call2(NR_access, (int)"m/file", 2));
    show("faccessat", call3(307, AT_FDCWD, (int)"m/file", 2));
    show("faccessat2", call4(NR_faccessat2, AT_FDCWD, (int)"m/folder", 2, 0));
    show("link", link("m/file", "m/new"));
    show("linkat", call5(NR_linkat, AT_FDCWD, (int)"m/file", AT_FDCWD, (int)"m/new", 0));
    show("rename", rename("m/file", "m/new"));
    show("renameat", call4(NR_renameat, AT_FDCWD, (int)"m/file", AT_FDCWD, (int)"m/new"));
    show("renameat2", call5(NR_renameat2, AT_FDCWD, (int)"m/file", AT_FDCWD, (int)"m/new", 1));
    show("rename over itself", rename("m/file", "m/file"));
    show("rmdir", rmdir("m/folder"));
    show("unlinkat", call3(NR_unlinkat, AT_FDCWD, (int)"m/folder", AT_REMOVEDIR));
    show("mkdir of what is there", mkdir("m/folder", 0755));
    call3(NR_close_range, 3, 99, 0);
    show("umount", umount("m"));
}

static void full(void)
{
    static byte value[8192];
    mount("m", 0, "nr_inodes=4");
    make_file("m/a", ""), make_file("m/b", ""), make_file("m/c", "");
    show("open", open("m/d", O_CREAT, 0644));
    show("creat", call2(NR_creat, (int)"m/d", 0644));
    show("openat", call4(NR_openat, AT_FDCWD, (int)"m/d", O_CREAT | O_RDWR, 0644));
    show("openat O_TMPFILE", call4(NR_openat, AT_FDCWD, (int)"m", O_TMPFILE | O_RDWR, 0600));
    show("mkdir", mkdir("m/d", 0755));
    show("mkdirat", call3(NR_mkdirat, AT_FDCWD, (int)"m/d", 0755));
    show("mknod", mknod("m/d", S_IFREG | 0644, 0));
    show("mknodat", call4(NR_mknodat, AT_FDCWD, (int)"m/d", S_IFREG | 0644, 0));
    show("symlink", symlink("x", "m/d"));
    show("symlinkat", call3(NR_symlinkat, (int)"x", AT_FDCWD, (int)"m/d"));
    show("link", link("m/a", "m/d"));
    show("linkat", call5(NR_linkat, AT_FDCWD, (int)"m/a", AT_FDCWD, (int)"m/d", 0));
    show("renameat2 WHITEOUT", call5(NR_renameat2, AT_FDCWD, (int)"m/a", AT_FDCWD, (int)"m/d", 4));
    show("rename", rename("m/a", "m/d"));
    show("back", rename("m/d", "m/a"));
    show("setxattr", call5(NR_setxattr, (int)"m/a", (int)"user.a", (int)value, sizeof value, 0));
    show("lsetxattr", call5(NR_lsetxattr, (int)"m/a", (int)"user.a", (int)value, sizeof value, 0));
    int file = open("m/a", O_RDWR, 0);
    show("fsetxattr", call5(NR_fsetxattr, file, (int)"user.a", (int)value, sizeof value, 0));
    show("umount, busy", umount("m"));
    close(file);
    unlink("m/a");
    show("link", link("m/b", "m/d"));
    show("one more", link("m/b", "m/e"));
    show("setxattr, where there is room", call5(NR_setxattr, (int)"m/b", (int)"user.a", (int)value, 100, 0));
    unlink("m/d");
    show("and there", call5(NR_setxattr, (int)"m/b", (int)"user.a", (int)value, 100, 0));
    show("a name then", link("m/b", "m/d"));
    show("umount", umount("m"));
    show("umount again", umount("m"));
}

static void huge(void)
{
    static const int no_times[2];
    show("mount", mount("m", 0, "size=20480g"));
    int folder = open("m", O_RDONLY, 0);
    show("statfs", call2(NR_statfs, (int)"m", AREA));
    show("fstatfs", call2(100, folder, AREA));
    show("statfs64", call3(NR_statfs64, (int)"m", 84, AREA));
    show("blocks", area[2]);
    show("and", area[3]);
    show("fstatfs64", call3(269, folder, 84, AREA));
    close(folder);
    make_file("m/file", "text");
    int file = open("m/file", O_RDWR, 0);
    call3(NR_chown32, (int)"m/file", 70000, 7), call2(NR_utime, (int)"m/file", (int)no_times);
    show("oldstat", call2(18, (int)"m/file", AREA));
    const unsigned short *half = (const unsigned short *)area;
    print_hex(half[2]), print("\n");
    show("uid", half[4]);
    show("gid", half[5]);
    show("size", area[4]);
    show("accessed", area[5]);
    show("oldlstat", call2(84, (int)"m/file", AREA));
    show("oldfstat", call2(28, file, AREA));
    show("oldfstat, no descriptor", call2(28, 99, AREA));
    show("oldstat, bad buffer", call2(18, (int)"m/file", 8));
    show("oldlstat, bad buffer", call2(84, (int)"m/file", 8));
    show("oldfstat, bad buffer", call2(28, file, 8));
    mknod("m/other", S_IFREG, 0);
    for (int i = 0; i < 65536; i++) /* each gets a number that was never given before */
        unlink("m/other"), mknod("m/other", S_IFREG, 0);
    show("oldstat, large number", call2(18, (int)"m/other", AREA));
    show("oldlstat, large number", call2(84, (int)"m/other", AREA));
    show("oldfstat, large number", call2(28, open("m/other", O_RDONLY, 0), AREA));
    call3(NR_close_range, 3, 99, 0);
    show("umount", umount("m"));
}

/* Where the kernel alone makes names. */
static void made_by_the_kernel(void)
{
    mkdir("p", 0755);
    show("devpts", call5(NR_mount, TEXT("t"), TEXT("p"), TEXT("devpts"), 0, 0));
    show("mkdir", mkdir("p/x", 0755));
    show("mkdirat", call3(NR_mkdirat, AT_FDCWD, TEXT("p/x"), 0755));
    show("symlink", symlink("x", "p/x"));
    show("symlinkat", call3(NR_symlinkat, TEXT("x"), AT_FDCWD, TEXT("p/x")));
    show("mknod", mknod("p/x", S_IFIFO | 0644, 0));
    show("mknod of a file", mknod("p/x", S_IFREG | 0644, 0));
    show("rmdir", rmdir("p/ptmx"));
    show("rmdir of a folder", rmdir("/proc/sys"));
    show("unlink", unlink("p/ptmx"));
    show("link", link("p/ptmx", "p/x"));
    show("rename", rename("p/ptmx", "p/x"));
    show("open", open("p/x", O_CREAT, 0644));
    show("openat", call4(NR_openat, AT_FDCWD, TEXT("p/x"), O_CREAT, 0644));
    show("creat", call2(NR_creat, TEXT("p/x"), 0644));
    show("renameat", call4(NR_renameat, AT_FDCWD, TEXT("p/ptmx"), AT_FDCWD, TEXT("p/x")));
    show("renameat2", call5(NR_renameat2, AT_FDCWD, TEXT("p/ptmx"), AT_FDCWD, TEXT("p/x"), 0));
    show("unlink in /proc", unlink("/proc/uptime"));
    show("rmdir in /proc", rmdir("/proc/self/fd"));
    show("umount", umount("p"));
    rmdir("p");
}

int main(void)
{
    enter_folder();
    call5(NR_mount, 0, (int)"/", 0, Rec | Private, 0);
    mkdir("m", 0755), make_file("file", "text");
    read_only();
    full();
    huge();
    made_by_the_kernel();
    remove_folder();
    return 0;
}
