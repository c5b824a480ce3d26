/* xattr: extended attributes of files in a memory file system: every call, and every error. */
#include "files.h"

enum { Create = 1, Replace = 2 };

static char value[70000];

static int set(const char *path, const char *name, const char *text, int flags)
{
    return call5(NR_setxattr, (int)path, (int)name, (int)text, (int)length(text), flags);
}

static int get(const char *path, const char *name, int size)
{
    memset(value, 0, 64);
    return call4(NR_getxattr, (int)path, (int)name, (int)value, size);
}

static void list(const char *path)
{
    int got = call3(NR_listxattr, (int)path, (int)value, 1000);
    show("list", got);
    for (int at = 0; at < got; at += (int)length(value + at) + 1) {
        print("  ");
        print(value + at);
        print("\n");
    }
}

static void values(void)
{
    make_file("file", "text");
    list("file");
    show("set", set("file", "user.one", "first", 0));
    show("get", get("file", "user.one", 100));
    print(value), print("\n");
    show("size", get("file", "user.one", 0));
    show("too small", get("file", "user.one", 4));
    show("create", set("file", "user.one", "x", Create));
    show("create another", set("file", "user.a", "", Create));
    show("get the empty", get("file", "user.a", 100));
    show("replace", set("file", "user.one", "second", Replace));
    show("replace what is not there", set("file", "user.none", "x", Replace));
    show("both flags", set("file", "user.one", "x", Create | Replace));
    show("both flags", set("file", "user.new", "x", Create | Replace));
    show("unknown flags", set("file", "user.new", "x", 4));
    show("trusted", set("file", "trusted.t", "t", 0));
    show("security", set("file", "security.s", "s", 0));
    list("file");
    show("list size", call3(NR_listxattr, (int)"file", 0, 0));
    show("list too small", call3(NR_listxattr, (int)"file", (int)value, 5));
    show("remove", call2(NR_removexattr, (int)"file", (int)"user.one"));
    show("again", call2(NR_removexattr, (int)"file", (int)"user.one"));
    show("get", get("file", "user.one", 100));
    show("bad value", call5(NR_setxattr, (int)"file", (int)"user.x", 1, 5, 0));
    show("bad buffer", call4(NR_getxattr, (int)"file", (int)"security.s", 1, 5));
    show("largest", call5(NR_setxattr, (int)"file", (int)"user.large", (int)value, 65536, 0));
    show("get the largest", call4(NR_getxattr, (int)"file", (int)"user.large", (int)value, 70000));
    show("larger", call5(NR_setxattr, (int)"file", (int)"user.large", (int)value, 65537, 0));
    call2(NR_removexattr, (int)"file", (int)"user.large");
}

static void names(void)
{
    char name[300];
    memset(name, 'n', 299);
    append(name, "user.");
    name[5] = 'n', name[255] = 0;
    show("longest name", set("file", name, "x", 0));
    call2(NR_removexattr, (int)"file", (int)name);
    name[255] = 'n', name[256] = 0;
    show("longer name", set("file", name, "x", 0));
    show("get", get("file", name, 10));
    show("remove", call2(NR_removexattr, (int)"file", (int)name));
    show("no name", set("file", "", "x", 0));
    show("bad name", set("file", (char *)1, "x", 0));
    show("no class", set("file", "name", "x", 0));
    show("unknown class", set("file", "other.name", "x", 0));
    show("class alone", set("file", "user.", "x", 0));
    show("get, no class", get("file", "name", 5));
    show("get, class alone", get("file", "user.", 5));
    show("remove, no class", call2(NR_removexattr, (int)"file", (int)"name"));
    show("nothing there", set("nothing", "user.x", "x", 0));
    show("get", get("nothing", "user.x", 5));
    show("list", call3(NR_listxattr, (int)"nothing", (int)value, 5));
    show("remove", call2(NR_removexattr, (int)"nothing", (int)"user.x"));
}

static void kinds(void)
{
    mkdir("folder", 0755);
    symlink("file", "link");
    mknod("fifo", 010644, 0);
    show("folder", set("folder", "user.x", "x", 0));
    show("through the link", set("link", "user.link", "x", 0));
    show("link itself", call5(NR_lsetxattr, (int)"link", (int)"user.x", (int)"x", 1, 0));
    show("link itself, trusted", call5(NR_lsetxattr, (int)"link", (int)"trusted.x", (int)"x", 1, 0));
    show("get", call4(NR_lgetxattr, (int)"link", (int)"trusted.x", (int)value, 10));
    show("get user", call4(NR_lgetxattr, (int)"link", (int)"user.x", (int)value, 10));
    show("list", call3(NR_llistxattr, (int)"link", (int)value, 100));
    show("remove", call2(NR_lremovexattr, (int)"link", (int)"trusted.x"));
    show("remove user", call2(NR_lremovexattr, (int)"link", (int)"user.x"));
    show("fifo", set("fifo", "user.x", "x", 0));
    show("fifo, trusted", set("fifo", "trusted.x", "x", 0));
    int fd = open("file", O_RDONLY, 0), path = open("file", O_PATH, 0);
    show("open file", call5(NR_fsetxattr, fd, (int)"user.open", (int)"x", 1, 0));
    show("get", call4(NR_fgetxattr, fd, (int)"user.open", (int)value, 10));
    show("list", call3(NR_flistxattr, fd, (int)value, 100));
    show("remove", call2(NR_fremovexattr, fd, (int)"user.open"));
    show("O_PATH", call5(NR_fsetxattr, path, (int)"user.open", (int)"x", 1, 0));
    show("get", call4(NR_fgetxattr, path, (int)"user.open", (int)value, 10));
    show("list", call3(NR_flistxattr, path, (int)value, 100));
    show("remove", call2(NR_fremovexattr, path, (int)"user.open"));
    show("descriptor", call5(NR_fsetxattr, 99, (int)"user.open", (int)"x", 1, 0));
    rename("file", "moved");
    show("after a rename", get("moved", "user.link", 10));
    rename("moved", "file");
    show("proc", set("/proc/self/status", "user.x", "x", 0));
    show("get", get("/proc/self/status", "user.x", 10));
}

static void others(void)
{
    chmod(".", 0777);
    make_file("mine", "x");
    call3(NR_chown32, (int)"mine", 1000, 1000);
    mkdir("sticky", 01777);
    chmod("sticky", 01777);
    int user = fork();
    if (user == 0) {
        call3(NR_setresuid32, 1000, 1000, 1000);
        show("user of one's own", set("mine", "user.x", "x", 0));
        show("trusted of one's own", set("mine", "trusted.x", "x", 0));
        show("security of one's own", set("mine", "security.x", "x", 0));
        show("capability of one's own", set("mine", "security.capability", "x", 0));
        show("another's", set("file", "user.x", "x", 0));
        show("get another's", get("file", "user.link", 10));
        show("get another's trusted", get("file", "trusted.t", 10));
        show("get another's security", get("file", "security.s", 10));
        show("remove another's", call2(NR_removexattr, (int)"file", (int)"user.link"));
        show("remove another's security", call2(NR_removexattr, (int)"file", (int)"security.s"));
        show("sticky folder", set("sticky", "user.x", "x", 0));
        list("file");
        chmod("mine", 0);
        show("no permission", set("mine", "user.x", "x", 0));
        show("no permission", get("mine", "user.x", 10));
        leave(0);
    }
    wait4(user, 0, 0);
}

int main(void)
{
    enter_folder();
    values();
    names();
    kinds();
    others();
    remove_folder();
    return 0;
}
