/* memfd: files without a name, and what seals forbid. */
#include "files.h"

enum { F_ADD_SEALS = 1033, F_GET_SEALS = 1034, Cloexec = 1, Sealing = 2, Noexec = 8, Exec = 16 };
enum { Seal = 1, Shrink = 2, Grow = 4, Write = 8, Future = 16, Execute = 32, MAP_SHARED = 1 };

static int memfd(const char *name, int flags) { return call2(NR_memfd_create, (int)name, flags); }
static int seal(int fd, int seals) { return fcntl(fd, F_ADD_SEALS, seals); }
static int map(int fd, int prot) { return call6(NR_mmap2, 0, 4096, prot, MAP_SHARED, fd, 0); }
static int pwrite(int fd, const char *text, int at) { return call5(NR_pwrite64, fd, (int)text, (int)length(text), at, 0); }

static void print_link(int fd)
{
    char path[40], target[64];
    append_number(append(path, "/proc/self/fd/"), (word)fd);
    int got = call3(NR_readlink, (int)path, (int)target, 63);
    target[got < 0 ? 0 : got] = 0;
    print(target);
    print("\n");
}

static void creation(void)
{
    int fd = memfd("some name", 0), other, status[24];
    print_link(fd);
    show("GETFD", fcntl(fd, 1, 0));
    show("GETFL", fcntl(fd, F_GETFL, 0));
    show("seals", fcntl(fd, F_GET_SEALS, 0));
    show("add", seal(fd, Write));
    call2(NR_fstat64, fd, (int)status);
    print_hex((word)status[4]), print("\n");
    show("links", status[5]);
    other = memfd("", Cloexec);
    print_link(other);
    show("GETFD", fcntl(other, 1, 0));
    close(other);
    other = memfd("x", Noexec);
    show("seals of noexec", fcntl(other, F_GET_SEALS, 0));
    call2(NR_fstat64, other, (int)status);
    print_hex((word)status[4]), print("\n");
    show("chmod +x", call2(NR_fchmod, other, 0755));
    show("chmod", call2(NR_fchmod, other, 0600));
    close(other);
    show("flags", memfd("x", 32));
    show("noexec and exec", memfd("x", Noexec | Exec));
    show("bad name", memfd((char *)1, 0));
    char name[300];
    memset(name, 'n', 299);
    name[249] = 0;
    other = show_ok("longest name", memfd(name, 0));
    close(other);
    name[249] = 'n', name[250] = 0;
    show("longer name", memfd(name, 0));
    write(fd, "0123456789", 10);
    char path[40];
    append_number(append(path, "/proc/self/fd/"), (word)fd);
    other = open(path, O_RDONLY, 0);
    char text[11] = "";
    show("read by another open", read(other, text, 10));
    print(text), print("\n");
    show("add to what is not writable", seal(other, Write));
    close(other);
    show("link to a name", call5(NR_linkat, AT_FDCWD, (int)path, AT_FDCWD, (int)"named", AT_SYMLINK_FOLLOW));
    close(fd);
}

static void sealed(void)
{
    int fd = memfd("sealed", Sealing);
    pwrite(fd, "0123456789", 0);
    show("seals", fcntl(fd, F_GET_SEALS, 0));
    show("unknown seal", seal(fd, 64));
    show("grow", seal(fd, Grow));
    show("write within", pwrite(fd, "ab", 8));
    show("write across", pwrite(fd, "abc", 8));
    show("write behind", pwrite(fd, "a", 10));
    show("longer", call2(NR_ftruncate, fd, 11));
    show("same", call2(NR_ftruncate, fd, 10));
    show("allocate", call6(NR_fallocate, fd, 0, 0, 0, 11, 0));
    show("allocate, keep", call6(NR_fallocate, fd, 1, 0, 0, 11, 0));
    show("allocate within", call6(NR_fallocate, fd, 0, 0, 0, 5, 0));
    show("shorter", call2(NR_ftruncate, fd, 9));
    show("shrink", seal(fd, Shrink));
    show("shorter", call2(NR_ftruncate, fd, 8));
    char path[40];
    append_number(append(path, "/proc/self/fd/"), (word)fd);
    show("O_TRUNC", open(path, O_RDWR | O_TRUNC, 0));
    show("truncate", call2(NR_truncate, (int)path, 3));
    int area = map(fd, PROT_READ | PROT_WRITE);
    show("write, while mapped", seal(fd, Write));
    show("future write", seal(fd, Future));
    *(char *)area = 'X';
    call2(NR_munmap, area, 4096);
    show("write", pwrite(fd, "a", 0));
    show("map", map(fd, PROT_READ | PROT_WRITE));
    show("write seal", seal(fd, Write));
    show("seals", fcntl(fd, F_GET_SEALS, 0));
    show("punch", call6(NR_fallocate, fd, 3, 0, 0, 4096, 0));
    show("write of nothing", pwrite(fd, "", 0));
    area = map(fd, PROT_READ);
    show("map to read", area != 0 && (area > 0 || area < -4095));
    show("seal", seal(fd, Seal));
    show("more", seal(fd, Execute));
    show("seals", fcntl(fd, F_GET_SEALS, 0));
    char text[4] = "";
    call5(NR_pread64, fd, (int)text, 3, 0, 0);
    print(text), print("\n");
    close(fd);
    fd = memfd("pages", Sealing);
    call2(NR_ftruncate, fd, 6000);
    seal(fd, Grow);
    static char many[9000];
    memset(many, 'x', sizeof many);
    show("write across pages", call5(NR_pwrite64, fd, (int)many, 9000, 0, 0));
    show("write in the last page", call5(NR_pwrite64, fd, (int)many, 9000, 5000, 0));
    close(fd);
    fd = memfd("program", Sealing);
    show("exec seal", seal(fd, Execute));
    show("seals", fcntl(fd, F_GET_SEALS, 0));
    close(fd);
}

static void mapped(void)
{
    int fd = memfd("mapped", Sealing), area, again;
    call2(NR_ftruncate, fd, 4096);
    show("future write", seal(fd, Future));
    show("map to write", map(fd, 3));
    area = show_ok("map to read", map(fd, 1));
    show("then to write", call3(NR_mprotect, area, 4096, 3));
    show("write", seal(fd, Write));
    again = show_ok("map to read", map(fd, 1));
    show("then to write", call3(NR_mprotect, again, 4096, 3));
    close(fd);
    fd = memfd("mapped", Sealing);
    call2(NR_ftruncate, fd, 4096);
    area = show_ok("map to read", map(fd, 1));
    show("write, while it may become writable", seal(fd, Write));
    call2(NR_munmap, area, 4096);
    show("write", seal(fd, Write));
    close(fd);
}

static void others(void)
{
    make_file("file", "text");
    int fd = open("file", O_RDWR, 0), ends[2];
    pipe(ends);
    show("seals of a file", fcntl(fd, F_GET_SEALS, 0));
    show("add", seal(fd, Write));
    show("seals of a pipe", fcntl(ends[0], F_GET_SEALS, 0));
    show("add", seal(ends[1], Write));
    close(fd);
    fd = open("file", O_PATH, 0);
    show("seals of O_PATH", fcntl(fd, F_GET_SEALS, 0));
}

int main(void)
{
    enter_folder();
    creation();
    sealed();
    mapped();
    others();
    remove_folder();
    return 0;
}
