/* odd_calls: file handles, memory of other processes, and the file calls of old kernels. */
#include "files.h"

struct handle { word size; int kind; byte octets[128]; };
struct span { const void *base; word size; };

static int handle_of(int at, const char *path, struct handle *handle, int *mount, int flags)
{
    return call5(NR_name_to_handle_at, at, (int)path, (int)handle, (int)mount, flags);
}

static int by_handle(int mount, struct handle *handle, int flags)
{
    return call3(NR_open_by_handle_at, mount, (int)handle, flags);
}

static void handles(void)
{
    struct handle handle = {0, 0, {0}}, other = {128, 0, {0}};
    int mount = -1, status[24], again[24];
    char target[64];
    make_file("file", "text"), mkdir("folder", 0755), symlink("file", "link");
    show("too small", handle_of(AT_FDCWD, "file", &handle, &mount, 0));
    show("size", (int)handle.size);
    show("handle", handle_of(AT_FDCWD, "file", &handle, &mount, 0));
    show("mount", mount > 0);
    show("kind", handle.kind);
    int fd = open("file", O_RDONLY, 0), here = open(".", O_RDONLY, 0), path;
    show("by descriptor", handle_of(fd, "", &other, &mount, AT_EMPTY_PATH));
    show("size", (int)other.size);
    int same = 1;
    for (word i = 0; i < handle.size; i++)
        same &= handle.octets[i] == other.octets[i];
    show("the same", same);
    close(fd);
    fd = by_handle(here, &handle, O_RDONLY);
    call2(NR_stat64, (int)"file", (int)status), call2(NR_fstat64, fd, (int)again);
    show("same inode", status[3] == again[3]);
    append_number(append(target, "/proc/self/fd/"), (word)fd);
    static char shown[100];
    call3(NR_readlink, (int)target, (int)shown, 99);
    print(shown + length(own_folder)), print("\n");
    close(fd);
    show("to write", close(by_handle(here, &handle, O_RDWR)));
    show("O_DIRECTORY", by_handle(here, &handle, O_DIRECTORY));
    path = by_handle(here, &handle, O_PATH);
    show("O_PATH", read(path, target, 1));
    close(path);
    other.size = 128;
    show("folder", handle_of(AT_FDCWD, "folder", &other, &mount, 0));
    show("open", close(by_handle(AT_FDCWD, &other, O_RDONLY)));
    show("folder to write", by_handle(here, &other, O_RDWR));
    other.size = 128;
    show("link", handle_of(AT_FDCWD, "link", &other, &mount, 0));
    show("open", by_handle(here, &other, O_RDONLY));
    show("O_PATH", close(by_handle(here, &other, O_PATH)));
    other.size = 128;
    show("link, follow", handle_of(AT_FDCWD, "link", &other, &mount, AT_SYMLINK_FOLLOW));
    show("open", close(by_handle(here, &other, O_RDONLY)));
    show("flags", handle_of(AT_FDCWD, "file", &other, &mount, 0x10000));
    other.size = 129;
    show("size 129", handle_of(AT_FDCWD, "file", &other, &mount, 0));
    show("open size 129", by_handle(here, &other, 0));
    other.size = 0;
    show("open size 0", by_handle(here, &other, 0));
    other.size = 128;
    show("nothing", handle_of(AT_FDCWD, "nothing", &other, &mount, 0));
    show("empty", handle_of(AT_FDCWD, "", &other, &mount, 0));
    show("bad handle", handle_of(AT_FDCWD, "file", (struct handle *)8, &mount, 0));
    show("bad descriptor", handle_of(99, "file", &other, &mount, 0));
    show("open bad handle", by_handle(here, (struct handle *)8, 0));
    show("open bad descriptor", by_handle(99, &handle, 0));
    other = handle;
    other.octets[4] ^= 0x55, other.octets[7] ^= 0x55;
    show("another number", by_handle(here, &other, 0));
    unlink("file");
    show("stale", by_handle(here, &handle, 0));
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, 1000);
        show("as a user", by_handle(here, &handle, 0));
        leave(0);
    }
    wait4(user, 0, 0);
    close(here);
}

static char data[] = "some memory";

static void memory(void)
{
    char one[8] = "", two[16] = "";
    struct span local[] = {{one, 4}, {two, 15}}, remote[] = {{data, 5}, {data + 5, 6}}, bad[] = {{data, 5}, {(void *)8, 4}}, write[] = {{"OTHER", 5}};
    int child = fork();
    if (child == 0)
        for (;;)
            call0(NR_pause);
    data[0] = 'X';
    show("read", call6(NR_process_vm_readv, child, (int)local, 2, (int)remote, 2, 0));
    print(one), print("|"), print(two), print("\n");
    show("write", call6(NR_process_vm_writev, child, (int)write, 1, (int)remote, 1, 0));
    show("read", call6(NR_process_vm_readv, child, (int)local, 2, (int)remote, 2, 0));
    print(one), print("|"), print(two), print(" "), print(data), print("\n");
    show("partly bad", call6(NR_process_vm_readv, child, (int)local, 2, (int)bad, 2, 0));
    show("bad", call6(NR_process_vm_readv, child, (int)local, 2, (int)(bad + 1), 1, 0));
    show("bad here", call6(NR_process_vm_readv, child, (int)(bad + 1), 1, (int)remote, 1, 0));
    show("bad list", call6(NR_process_vm_readv, child, 8, 1, (int)remote, 1, 0));
    show("bad list there", call6(NR_process_vm_readv, child, (int)local, 2, 8, 1, 0));
    show("nothing", call6(NR_process_vm_readv, child, (int)local, 0, (int)remote, 1, 0));
    show("nothing there", call6(NR_process_vm_readv, child, (int)local, 1, (int)remote, 0, 0));
    show("flags", call6(NR_process_vm_readv, child, (int)local, 2, (int)remote, 2, 1));
    show("too many", call6(NR_process_vm_readv, child, (int)local, 1025, (int)remote, 2, 0));
    show("no process", call6(NR_process_vm_readv, 99999999, (int)local, 2, (int)remote, 2, 0));
    show("oneself", call6(NR_process_vm_readv, getpid(), (int)local, 2, (int)remote, 2, 0));
    show("read-only memory", call6(NR_process_vm_writev, child, (int)write, 1, (int)(struct span[]){{"text", 5}}, 1, 0));
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, 1000);
        show("another's", call6(NR_process_vm_readv, child, (int)local, 2, (int)remote, 2, 0));
        leave(0);
    }
    wait4(user, 0, 0);
    kill(child, SIGKILL);
    wait4(child, 0, 0);
    show("gone", call6(NR_process_vm_readv, child, (int)local, 2, (int)remote, 2, 0));
}

static void old(void)
{
    byte entry[300];
    int names = 0, files = 0, got;
    mkdir("d", 0755), make_file("d/a", ""), make_file("d/bc", "");
    int fd = open("d", O_RDONLY, 0);
    while ((got = call3(NR_readdir, fd, (int)entry, 1)) == 1) {
        names += *(unsigned short *)(entry + 8);
        files++;
    }
    show("end", got);
    show("entries", files);
    show("octets of names", names);
    show("bad buffer", (call3(NR_lseek, fd, 0, SEEK_SET), call3(NR_readdir, fd, 8, 1)));
    rmdir("d");
    close(fd);
    fd = open("d/a", O_RDONLY, 0);
    show("file", call3(NR_readdir, fd, (int)entry, 1));
    show("descriptor", call3(NR_readdir, 99, (int)entry, 1));
    int status[24];
    call2(NR_fstat64, fd, (int)status);
    show("ustat", call2(NR_ustat, status[0], (int)entry));
    show("free", *(int *)entry > 0 && *(int *)(entry + 4) > 0);
    show("ustat, bad buffer", call2(NR_ustat, status[0], 8));
    show("ustat, no device", call2(NR_ustat, 0x7f7f, (int)entry));
    show("sysfs", call3(135, 1, (int)"tmpfs", 0) >= 0);
    show("sysfs, name", call3(135, 2, call3(135, 1, (int)"proc", 0), (int)entry));
    print((char *)entry), print("\n");
    show("sysfs, unknown", call3(135, 1, (int)"nothing", 0));
    show("sysfs, number", call3(135, 2, 999, (int)entry));
    show("sysfs, count", call3(135, 3, 0, 0) > 2);
    show("sysfs, option", call3(135, 4, 0, 0));
    show("oldstat", call2(18, (int)"nothing", (int)entry));
}

int main(void)
{
    enter_folder();
    handles();
    memory();
    old();
    remove_folder();
    return 0;
}
