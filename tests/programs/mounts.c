/* mounts: memory file systems with options, bind mounts, remounting, moving, unmounting, pivot_root, and every
 * refusal. Run by root in a mount namespace of its own. */
#include "files.h"

enum {
    Ro = 1, Nosuid = 2, Nodev = 4, Noexec = 8, Remount = 32, Nosymfollow = 256, Noatime = 1024, Bind = 4096, Move = 8192,
    Rec = 16384, Silent = 32768, Unbindable = 1 << 17, Private = 1 << 18, Slave = 1 << 19, Force = 1, Detach = 2,
    Expire = 4, Nofollow = 8,
};

static int mount(const char *source, const char *target, const char *kind, int flags, const char *data)
{
    return call5(NR_mount, (int)source, (int)target, (int)kind, flags, (int)data);
}

static int umount(const char *target, int flags) { return call2(NR_umount2, (int)target, flags); }

static int starts(const char *text, const char *with)
{
    while (*with)
        if (*text++ != *with++)
            return 0;
    return 1;
}

/* The lines of /proc/self/mounts that are about the folder of this process, without its name. */
static void mounts(void)
{
    static char text[65536];
    int fd = open("/proc/self/mounts", O_RDONLY, 0), size = 0, got;
    while ((got = read(fd, text + size, 65535 - (word)size)) > 0)
        size += got;
    close(fd);
    text[size] = 0;
    for (char *line = text; *line;) {
        char *end = line;
        while (*end != '\n')
            end++;
        *end = 0;
        for (char *at = line; *at; at++)
            if (starts(at, own_folder)) {
                *at = 0;
                print("  ");
                print(line);
                at += length(own_folder);
                if (starts(line, "tmpfs ")) /* of /dev/shm itself, whose options are the host's */
                    for (char *rest = at; *rest; rest++)
                        if (*rest == ' ')
                            rest[0] = rest[1] = 0;
                print(at);
                print("\n");
                break;
            }
        line = end + 1;
    }
}

static void memory(void)
{
    static char data[8192];
    mkdir("m", 0755);
    show("mount", mount("some", "m", "tmpfs", 0, "size=16k,mode=700,uid=5,gid=6"));
    int status[24], area[40];
    call2(NR_stat64, (int)"m", (int)status);
    print_hex((word)status[4]), print("\n");
    show("uid", status[6]);
    show("gid", status[7]);
    mounts();
    call2(NR_statfs, (int)"m", (int)area);
    show("blocks", area[2]);
    show("free", area[3]);
    int fd = open("m/file", O_CREAT | O_RDWR, 0644);
    show("write", write(fd, data, 8192));
    show("write", write(fd, data, 8192));
    show("write", write(fd, data, 8192));
    call2(NR_statfs, (int)"m", (int)area);
    show("free", area[3]);
    show("truncate", call2(NR_ftruncate, fd, 4096));
    show("write", call5(NR_pwrite64, fd, (int)data, 8192, 4096, 0));
    show("allocate", call6(NR_fallocate, fd, 0, 0, 0, 65536, 0));
    int from[2] = {0, 0}, to[2] = {12288, 0};
    show("copy", call6(NR_copy_file_range, fd, (int)from, fd, (int)to, 4096, 0));
    show("copy", call6(NR_copy_file_range, fd, (int)from, fd, (int)to, 4096, 0));
    show("truncate", call2(NR_ftruncate, fd, 12288));
    show("smaller", mount(0, "m", 0, Remount, "size=8k"));
    show("larger", mount(0, "m", 0, Remount, "size=32k"));
    show("write", call5(NR_pwrite64, fd, (int)data, 8192, 16384, 0));
    mounts();
    show("umount, busy", umount("m", 0));
    show("rmdir", rmdir("m"));
    show("rename", rename("m", "n"));
    show("read-only, busy", mount(0, "m", 0, Remount | Ro, 0));
    close(fd);
    show("read-only", mount(0, "m", 0, Remount | Ro, 0));
    mounts();
    show("create", open("m/new", O_CREAT | O_RDWR, 0644));
    static const struct { unsigned short family; char path[8]; } socket = {1, "m/s"};
    show("bind", call3(361, call3(359, 1, 1, 0), (int)&socket, sizeof socket));
    show("write", open("m/file", O_WRONLY, 0));
    show("read", close(open("m/file", O_RDONLY, 0)));
    show("access", call2(NR_access, (int)"m/file", 2));
    show("chmod", chmod("m/file", 0600));
    show("unlink", unlink("m/file"));
    show("umount", umount("m", 0));
    show("umount again", umount("m", 0));
    show("empty", rmdir("m"));
}

static void inodes(void)
{
    mkdir("m", 0755);
    show("mount", mount("t", "m", "tmpfs", 0, "nr_inodes=4,nr_blocks=3"));
    mounts();
    make_file("m/a", ""), make_file("m/b", ""), make_file("m/c", "");
    show("one more", mkdir("m/d", 0755));
    unlink("m/a");
    show("now", mkdir("m/d", 0755));
    show("percent", mount(0, "m", 0, Remount, "size=1%"));
    show("umount", umount("m", 0));
    static const char *const bad[] = {"size=x", "unknown", "size", "mode=9", "uid=x", "nr_inodes=-1", "size=1q"};
    for (int i = 0; i < 7; i++)
        show(bad[i], mount("t", "m", "tmpfs", 0, bad[i]));
    rmdir("m");
}

static void flags(void)
{
    mkdir("m", 0755);
    show("mount", mount("t", "m", "tmpfs", Nosuid | Nodev | Noexec | Noatime, 0));
    mounts();
    mknod("m/null", 020666, 0x103);
    show("device", open("m/null", O_RDWR, 0));
    make_file("m/program", "#!/bin/sh\n");
    chmod("m/program", 0755);
    char *words[] = {"x", 0};
    show("execve", call3(NR_execve, (int)"m/program", (int)words, (int)(words + 1)));
    show("access X_OK", call2(NR_access, (int)"m/program", 1));
    int fd = open("m/program", O_RDONLY, 0);
    show("mmap", call6(NR_mmap2, 0, 4096, 5, MAP_PRIVATE, fd, 0));
    close(fd);
    show("remount", mount(0, "m", 0, Remount | Bind | Ro, 0));
    mounts();
    show("create", mkdir("m/d", 0755));
    show("remount", mount(0, "m", 0, Remount | Bind | Nosymfollow, 0));
    symlink("program", "m/link");
    show("link", open("m/link", O_RDONLY, 0));
    show("readlink", call3(NR_readlink, (int)"m/link", (int)words, 8));
    show("device", open("m/null", O_RDWR, 0) > 0);
    mounts();
    show("umount", umount("m", 0));
    show("umount, detach", umount("m", Detach));
    rmdir("m");
}

static void binds(void)
{
    mkdir("a", 0755), mkdir("a/sub", 0755), mkdir("b", 0755), make_file("a/sub/file", "text"), make_file("target", "");
    show("bind", mount("a", "b", 0, Bind, 0));
    show("seen", close(open("b/sub/file", O_RDONLY, 0)));
    mounts();
    show("link across", link("a/sub/file", "b/link"));
    show("rename across", rename("a/sub/file", "b/file"));
    show("bind of a file", mount("a/sub/file", "target", 0, Bind | Nosuid, 0));
    show("size", call3(NR_lseek, open("target", O_RDONLY, 0), 0, SEEK_END));
    close(3);
    show("unlink", unlink("target"));
    show("rename", rename("target", "other"));
    show("rename over", rename("a/sub", "target"));
    show("file over a folder", mount("a/sub/file", "b/sub", 0, Bind, 0));
    show("folder over a file", mount("a", "target", 0, Bind, 0));
    show("umount the file", umount("target", 0));
    show("tmpfs on a file", mount("t", "target", "tmpfs", 0, 0));
    show("mount inside", mount("t", "a/sub", "tmpfs", 0, 0));
    show("not seen in b", close(open("b/sub/file", O_RDONLY, 0)));
    show("nor in a", open("a/sub/file", O_RDONLY, 0));
    show("rmdir in b", rmdir("b/sub"));
    make_file("a/sub/new", "");
    mkdir("c", 0755);
    show("bind without", mount("a", "c", 0, Bind, 0));
    show("not seen in c", open("c/sub/new", O_RDONLY, 0));
    show("umount", umount("c", 0));
    show("bind recursively", mount("a", "c", 0, Bind | Rec, 0));
    show("seen in c", close(open("c/sub/new", O_RDONLY, 0)));
    mounts();
    show("umount, busy", umount("c", 0));
    show("detach", umount("c", Detach));
    mounts();
    show("no source", mount(0, "c", 0, Bind, 0));
    show("source is nothing", mount("nothing", "c", 0, Bind, 0));
    show("unbindable", mount(0, "a/sub", 0, Unbindable, 0));
    show("bind", mount("a/sub", "c", 0, Bind, 0));
    show("private", mount(0, "a/sub", 0, Private | Rec, 0));
    show("bind", mount("a/sub", "c", 0, Bind, 0));
    show("private of a folder", mount(0, "a", 0, Private, 0));
    show("two types", mount(0, "a/sub", 0, Private | Slave, 0));
    show("move", mount("c", "b", 0, Move, 0));
    show("not in c", open("c/new", O_RDONLY, 0));
    show("in b", close(open("b/new", O_RDONLY, 0)));
    mkdir("b/inner", 0755);
    show("move below itself", mount("b", "b/inner", 0, Move, 0));
    show("move what is none", mount("a", "c", 0, Move, 0));
    mounts();
    show("umount", umount("b", 0));
    show("beneath", close(open("b/sub/file", O_RDONLY, 0)));
    show("umount", umount("b", 0));
    show("umount", umount("a/sub", 0));
    show("back", close(open("a/sub/file", O_RDONLY, 0)));
    mounts();
}

static void lazily(void)
{
    mkdir("m", 0755);
    mount("t", "m", "tmpfs", 0, 0);
    make_file("m/file", "text");
    int fd = open("m/file", O_RDWR, 0);
    mkdir("m/d", 0755);
    chdir("m/d");
    char path[100];
    show("busy", umount("..", 0));
    show("detach", umount("..", Detach));
    show("write", write(fd, "more", 4));
    show("above", close(open("../file", O_RDONLY, 0)));
    int got = call2(NR_getcwd, (int)path, 100);
    show("getcwd", got);
    print(path), print("\n");
    chdir(own_folder);
    show("gone", open("m/file", O_RDONLY, 0));
    close(fd);
    rmdir("m");
    mkdir("r", 0755), chdir("r");
    call1(NR_rmdir, (int)"../r");
    show("getcwd of a removed folder", call2(NR_getcwd, (int)path, 100));
    show("create there", mkdir("x", 0755));
    show("open there", open("x", O_CREAT | O_RDWR, 0600));
    show("open .", close(open(".", O_RDONLY, 0)));
    static char entries[100];
    fd = open(".", O_RDONLY, 0);
    show("getdents", call3(NR_getdents64, fd, (int)entries, 100));
    close(fd);
    show("open ..", close(open("..", O_RDONLY, 0)));
    chdir(own_folder);
    mkdir("m", 0755);
    mount("t", "m", "tmpfs", 0, 0);
    show("expire", umount("m", Expire));
    show("expire", umount("m", Expire));
    show("expire and detach", umount("m", Expire | Detach));
    symlink("m", "link");
    mount("t", "m", "tmpfs", 0, 0);
    show("umount, NOFOLLOW", umount("link", Nofollow));
    show("umount", umount("link", 0));
    rmdir("m");
}

static void errors(void)
{
    mkdir("m", 0755);
    show("kind", mount("x", "m", "nothing", 0, 0));
    show("no kind", mount("x", "m", 0, 0, 0));
    show("no source", mount(0, "m", "tmpfs", 0, 0));
    show("umount", umount("m", 0));
    show("no target", mount("x", "nothing", "tmpfs", 0, 0));
    show("bad target", mount("x", (char *)1, "tmpfs", 0, 0));
    show("bad data", mount("x", "m", "tmpfs", 0, (char *)1));
    show("bad kind", mount("x", "m", (char *)1, 0, 0));
    show("remount of a folder", mount("x", "m", 0, Remount, 0));
    show("umount of a folder", umount("m", 0));
    show("umount of nothing", umount("nothing", 0));
    show("umount flags", umount("m", 16));
    show("proc", mount("proc", "m", "proc", 0, 0));
    show("self", close(open("m/self/stat", O_RDONLY, 0)));
    show("proc again", mount("proc", "m", "proc", 0, 0));
    show("umount", umount("m", 0));
    show("umount", umount("m", 0));
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, 1000);
        show("mount as a user", mount("x", "m", "tmpfs", 0, 0));
        show("umount as a user", umount("m", 0));
        show("umount flags", umount("m", 16));
        show("no target", mount("x", "nothing", "tmpfs", 0, 0));
        show("pivot_root as a user", call2(NR_pivot_root, (int)"m", (int)"m"));
        show("chroot as a user", call1(NR_chroot, (int)"m"));
        leave(0);
    }
    wait4(user, 0, 0);
}

static void pivot(void)
{
    char path[100];
    mkdir("m", 0755), mkdir("plain", 0755), make_file("file", "");
    mount("root", "m", "tmpfs", 0, 0);
    mkdir("m/old", 0755), make_file("m/inside", "");
    show("no mount", call2(NR_pivot_root, (int)"plain", (int)"plain"));
    show("old outside", call2(NR_pivot_root, (int)"m", (int)"plain"));
    show("file", call2(NR_pivot_root, (int)"file", (int)"m/old"));
    show("nothing", call2(NR_pivot_root, (int)"nothing", (int)"m/old"));
    show("the root", call2(NR_pivot_root, (int)"/", (int)"/"));
    int child = fork();
    if (child == 0) {
        show("pivot", call2(NR_pivot_root, (int)"m", (int)"m/old"));
        show("inside", close(open("/inside", O_RDONLY, 0)));
        show("getcwd", call2(NR_getcwd, (int)path, 100) > 0);
        append(append(path, "/old"), own_folder);
        show("the old root", chdir(path));
        show("file", close(open("file", O_RDONLY, 0)));
        show("chdir /", chdir("/"));
        show("umount the old root", umount("/old", Detach));
        show("empty", rmdir("/old"));
        show("above", chdir(".."));
        show("inside", close(open("inside", O_RDONLY, 0)));
        leave(0);
    }
    wait4(child, 0, 0);
}

int main(void)
{
    enter_folder();
    mount(0, "/", 0, Rec | Private, 0);
    memory();
    inodes();
    flags();
    binds();
    lazily();
    errors();
    if (fork() == 0) {
        pivot();
        leave(0);
    }
    wait4(-1, 0, 0);
    /* the root is another now; where this process is can still be emptied, and removed from above */
    char path[80];
    show("umount of what is mounted elsewhere", umount("m", 0));
    empty_folder();
    append(append(path, "../"), own_folder + length("/dev/shm/"));
    show("removed", rmdir(path));
    return 0;
}
