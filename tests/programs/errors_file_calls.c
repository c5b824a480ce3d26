/* errors_file_calls: the calls that take an open file where others take its path, and what reads folders: with no
 * descriptor, with files of other kinds, and with bad memory. */
#include "files.h"

enum { S_IFIFO = 010000, Bad = 8, Descriptor = 0x7a7a7a7a };

static int area[64];

#define AREA (int)area
#define TEXT(text) (int)(text)

static const struct { const char *name; int number, words[5]; } calls[] = {
    {"ftruncate", 93, {Descriptor, -1}},
    {"ftruncate 5", 93, {Descriptor, 5}},
    {"fchmod", 94, {Descriptor, 0644}},
    {"fchown", 95, {Descriptor, -1, 5}},
    {"fstatfs", 100, {Descriptor, Bad}},
    {"fstat", 108, {Descriptor, AREA}},
    {"fstat, bad buffer", 108, {Descriptor, Bad}},
    {"fsync", 118, {Descriptor}},
    {"fchdir", 133, {Descriptor}},
    {"getdents, bad buffer", 141, {Descriptor, Bad, 200}},
    {"getdents, small buffer", 141, {Descriptor, AREA, 10}},
    {"fdatasync", 148, {Descriptor}},
    {"ftruncate64", 194, {Descriptor, 5, 0}},
    {"ftruncate64, negative", 194, {Descriptor, -1, -1}},
    {"fstat64", 197, {Descriptor, AREA}},
    {"fstat64, bad buffer", 197, {Descriptor, Bad}},
    {"fchown32", 207, {Descriptor, -1, 6}},
    {"getdents64, bad buffer", 220, {Descriptor, Bad, 200}},
    {"getdents64, small buffer", 220, {Descriptor, AREA, 10}},
    {"readdir, bad buffer", 89, {Descriptor, Bad}},
    {"fsetxattr", 228, {Descriptor, TEXT("user.a"), TEXT("value"), 5, 0}},
    {"fsetxattr, there", 228, {Descriptor, TEXT("user.a"), TEXT("value"), 5, 1}},
    {"fsetxattr, not there", 228, {Descriptor, TEXT("user.b"), TEXT("value"), 5, 2}},
    {"fsetxattr, long", 228, {Descriptor, TEXT("user.a"), TEXT("value"), 65537, 0}},
    {"fsetxattr, no name", 228, {Descriptor, TEXT(""), TEXT("value"), 5, 0}},
    {"fsetxattr, unknown class", 228, {Descriptor, TEXT("other.a"), TEXT("value"), 5, 0}},
    {"fsetxattr, flags", 228, {Descriptor, TEXT("user.a"), TEXT("value"), 5, 4}},
    {"fsetxattr, bad value", 228, {Descriptor, TEXT("user.a"), Bad, 5, 0}},
    {"fgetxattr", 231, {Descriptor, TEXT("user.a"), AREA, 100}},
    {"fgetxattr, small", 231, {Descriptor, TEXT("user.a"), AREA, 4}},
    {"fgetxattr, not there", 231, {Descriptor, TEXT("user.b"), AREA, 100}},
    {"fgetxattr, unknown class", 231, {Descriptor, TEXT("other.b"), AREA, 100}},
    {"fgetxattr, bad buffer", 231, {Descriptor, TEXT("user.a"), Bad, 100}},
    {"flistxattr", 234, {Descriptor, AREA, 200}},
    {"flistxattr, small", 234, {Descriptor, AREA, 3}},
    {"flistxattr, bad buffer", 234, {Descriptor, Bad, 100}},
    {"fremovexattr", 237, {Descriptor, TEXT("user.a")}},
    {"fremovexattr, not there", 237, {Descriptor, TEXT("user.a")}},
    {"fremovexattr, unknown class", 237, {Descriptor, TEXT("other.a")}},
    {"fremovexattr, bad name", 237, {Descriptor, Bad}},
    {"fstatfs64", 269, {Descriptor, 84, AREA}},
    {"fstatfs64, size", 269, {Descriptor, 80, AREA}},
    {"fstatfs64, bad buffer", 269, {Descriptor, 84, Bad}},
    {"futimesat", 299, {Descriptor, 0, 0}},
    {"utimensat", 320, {Descriptor, 0, 0}},
    {"utimensat_time64", 412, {Descriptor, 0, 0}},
    {"syncfs", 344, {Descriptor}},
};

static void try_all(const char *what, int fd)
{
    for (word i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        int words[5];
        for (int j = 0; j < 5; j++)
            words[j] = calls[i].words[j] == Descriptor ? fd : calls[i].words[j];
        print(what), print(", ");
        show(calls[i].name, call5(calls[i].number, words[0], words[1], words[2], words[3], words[4]));
    }
    close(fd);
    chdir(own_folder);
}

/* Folders: read to the end, rewound, removed; and where this process is. */
static void folders(void)
{
    static char deep[4200];
    mkdir("folder", 0755), make_file("folder/a", "");
    int fd = open("folder", O_RDONLY, 0), got = call3(141, fd, AREA, sizeof area);
    show("getdents", got);
    show("at the end", call3(141, fd, AREA, sizeof area));
    show("readdir at the end", call3(89, fd, AREA, 1));
    unlink("folder/a"), rmdir("folder");
    show("seek", call3(NR_lseek, fd, 0, SEEK_SET));
    show("getdents of what is gone", call3(141, fd, AREA, sizeof area));
    show("getdents64 of what is gone", call3(220, fd, AREA, sizeof area));
    show("readdir of what is gone", call3(89, fd, AREA, 1));
    show("fchdir to what is gone", call1(133, fd));
    show("getcwd there", call2(183, AREA, sizeof area));
    show("stat of .", call2(195, TEXT("."), AREA));
    show("stat of ..", call2(195, TEXT(".."), AREA));
    chdir(own_folder);
    close(fd);
    show("getcwd, bad buffer", call2(183, Bad, 100));
    show("getcwd, small", call2(183, AREA, 5));
    show("getcwd, none", call2(183, AREA, 0));
    show("getcwd, bad and small", call2(183, Bad, 5));
    memset(deep, 'd', 200);
    int depth = 0;
    while (depth < 24 && mkdir(deep, 0755) == 0 && chdir(deep) == 0)
        depth++;
    show("deep", depth);
    show("getcwd, too long", call2(183, (int)deep, sizeof deep));
    show("readlink of /proc/self/cwd", call3(85, TEXT("/proc/self/cwd"), (int)deep, sizeof deep));
    for (int i = 0; i < 200; i++)
        deep[i] = 'd';
    deep[200] = 0;
    while (depth-- > 0)
        chdir(".."), rmdir(deep);
}

int main(void)
{
    int ends[2];
    enter_folder();
    make_file("file", "text"), make_file("again", "text"), mkdir("d", 0755), make_file("d/x", ""), mknod("fifo", S_IFIFO | 0644, 0);
    folders();
    try_all("none", 99);
    try_all("file", open("file", O_RDWR, 0));
    try_all("to read", open("again", O_RDONLY, 0));
    try_all("to write", open("again", O_WRONLY, 0));
    try_all("folder", open("d", O_RDONLY, 0));
    try_all("path of a file", open("file", O_PATH, 0));
    try_all("path of a folder", open("d", O_PATH, 0));
    try_all("FIFO", open("fifo", O_RDWR, 0));
    pipe(ends);
    close(ends[0]);
    try_all("pipe", ends[1]);
    try_all("event", call2(NR_eventfd2, 0, 0));
    try_all("memory", call2(NR_memfd_create, TEXT("m"), 2));
    try_all("status", open("/proc/self/stat", O_RDONLY, 0));
    try_all("status to write", open("/proc/self/comm", O_RDWR, 0));
    try_all("setting", open("/proc/sys/kernel/ostype", O_RDONLY, 0));
    show("sysfs, bad name", call3(135, 1, Bad, 0));
    show("sysfs, bad buffer", call3(135, 2, 0, Bad));
    remove_folder();
    return 0;
}
