/* errors_path_users: every call that takes a path, by a user who may not search the folder, change it or touch the file.
 * Run by root. */
#include "path_calls.h"

enum { S_IFREG = 0100000, S_IFCHR = 020000 };

/* The owner alone may; the names say what it is that others may not. */
static void make(void)
{
    mkdir("closed", 0700), make_file("closed/x", "text");
    mkdir("shut", 0755), make_file("shut/file", "text"), mkdir("shut/folder", 0755), symlink("file", "shut/link");
    mkdir("own", 0777), chmod("own", 0777), make_file("own/theirs", "text"), chmod("own/theirs", 0600);
    make_file("own/program", "text"), chmod("own/program", 04755);
    make_file("own/groups", "text"), call3(NR_chown32, (int)"own/groups", 1000, 0), chmod("own/groups", 02644);
    mkdir("sticky", 0777), chmod("sticky", 01777), make_file("sticky/theirs", "text"), mkdir("sticky/folder", 0777);
    make_file("file", "text");
}

static void not_searched(void)
{
    for (int i = 0; i < PathCalls; i++)
        show_path_call(&path_calls[i], "not to be searched", AT_FDCWD, "closed/x");
    show("inotify_add_watch", call3(NR_inotify_add_watch, call0(NR_inotify_init), (int)"closed/x", 1));
    close(3);
}

/* Calls that make, move or remove a name of a folder that may not be written to. */
static void not_written(void)
{
    show("open to write", open("shut/file", O_WRONLY, 0));
    show("open, creating", open("shut/new", O_WRONLY | O_CREAT, 0644));
    show("openat to write", call4(NR_openat, AT_FDCWD, (int)"shut/file", O_WRONLY, 0));
    show("openat O_TMPFILE", call4(NR_openat, AT_FDCWD, (int)"shut", O_TMPFILE | O_RDWR, 0600));
    show("creat", call2(NR_creat, (int)"shut/new", 0644));
    show("creat, there", call2(NR_creat, (int)"shut/file", 0644));
    show("link", link("own/theirs", "shut/new"));
    show("linkat", call5(NR_linkat, AT_FDCWD, (int)"own/theirs", AT_FDCWD, (int)"shut/new", 0));
    show("unlink", unlink("shut/file"));
    show("unlinkat", call3(NR_unlinkat, AT_FDCWD, (int)"shut/file", 0));
    show("unlinkat of a folder", call3(NR_unlinkat, AT_FDCWD, (int)"shut/folder", AT_REMOVEDIR));
    show("rmdir", rmdir("shut/folder"));
    show("mkdirat", call3(NR_mkdirat, AT_FDCWD, (int)"shut/new", 0755));
    show("mknod", mknod("shut/new", S_IFREG | 0644, 0));
    show("mknodat", call4(NR_mknodat, AT_FDCWD, (int)"shut/new", S_IFREG | 0644, 0));
    show("mknod of a device", mknod("own/new", S_IFCHR | 0644, 0x103));
    show("mknodat of a device", call4(NR_mknodat, AT_FDCWD, (int)"own/new", S_IFCHR | 0644, 0x103));
    show("symlinkat", call3(NR_symlinkat, (int)"x", AT_FDCWD, (int)"shut/new"));
    show("rename", rename("shut/file", "own/new"));
    show("renameat", call4(NR_renameat, AT_FDCWD, (int)"shut/file", AT_FDCWD, (int)"own/new"));
    show("renameat2", call5(NR_renameat2, AT_FDCWD, (int)"own/theirs", AT_FDCWD, (int)"shut/new", 0));
    show("truncate", call2(NR_truncate, (int)"shut/file", 0));
    show("truncate64", call3(NR_truncate64, (int)"shut/file", 0, 0));
    show("setxattr", call5(NR_setxattr, (int)"shut/file", (int)"user.a", (int)"x", 1, 0));
    show("lsetxattr", call5(NR_lsetxattr, (int)"shut/file", (int)"user.a", (int)"x", 1, 0));
    show("removexattr", call2(NR_removexattr, (int)"shut/file", (int)"user.a"));
    show("lremovexattr", call2(NR_lremovexattr, (int)"shut/file", (int)"user.a"));
    show("getxattr", call4(NR_getxattr, (int)"own/theirs", (int)"user.a", 0, 0));
    show("lgetxattr", call4(NR_lgetxattr, (int)"own/theirs", (int)"user.a", 0, 0));
    show("access", call2(NR_access, (int)"shut/file", 2));
    show("faccessat", call3(307, AT_FDCWD, (int)"shut/file", 2));
    show("faccessat2", call4(NR_faccessat2, AT_FDCWD, (int)"shut/file", 2, 0));
    show("sticky unlink", unlink("sticky/theirs"));
    show("sticky unlinkat", call3(NR_unlinkat, AT_FDCWD, (int)"sticky/theirs", 0));
    show("sticky rmdir", rmdir("sticky/folder"));
    show("sticky renameat", call4(NR_renameat, AT_FDCWD, (int)"sticky/theirs", AT_FDCWD, (int)"own/new"));
    show("sticky renameat2", call5(NR_renameat2, AT_FDCWD, (int)"sticky/theirs", AT_FDCWD, (int)"own/new", 0));
}

/* Calls that only the owner of a file may make. */
static void not_owned(void)
{
    static const int times[8] = {1, 0, 2, 0, 0, 0, 0, 0};
    show("chmod", chmod("own/theirs", 0666));
    show("fchmodat", call3(NR_fchmodat, AT_FDCWD, (int)"own/theirs", 0666));
    show("lchown", call3(16, (int)"own/theirs", 1000, -1));
    show("chown", call3(182, (int)"own/theirs", 1000, -1));
    show("lchown32", call3(NR_lchown32, (int)"own/theirs", 1000, -1));
    show("chown32", call3(NR_chown32, (int)"own/theirs", 1000, -1));
    show("fchownat", call5(NR_fchownat, AT_FDCWD, (int)"own/theirs", 1000, -1, 0));
    show("chown32 to what it is", call3(NR_chown32, (int)"own/theirs", 0, 0));
    show("chown32 to nobody", call3(NR_chown32, (int)"own/theirs", -1, -1));
    show("chown32 of a program to nobody", call3(NR_chown32, (int)"own/program", -1, -1));
    show("chown32 of a group's to nobody", call3(NR_chown32, (int)"own/groups", -1, -1));
    call2(NR_stat64, (int)"own/groups", AREA);
    print_hex((word)area[4]), print("\n");
    show("utime, now", call2(NR_utime, (int)"own/theirs", 0));
    show("utimes, now", call2(271, (int)"own/theirs", 0));
    show("utimensat, now", call4(NR_utimensat, AT_FDCWD, (int)"own/theirs", 0, 0));
    show("utimensat_time64, now", call4(412, AT_FDCWD, (int)"own/theirs", 0, 0));
    show("utime", call2(NR_utime, (int)"own/theirs", (int)times));
    show("utimes", call2(271, (int)"own/theirs", (int)times));
    show("futimesat", call3(299, AT_FDCWD, (int)"own/theirs", (int)times));
    show("utimensat", call4(NR_utimensat, AT_FDCWD, (int)"own/theirs", (int)times, 0));
    show("utimensat_time64", call4(412, AT_FDCWD, (int)"own/theirs", (int)times, 0));
    show("open O_NOATIME", open("shut/file", 01000000, 0));
    show("openat O_NOATIME", call4(NR_openat, AT_FDCWD, (int)"shut/file", 01000000, 0));
    show("chroot", call1(NR_chroot, (int)"own"));
    show("mount", call5(NR_mount, (int)"none", (int)"own", (int)"tmpfs", 0, 0));
    show("umount", call1(22, (int)"own"));
    show("umount2", call2(NR_umount2, (int)"own", 0));
    show("pivot_root", call2(NR_pivot_root, (int)"own", (int)"own"));
    show("name_to_handle_at", call5(NR_name_to_handle_at, AT_FDCWD, (int)"own/theirs", (int)area, (int)area, 0) < 0);
}

/* The same by descriptors that root has opened. */
static void by_descriptor(int file, int folder)
{
    static const int times[8] = {1, 0, 2, 0, 0, 0, 0, 0};
    show("fchmod", call2(NR_fchmod, file, 0666));
    show("fchown", call3(95, file, 1000, -1));
    show("fchown32", call3(NR_fchown32, file, 1000, -1));
    show("fchdir", call1(NR_fchdir, folder));
    show("futimesat", call3(299, file, 0, (int)times));
    show("utimensat", call4(NR_utimensat, file, 0, (int)times, 0));
    show("fsetxattr", call5(NR_fsetxattr, file, (int)"trusted.a", (int)"x", 1, 0));
    show("fsetxattr user.", call5(NR_fsetxattr, file, (int)"user.a", (int)"x", 1, 0));
    show("fgetxattr", call4(NR_fgetxattr, file, (int)"user.a", 0, 0));
    show("fremovexattr", call2(NR_fremovexattr, file, (int)"trusted.a"));
    show("fremovexattr user.", call2(NR_fremovexattr, file, (int)"user.a"));
    show("ftruncate", call2(NR_ftruncate, file, 0));
    show("ftruncate64", call3(NR_ftruncate64, file, 0, 0));
    show("openat", call4(NR_openat, folder, (int)"x", O_RDONLY, 0));
    show("fstatat64", call4(NR_fstatat64, folder, (int)"x", AREA, 0));
    show("open_by_handle_at", call3(NR_open_by_handle_at, folder, AREA, 0));
    show("getdents64", call3(NR_getdents64, folder, AREA, sizeof area) > 0);
}

int main(void)
{
    enter_folder();
    make();
    int file = open("own/theirs", O_RDWR, 0), folder = open("closed", O_RDONLY, 0);
    int user = fork();
    if (user == 0) {
        call2(NR_setgroups32, 0, 0), call1(214, 1000), call1(NR_setuid32, 1000);
        by_descriptor(file, folder);
        close(file), close(folder);
        not_searched();
        not_written();
        not_owned();
        leave(0);
    }
    wait4(user, 0, 0);
    close(file), close(folder);
    chmod("closed", 0700);
    remove_folder();
    return 0;
}
