/* names: mkdir, rmdir, unlink, link, symlink, readlink, rename and mknod with every error that can be had. */
#include "files.h"

static int renameat2(const char *old, const char *new, int flags) { return call5(NR_renameat2, AT_FDCWD, (int)old, AT_FDCWD, (int)new, flags); }

static int links(const char *path)
{
    int status[24];
    int result = call2(NR_lstat64, (int)path, (int)status);
    return result < 0 ? result : status[5];
}

static int mode(const char *path)
{
    int status[24];
    int result = call2(NR_lstat64, (int)path, (int)status);
    return result < 0 ? result : status[4];
}

static char long_name[300], long_path[5000];

static void directories(void)
{
    show("mkdir", mkdir("d", 07777));
    show("mode", mode("d"));
    show("again", mkdir("d", 0755));
    show("of a file", mkdir("file", 0755));
    show("of a dangling link", mkdir("dangling", 0755));
    show("below a file", mkdir("file/x", 0755));
    show("below nothing", mkdir("nothing/x", 0755));
    show("with a slash", mkdir("d/sub/", 0755));
    show("links", links("d"));
    show("of .", mkdir(".", 0755));
    show("of ..", mkdir("d/..", 0755));
    show("of /", mkdir("/", 0755));
    show("of nothing", mkdir("", 0755));
    show("of NULL", mkdir(0, 0755));
    show("long name", mkdir(long_name, 0755));
    show("long path", mkdir(long_path, 0755));
    show("below a loop", mkdir("loop/x", 0755));
    show("in /proc", mkdir("/proc/x", 0755));
    show("rmdir", rmdir("d"));
    show("rmdir of a file", rmdir("file"));
    show("rmdir of a link to a folder", rmdir("dirlink"));
    show("rmdir of nothing", rmdir("nothing"));
    show("rmdir of .", rmdir("d/."));
    show("rmdir of ..", rmdir("d/sub/.."));
    show("rmdir of /", rmdir("/"));
    show("rmdir below a file", rmdir("file/x"));
    show("rmdir of nothing at all", rmdir(""));
    show("rmdir with a slash", rmdir("d/sub/"));
    show("links", links("d"));
    call1(NR_umask, 077);
    show("mkdir", mkdir("masked", 0777));
    show("mode", mode("masked"));
    call1(NR_umask, 022);
    chmod("d", 02755);
    call3(NR_chown32, (int)"d", 0, 50);
    chmod("d", 02755);
    mkdir("d/inherits", 0755);
    show("set-group-ID", mode("d/inherits"));
    make_file("d/group", "");
    int status[24];
    call2(NR_lstat64, (int)"d/group", (int)status);
    show("its group", status[7]);
    rmdir("d/inherits"), unlink("d/group");
}

static void files(void)
{
    show("unlink a folder", unlink("d"));
    show("unlink nothing", unlink("nothing"));
    show("unlink .", unlink("."));
    show("unlink ..", unlink(".."));
    show("unlink /", unlink("/"));
    show("unlink with a slash", unlink("file/"));
    show("unlink a folder with a slash", unlink("d/"));
    show("unlink below a file", unlink("file/x"));
    show("unlink nothing at all", unlink(""));
    show("unlinkat of a folder", call3(NR_unlinkat, AT_FDCWD, (int)"d", 0));
    show("unlinkat flags", call3(NR_unlinkat, AT_FDCWD, (int)"d", 1));
    show("unlinkat of a file, REMOVEDIR", call3(NR_unlinkat, AT_FDCWD, (int)"file", AT_REMOVEDIR));
    show("unlinkat descriptor", call3(NR_unlinkat, 99, (int)"x", 0));
    show("unlinkat of what is open", call3(NR_unlinkat, open("file", O_RDONLY, 0), (int)"x", 0));
    show("link", link("file", "d/hard"));
    show("links", links("file"));
    show("again", link("file", "d/hard"));
    show("of a folder", link("d", "d2"));
    show("of nothing", link("nothing", "x"));
    show("of a link", link("dangling", "d/soft"));
    show("its links", links("dangling"));
    show("to a name with a slash", link("file", "x/"));
    show("below a file", link("file", "file/x"));
    show("below nothing", link("file", "nothing/x"));
    show("long name", link("file", long_name));
    show("across", link("/proc/self/status", "x"));
    show("across to there", link("file", "/proc/x"));
    show("of nothing at all", link("", "x"));
    show("to nothing at all", link("file", ""));
    show("linkat, follow", call5(NR_linkat, AT_FDCWD, (int)"link", AT_FDCWD, (int)"d/followed", AT_SYMLINK_FOLLOW));
    show("links", links("file"));
    show("linkat, follow a dangling one", call5(NR_linkat, AT_FDCWD, (int)"dangling", AT_FDCWD, (int)"x", AT_SYMLINK_FOLLOW));
    show("symlink", symlink("", "x"));
    show("symlink over", symlink("a", "file"));
    show("symlink over a dangling one", symlink("a", "dangling"));
    show("symlink below a file", symlink("a", "file/x"));
    show("symlink with a slash", symlink("a", "x/"));
    show("symlink long", symlink(long_path, "x"));
    long_path[4095] = 0;
    show("symlink longest", symlink(long_path, "x"));
    show("size", call3(NR_readlink, (int)"x", (int)long_path, 4999));
    long_path[4095] = 'p';
    unlink("x");
    char target[16] = "..........";
    show("readlink", call3(NR_readlink, (int)"link", (int)target, 2));
    target[4] = 0;
    print(target), print("\n");
    show("readlink 0", call3(NR_readlink, (int)"link", (int)target, 0));
    show("readlink -1", call3(NR_readlink, (int)"link", (int)target, -1));
    show("readlink of a file", call3(NR_readlink, (int)"file", (int)target, 10));
    show("readlink of nothing", call3(NR_readlink, (int)"nothing", (int)target, 10));
    show("readlink, bad buffer", call3(NR_readlink, (int)"link", 8, 10));
    show("readlink with a slash", call3(NR_readlink, (int)"dirlink/", (int)target, 10));
    unlink("d/hard"), unlink("d/soft"), unlink("d/followed");
}

static void nodes(void)
{
    show("fifo", mknod("fifo", 010640, 0));
    show("mode", mode("fifo"));
    show("again", mknod("fifo", 010640, 0));
    show("file", mknod("made", 0100600, 0));
    show("file without a type", mknod("made2", 0600, 0));
    show("mode", mode("made2"));
    show("socket", mknod("socket", 0140600, 0));
    show("open a socket", open("socket", O_RDWR, 0));
    show("folder", mknod("folder", 040755, 0));
    show("link", mknod("mlink", 0120777, 0));
    show("unknown type", mknod("unknown", 0170000, 0));
    show("null", mknod("null", 020666, 0x103));
    int fd = open("null", O_RDWR, 0);
    show("write", write(fd, "x", 1));
    close(fd);
    show("no such device", mknod("device", 020666, 0x7f7f) || open("device", O_RDWR, 0));
    show("with a slash", mknod("x/", 010644, 0));
    show("below a file", mknod("file/x", 010644, 0));
    show("long name", mknod(long_name, 010644, 0));
    show("fifo, O_NONBLOCK to write", open("fifo", O_WRONLY | O_NONBLOCK, 0));
    fd = open("fifo", O_RDONLY | O_NONBLOCK, 0);
    show("fifo, O_NONBLOCK to read", fd > 0);
    int other = open("fifo", O_WRONLY | O_NONBLOCK, 0);
    show("now to write", other > 0);
    close(fd), close(other);
    show("fifo, O_RDWR", (fd = open("fifo", O_RDWR, 0)) > 0);
    show("write", write(fd, "abc", 3));
    char text[4] = "";
    show("read", read(fd, text, 3));
    close(fd);
    unlink("fifo"), unlink("made"), unlink("made2"), unlink("socket"), unlink("null"), unlink("device");
}

static void renames(void)
{
    mkdir("a", 0755), mkdir("a/b", 0755), mkdir("empty", 0755), mkdir("full", 0755), make_file("full/x", "x"), make_file("other", "other");
    show("file to a new name", rename("other", "new"));
    show("back", rename("new", "other"));
    show("file over a file", (make_file("third", "x"), rename("third", "other")));
    show("file over a folder", rename("other", "empty"));
    show("folder over a file", rename("empty", "other"));
    show("folder over an empty one", rename("a/b", "empty"));
    show("links", links("a"));
    show("folder over a full one", rename("empty", "full"));
    show("folder into itself", rename("full", "full/y"));
    show("folder over one above", (mkdir("a/c", 0755), rename("a/c", "a")));
    show("over itself", rename("other", "other"));
    show("over another name of itself", (link("other", "same"), rename("other", "same")));
    show("both there", links("same"));
    unlink("same");
    show("of nothing", rename("nothing", "x"));
    show("to below nothing", rename("other", "nothing/x"));
    show("to below a file", rename("other", "file/x"));
    show("of .", rename(".", "x"));
    show("to .", rename("other", "."));
    show("of ..", rename("a/..", "x"));
    show("to ..", rename("other", "a/.."));
    show("of /", rename("/", "x"));
    show("to /", rename("other", "/"));
    show("file to a name with a slash", rename("other", "x/"));
    show("file with a slash", rename("other/", "x"));
    show("folder to a name with a slash", rename("empty/", "renamed/"));
    show("back", rename("renamed", "empty"));
    show("link with a slash", rename("dirlink/", "x"));
    show("dangling link", rename("dangling", "moved"));
    show("back", rename("moved", "dangling"));
    show("long name", rename("other", long_name));
    show("across", rename("other", "/proc/x"));
    show("from there", rename("/proc/uptime", "x"));
    show("empty", rename("", "x"));
    show("to empty", rename("x", ""));
    show("bad", rename((char *)8, "x"));
    show("NOREPLACE", renameat2("other", "file", 1));
    show("NOREPLACE to itself", renameat2("other", "other", 1));
    show("NOREPLACE to a new name", renameat2("other", "new", 1));
    show("NOREPLACE to .", renameat2("new", ".", 1));
    show("EXCHANGE", renameat2("new", "full", 2));
    show("a folder", links("new"));
    show("back", renameat2("new", "full", 2));
    show("EXCHANGE with nothing", renameat2("new", "nothing", 2));
    show("EXCHANGE of one above", renameat2("full", "full/x", 2));
    show("EXCHANGE with one above", renameat2("full/x", "full", 2));
    show("EXCHANGE and NOREPLACE", renameat2("new", "full", 3));
    show("unknown", renameat2("new", "full", 8));
    show("WHITEOUT", renameat2("new", "white", 4));
    show("mode", mode("new"));
    show("open it", open("new", O_RDONLY, 0));
    show("WHITEOUT and EXCHANGE", renameat2("new", "white", 6));
    show("renameat descriptor", call4(NR_renameat, 99, (int)"a", AT_FDCWD, (int)"b"));
    int folder = open("a", O_RDONLY, 0);
    show("renameat", call4(NR_renameat, AT_FDCWD, (int)"white", folder, (int)"there"));
    show("moved", links("a/there"));
    mkdir("gone", 0755);
    int gone = open("gone", O_RDONLY, 0);
    rmdir("gone");
    show("into a removed folder", call4(NR_renameat, AT_FDCWD, (int)"a/there", gone, (int)"x"));
    show("create in a removed folder", call4(NR_openat, gone, (int)"x", O_CREAT | O_RDWR, 0600));
    show("mkdir in a removed folder", call3(NR_mkdirat, gone, (int)"x", 0755));
    show("list a removed folder", call3(NR_getdents64, gone, (int)long_path, 100));
    memset(long_path, 'p', 4999);
}

static void permissions(void)
{
    mkdir("closed", 0755), mkdir("closed/d", 0777), make_file("closed/f", "x"), mkdir("sticky", 0777), chmod("sticky", 01777), mkdir("open", 0777), chmod("open", 0777);
    make_file("sticky/theirs", "x"), make_file("sticky/mine", "x"), call3(NR_chown32, (int)"sticky/mine", 1000, 1000), chmod("sticky/theirs", 0666);
    mkdir("blind", 0311), mkdir("hidden", 0700), make_file("hidden/f", "x"), mkdir("open/theirs", 0755);
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, 1000);
        show("mkdir", mkdir("closed/x", 0755));
        show("mkdir, there", mkdir("closed/d", 0755));
        show("create", open("closed/x", O_CREAT | O_RDWR, 0600));
        show("unlink", unlink("closed/f"));
        show("unlink, not there", unlink("closed/x"));
        show("rmdir", rmdir("closed/d"));
        show("rename out of", rename("closed/f", "open/f"));
        show("rename into", rename("sticky/mine", "closed/mine"));
        show("symlink", symlink("a", "closed/l"));
        show("fifo", mknod("closed/fifo", 010600, 0));
        show("device", mknod("open/null", 020600, 0x103));
        show("below the hidden", open("hidden/f", O_RDONLY, 0));
        show("chdir", chdir("hidden"));
        show("list", open("blind", O_RDONLY, 0));
        show("through", chdir("blind"));
        chdir("..");
        show("sticky, theirs", unlink("sticky/theirs"));
        show("sticky, rename theirs", rename("sticky/theirs", "sticky/x"));
        show("sticky, over theirs", rename("sticky/mine", "sticky/theirs"));
        show("sticky, mine", unlink("sticky/mine"));
        show("write theirs", open("sticky/theirs", O_WRONLY, 0) > 0);
        show("chmod theirs", chmod("sticky/theirs", 0600));
        show("chown theirs", call3(NR_chown32, (int)"sticky/theirs", 1000, -1));
        show("utime theirs, now", call2(NR_utime, (int)"sticky/theirs", 0));
        int times[2] = {1, 2};
        show("utime theirs", call2(NR_utime, (int)"sticky/theirs", (int)times));
        show("their folder elsewhere", rename("open/theirs", "sticky/theirs2"));
        show("their folder, same parent", rename("open/theirs", "open/theirs2"));
        show("O_NOATIME", open("sticky/theirs", O_RDONLY | 01000000, 0));
        make_file("open/program", "x");
        show("chmod of one's own", chmod("open/program", 06755));
        show("mode", mode("open/program"));
        int fd = open("open/program", O_WRONLY, 0);
        write(fd, "y", 1);
        show("set-ids after a write", mode("open/program"));
        chmod("open/program", 06755);
        call2(NR_ftruncate, fd, 0);
        show("after ftruncate", mode("open/program"));
        chmod("open/program", 06755);
        show("chown to nobody else", call3(NR_chown32, (int)"open/program", -1, -1));
        show("after it", mode("open/program"));
        show("chown to another", call3(NR_chown32, (int)"open/program", 0, -1));
        show("group of another", call3(NR_chown32, (int)"open/program", -1, 5));
        show("access R_OK", call2(NR_access, (int)"hidden/f", 4));
        show("access F_OK", call2(NR_access, (int)"closed/f", 0));
        show("access W_OK", call2(NR_access, (int)"closed/f", 2));
        show("access X_OK", call2(NR_access, (int)"closed/f", 1));
        show("access of nothing", call2(NR_access, (int)"closed/x", 0));
        show("access mode", call2(NR_access, (int)"closed/f", 8));
        show("truncate", call2(NR_truncate, (int)"closed/f", 0));
        leave(0);
    }
    wait4(user, 0, 0);
    show("root, access X_OK", call2(NR_access, (int)"closed/f", 1));
    show("root, access X_OK of a folder", call2(NR_access, (int)"hidden", 1));
    chmod("open/program", 06755);
    int fd = open("open/program", O_WRONLY, 0);
    write(fd, "y", 1);
    show("root writes", mode("open/program"));
    show("root chowns", call3(NR_chown32, (int)"open/program", 0, 0));
    show("mode", mode("open/program"));
}

int main(void)
{
    enter_folder();
    memset(long_name, 'n', 256), memset(long_path, 'p', 4999);
    make_file("file", "text"), symlink("nothing", "dangling"), symlink("file", "link"), symlink("d", "dirlink"), symlink("loop", "loop");
    directories();
    files();
    nodes();
    renames();
    permissions();
    remove_folder();
    return 0;
}
