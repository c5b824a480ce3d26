/* openat2: each RESOLVE flag at each kind of step, and what the call refuses. */
#include "files.h"

enum { NoXdev = 1, NoMagic = 2, NoSymlinks = 4, Beneath = 8, InRoot = 16 };

static int folder;

static int openat2(const char *path, word flags, word mode, word resolve)
{
    unsigned long long how[3] = {flags, mode, resolve};
    int fd = call4(NR_openat2, folder, (int)path, (int)how, 24);
    if (fd > 0)
        close(fd);
    return fd;
}

static void try(const char *path)
{
    static const struct { const char *name; int flag; } flags[] = {
        {"  nothing", 0}, {"  NO_XDEV", NoXdev}, {"  NO_MAGICLINKS", NoMagic}, {"  NO_SYMLINKS", NoSymlinks},
        {"  BENEATH", Beneath}, {"  IN_ROOT", InRoot},
    };
    print(path), print("\n");
    for (int i = 0; i < 6; i++)
        show_ok(flags[i].name, openat2(path, O_RDONLY, 0, (word)flags[i].flag));
}

static void steps(void)
{
    static const char *const paths[] = {
        "file", "sub/file", "../outside", "sub/..", "sub/../file", "sub/../../outside", "/", "/file", "/proc/self", "/dev/null",
        "link", "sub/up", "absolute", "out", "loop", "self", "proc/self/root", "proc/self/cwd/out", "sub/../..", ".", "..", "../..",
        "/proc/self/exe", "dangling", "sub/file/", "file/x", "nothing", "root", "top",
    };
    for (word i = 0; i < sizeof paths / sizeof *paths; i++)
        try(paths[i]);
}

static void creation(void)
{
    show_ok("create", openat2("new", O_CREAT | O_WRONLY, 0600, Beneath));
    show_ok("create outside", openat2("../new", O_CREAT | O_WRONLY, 0600, Beneath));
    show_ok("create outside", openat2("out", O_CREAT | O_WRONLY, 0600, Beneath));
    show_ok("create in root", openat2("../../new2", O_CREAT | O_WRONLY, 0600, InRoot));
    show_ok("which is here", openat2("new2", O_RDONLY, 0, 0));
    show_ok("create over a link", openat2("dangling", O_CREAT | O_WRONLY, 0600, NoSymlinks));
    show_ok("tmpfile", openat2("sub", O_TMPFILE | O_RDWR, 0600, Beneath));
    show_ok("tmpfile outside", openat2("..", O_TMPFILE | O_RDWR, 0600, Beneath));
    show_ok("path of a link", openat2("link", O_PATH | O_NOFOLLOW, 0, NoSymlinks));
    show_ok("a link, NOFOLLOW", openat2("link", O_NOFOLLOW, 0, 0));
    show_ok("path", openat2("../outside", O_PATH, 0, Beneath));
}

static void arguments(void)
{
    unsigned long long how[5] = {0, 0, 0, 0, 0};
    show("unknown flag", openat2("file", 0x80000000, 0, 0));
    show("unknown resolve", openat2("file", 0, 0, 0x40));
    show("both", openat2("file", 0, 0, Beneath | InRoot));
    show("mode without O_CREAT", openat2("file", 0, 0600, 0));
    show("mode of more", openat2("file", O_CREAT, 010600, 0));
    show("O_PATH with O_RDWR", openat2("file", O_PATH | O_RDWR, 0, 0));
    show("O_PATH with O_CREAT", openat2("file", O_PATH | O_CREAT, 0, 0));
    show_ok("O_PATH with O_CLOEXEC", openat2("file", O_PATH | O_CLOEXEC, 0, 0));
    show("O_TMPFILE to read", openat2("sub", O_TMPFILE, 0600, 0));
    show("cached and O_CREAT", openat2("file", O_CREAT | O_RDWR, 0600, 0x20));
    show("size 23", call4(NR_openat2, folder, (int)"file", (int)how, 23));
    show_ok("size 40", call4(NR_openat2, folder, (int)"file", (int)how, 40));
    how[4] = 1;
    show("size 40, not 0", call4(NR_openat2, folder, (int)"file", (int)how, 40));
    show("size 5000", call4(NR_openat2, folder, (int)"file", (int)how, 5000));
    show("bad how", call4(NR_openat2, folder, (int)"file", 1, 24));
    show("bad path", openat2((char *)1, 0, 0, 0));
    show("empty path", openat2("", 0, 0, 0));
    how[4] = 0;
    show("bad descriptor", call4(NR_openat2, 99, (int)"file", (int)how, 24));
    int file = open("d/file", O_RDONLY, 0);
    show("descriptor of a file", call4(NR_openat2, file, (int)"file", (int)how, 24));
}

int main(void)
{
    enter_folder();
    mkdir("d", 0755);
    mkdir("d/sub", 0755);
    make_file("outside", "x"), make_file("d/file", "x"), make_file("d/sub/file", "x");
    symlink("file", "d/link"), symlink("../file", "d/sub/up"), symlink("../outside", "d/out"), symlink("loop", "d/loop");
    symlink("/dev/null", "d/absolute"), symlink("/proc/self/exe", "d/self"), symlink("/proc", "d/proc");
    symlink("nothing", "d/dangling"), symlink("/", "d/root"), symlink("../../../../../../..", "d/top");
    folder = open("d", O_RDONLY | O_DIRECTORY, 0);
    steps();
    creation();
    arguments();
    remove_folder();
    return 0;
}
