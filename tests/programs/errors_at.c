/* errors_at: what takes a folder's descriptor, done and refused: names, links and folders, and flags nobody knows; old
 * calls and calls of symbolic links themselves. */
#include "files.h"

enum { S_IFREG = 0100000, S_IFIFO = 010000, S_IFLNK = 0120000, S_IFDIR = 040000, Noreplace = 1, Exchange = 2 };

static int area[64];

#define AREA (int)area
#define TEXT(text) (int)(text)

static int folder, full, file;

/* Makes and removes below the descriptor. */
static void names(void)
{
    show("mkdirat", call3(NR_mkdirat, folder, TEXT("d"), 0755));
    show("mkdirat, there", call3(NR_mkdirat, folder, TEXT("d"), 0755));
    show("mknodat", call4(NR_mknodat, folder, TEXT("n"), S_IFREG | 0644, 0));
    show("mknodat, there", call4(NR_mknodat, folder, TEXT("n"), S_IFREG | 0644, 0));
    show("mknodat, no kind", call4(NR_mknodat, folder, TEXT("m"), S_IFLNK | 0644, 0));
    show("mknodat, a folder", call4(NR_mknodat, folder, TEXT("m"), S_IFDIR | 0644, 0));
    show("symlinkat", call3(NR_symlinkat, TEXT("n"), folder, TEXT("l")));
    show("symlinkat, there", call3(NR_symlinkat, TEXT("n"), folder, TEXT("l")));
    show("symlinkat, no target", call3(NR_symlinkat, TEXT(""), folder, TEXT("k")));
    show("linkat", call5(NR_linkat, folder, TEXT("n"), folder, TEXT("h"), 0));
    show("linkat, there", call5(NR_linkat, folder, TEXT("n"), folder, TEXT("h"), 0));
    show("linkat, flags", call5(NR_linkat, folder, TEXT("n"), folder, TEXT("i"), 0x100));
    show("linkat of a folder", call5(NR_linkat, folder, TEXT("d"), folder, TEXT("i"), 0));
    show("linkat of a file by descriptor", call5(NR_linkat, file, TEXT(""), folder, TEXT("i"), AT_EMPTY_PATH));
    show("linkat across", call5(NR_linkat, AT_FDCWD, TEXT("/proc/uptime"), folder, TEXT("j"), 0));
    show("readlinkat", call4(NR_readlinkat, folder, TEXT("l"), AREA, 100));
    show("readlinkat of a file", call4(NR_readlinkat, folder, TEXT("n"), AREA, 100));
    show("readlinkat, no room", call4(NR_readlinkat, folder, TEXT("l"), AREA, 0));
    show("readlinkat, bad buffer", call4(NR_readlinkat, folder, TEXT("l"), 8, 100));
    show("unlinkat of a folder", call3(NR_unlinkat, folder, TEXT("d"), 0));
    show("unlinkat of a file as a folder", call3(NR_unlinkat, folder, TEXT("n"), AT_REMOVEDIR));
    show("unlinkat, full", call3(NR_unlinkat, AT_FDCWD, TEXT("full"), AT_REMOVEDIR));
    show("unlinkat of .", call3(NR_unlinkat, folder, TEXT("."), AT_REMOVEDIR));
    show("unlinkat of ..", call3(NR_unlinkat, folder, TEXT(".."), AT_REMOVEDIR));
    show("unlinkat of /", call3(NR_unlinkat, folder, TEXT("/"), AT_REMOVEDIR));
    show("unlinkat of / as a file", call3(NR_unlinkat, folder, TEXT("/"), 0));
    show("unlinkat, flags", call3(NR_unlinkat, folder, TEXT("n"), 0x100));
    show("unlinkat with a slash", call3(NR_unlinkat, folder, TEXT("n/"), 0));
    show("unlinkat", call3(NR_unlinkat, folder, TEXT("h"), 0));
    show("unlinkat, not there", call3(NR_unlinkat, folder, TEXT("h"), 0));
    show("unlinkat", call3(NR_unlinkat, folder, TEXT("d"), AT_REMOVEDIR));
    show("rmdir of /", rmdir("/"));
}

static int rename_at(int from, const char *old, int to, const char *new, int flags, int old_call)
{
    if (old_call)
        return call4(NR_renameat, from, (int)old, to, (int)new);
    return call5(NR_renameat2, from, (int)old, to, (int)new, flags);
}

/* The same with renameat and renameat2. */
static void renames(int old_call)
{
    call3(NR_mkdirat, folder, TEXT("d"), 0755);
    show("rename", rename_at(folder, "n", folder, "m", 0, old_call));
    show("back", rename_at(folder, "m", folder, "n", 0, old_call));
    show("not there", rename_at(folder, "m", folder, "n", 0, old_call));
    show("folder over a file", rename_at(folder, "d", folder, "n", 0, old_call));
    show("file over a folder", rename_at(folder, "n", folder, "d", 0, old_call));
    show("folder over a full one", rename_at(folder, "d", AT_FDCWD, "full", 0, old_call));
    show("folder into itself", rename_at(AT_FDCWD, "full", full, "x", 0, old_call));
    show("folder over one above", rename_at(full, "inner", AT_FDCWD, "full", 0, old_call));
    show("of .", rename_at(folder, ".", folder, "x", 0, old_call));
    show("to ..", rename_at(folder, "n", folder, "..", 0, old_call));
    show("of /", rename_at(folder, "/", folder, "x", 0, old_call));
    show("file with a slash", rename_at(folder, "n/", folder, "x", 0, old_call));
    show("across", rename_at(folder, "n", AT_FDCWD, "/proc/x", 0, old_call));
    if (!old_call) {
        show("NOREPLACE", rename_at(folder, "n", folder, "d", Noreplace, 0));
        show("NOREPLACE to ..", rename_at(folder, "n", folder, "..", Noreplace, 0));
        show("EXCHANGE with nothing", rename_at(folder, "n", folder, "x", Exchange, 0));
        show("unknown", rename_at(folder, "n", folder, "x", 16, 0));
    }
    call3(NR_unlinkat, folder, TEXT("d"), AT_REMOVEDIR);
}

/* Flags, 32-bit numbers that do not fit, and attributes of links themselves. */
static void attributes(void)
{
    static const int times[8] = {1, 0, 2, 0, 0, 0, 0, 0}, wrong[8] = {1, 0, 1000000000, 0, 0, 0, 0, 0};
    show("fchmodat", call3(NR_fchmodat, folder, TEXT("n"), 0600));
    show("fchownat", call5(NR_fchownat, folder, TEXT("n"), 1, 2, 0));
    show("fchownat, flags", call5(NR_fchownat, folder, TEXT("n"), 1, 2, 0x10));
    show("faccessat", call3(307, folder, TEXT("n"), 4));
    show("faccessat, mode", call3(307, folder, TEXT("n"), 8));
    show("fstatat64", call4(NR_fstatat64, folder, TEXT("n"), AREA, 0));
    show("utimensat_time64", call4(412, folder, TEXT("n"), (int)times, 0));
    show("utimensat_time64, fraction", call4(412, folder, TEXT("n"), (int)wrong, 0));
    show("utimensat_time64, flags", call4(412, folder, TEXT("n"), (int)times, 1));
    show("utimensat_time64, bad times", call4(412, folder, TEXT("n"), 8, 0));
    show("name_to_handle_at, /proc", call5(NR_name_to_handle_at, AT_FDCWD, TEXT("/proc/self/stat"), AREA, AREA, 0));
    area[0] = 12, area[1] = 1;
    int proc = open("/proc", O_RDONLY, 0);
    show("open_by_handle_at, /proc", call3(NR_open_by_handle_at, proc, AREA, 0));
    close(proc);
    show("lchown", call3(16, TEXT("f/l"), 3, 4));
    call2(NR_lstat64, TEXT("f/l"), AREA);
    show("uid", area[6]);
    show("chown", call3(182, TEXT("f/l"), 5, 6));
    show("stat", call2(106, TEXT("f/n"), AREA));
    show("lstat", call2(107, TEXT("f/l"), AREA));
    show("fchown", call3(95, file, 7, 8));
    show("fchown32", call3(NR_fchown32, file, 70000, 8));
    show("fstat", call2(108, file, AREA));
    show("uid", ((unsigned short *)area)[6]);
    show("lsetxattr", call5(NR_lsetxattr, TEXT("f/n"), TEXT("user.a"), TEXT("value"), 5, 0));
    show("lsetxattr, there", call5(NR_lsetxattr, TEXT("f/n"), TEXT("user.a"), TEXT("value"), 5, 1));
    show("lsetxattr, not there", call5(NR_lsetxattr, TEXT("f/n"), TEXT("user.b"), TEXT("value"), 5, 2));
    show("lsetxattr, class", call5(NR_lsetxattr, TEXT("f/n"), TEXT("other.b"), TEXT("value"), 5, 0));
    show("lsetxattr, no name", call5(NR_lsetxattr, TEXT("f/n"), TEXT(""), TEXT("value"), 5, 0));
    show("lgetxattr, small", call4(NR_lgetxattr, TEXT("f/n"), TEXT("user.a"), AREA, 3));
    show("lgetxattr, class", call4(NR_lgetxattr, TEXT("f/n"), TEXT("other.a"), AREA, 3));
    show("llistxattr, small", call3(NR_llistxattr, TEXT("f/n"), AREA, 3));
    show("lremovexattr, not there", call2(NR_lremovexattr, TEXT("f/n"), TEXT("user.b")));
    show("lremovexattr, class", call2(NR_lremovexattr, TEXT("f/n"), TEXT("other.b")));
    show("listxattr of /proc", call3(NR_listxattr, TEXT("/proc/self/stat"), AREA, 100));
    show("llistxattr of /proc", call3(NR_llistxattr, TEXT("/proc/self/cwd"), AREA, 100));
}

/* More names of attributes than can be listed. */
static void long_list(void)
{
    static char name[256] = "user.", list[70000];
    memset(name + 5, 'n', 245);
    for (int i = 0; i < 300; i++) {
        name[5] = (char)('a' + i / 26), name[6] = (char)('a' + i % 26);
        call5(NR_fsetxattr, file, (int)name, 0, 0, 0);
    }
    show("flistxattr, size", call3(NR_flistxattr, file, 0, 0));
    show("flistxattr, too long", call3(NR_flistxattr, file, (int)list, sizeof list));
    show("flistxattr, longest", call3(NR_flistxattr, file, (int)list, 65536));
    show("flistxattr, less", call3(NR_flistxattr, file, (int)list, 65535));
    show("listxattr, too long", call3(NR_listxattr, TEXT("file"), (int)list, sizeof list));
    show("llistxattr, too long", call3(NR_llistxattr, TEXT("file"), (int)list, sizeof list));
}

/* Files of more than 2 GB, and file sizes beyond the limit or below none. */
static void large(void)
{
    int limit[2] = {1000, -1}, results[4];
    show("truncate64", call3(NR_truncate64, TEXT("f/n"), 0, 1));
    show("truncate64, negative", call3(NR_truncate64, TEXT("f/n"), -1, -1));
    show("truncate64, negative, nothing", call3(NR_truncate64, TEXT("nothing"), -1, -1));
    show("truncate64 of a folder", call3(NR_truncate64, TEXT("f"), 0, 0));
    show("truncate64 of a device", call3(NR_truncate64, TEXT("/dev/null"), 0, 0));
    show("truncate64 of what runs", call3(NR_truncate64, TEXT("/proc/self/exe"), 0, 0));
    show("truncate of what runs", call2(NR_truncate, TEXT("/proc/self/exe"), 0));
    int fd = open("f/n", O_RDWR | O_LARGEFILE, 0);
    show("stat", call2(106, TEXT("f/n"), AREA));
    show("lstat", call2(107, TEXT("f/n"), AREA));
    show("fstat", call2(108, fd, AREA));
    show("stat64", call2(195, TEXT("f/n"), AREA));
    call2(NR_truncate, TEXT("f/n"), 10);
    call4(NR_rt_sigaction, 25, (int)(word[5]){1}, 0, 8);
    call2(NR_setrlimit, 1, (int)limit);
    results[0] = call2(NR_truncate, TEXT("f/n"), 2000);
    results[1] = call3(NR_truncate64, TEXT("f/n"), 2000, 0);
    results[2] = call2(NR_ftruncate, fd, 2000);
    results[3] = call3(NR_ftruncate64, fd, 2000, 0);
    limit[0] = -1;
    call2(NR_setrlimit, 1, (int)limit);
    for (int i = 0; i < 4; i++)
        show("over the limit", results[i]);
    close(fd);
}

int main(void)
{
    enter_folder();
    mkdir("f", 0755), mkdir("full", 0755), mkdir("full/inner", 0755), make_file("file", "text");
    folder = open("f", O_RDONLY, 0), full = open("full", O_RDONLY, 0), file = open("file", O_RDWR, 0);
    names();
    renames(1);
    renames(0);
    attributes();
    long_list();
    large();
    remove_folder();
    return 0;
}
