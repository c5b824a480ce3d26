/* file_capabilities: security.capability: who may set it, what it gives a program, when it is lost. */
#include "print.h"

enum { Prctl = 172, Capget = 184, Capset = 185, Chown = 212, Chmod = 15, Execve = 11, Creat = 8, Open = 5, Unlink = 10, Setresuid = 208, Setresgid = 210, Setgroups = 206, Truncate = 92, Link = 9, Rename = 38, Setxattr = 226, Getxattr = 229, Listxattr = 232, Removexattr = 235 };
enum { Get_dumpable = 3, Capbset_drop = 24, Set_securebits = 28, Set_no_new_privs = 38, Cap_ambient = 47, Raise = 2 };
enum { Chown_cap, Kill_cap = 5, Setuid_cap = 7, Nice_cap = 23 };
enum { Revision_2 = 0x02000000, Revision_3 = 0x03000000, Effective = 1 };

static const char name[] = "security.capability";
static char **arguments;

static int prctl(int option, int a, int b) { return call5(Prctl, option, a, b, 0, 0); }

static int set(const char *path, word head, word permitted, word inheritable, int size, word root)
{
    word value[6] = {head, permitted, inheritable, 0, 0, root};
    return call5(Setxattr, (int)path, (int)name, (int)value, size, 0);
}

static int get(const char *path, word *value) { return call4(Getxattr, (int)path, (int)name, (int)value, 24); }

static void show(const char *what, const char *path)
{
    word value[6] = {0};
    print(what);
    print_number(get(path, value));
    for (int i = 0; i < 3; i++) {
        print(" ");
        print_hex(value[i]);
    }
    print("\n");
}

static void copy(const char *to)
{
    static char buffer[65536];
    int in = call2(Open, (int)arguments[0], 0), out = call2(Creat, (int)to, 0755), got;
    while ((got = read(in, buffer, sizeof buffer)) > 0)
        write(out, buffer, got);
    close(in);
    close(out);
}

static word auxiliary(char **argv, word type)
{
    word *at = (word *)argv;
    while (*at++)
        ;
    while (*at++)
        ;
    for (; *at; at += 2)
        if (*at == type)
            return at[1];
    return 99;
}

/* Of the sets only these four, for the host's root may lack others. */
static void show_set(const char *what, word set)
{
    print(what);
    static const int told[] = {Chown_cap, Kill_cap, Setuid_cap, Nice_cap};
    for (int i = 0; i < 4; i++)
        print(set >> told[i] & 1 ? "+" : "-");
}

static void executed(void)
{
    word header[2] = {0x20080522, 0}, data[6] = {0};
    call2(Capget, (int)header, (int)data);
    show_set("  effective ", data[0]);
    show_set(" permitted ", data[1]);
    show_set(" inheritable ", data[2]);
    print_line(" euid ", call0(49));
    print_line("  AT_SECURE ", (int)auxiliary(arguments, 23));
    print_line("  dumpable ", prctl(Get_dumpable, 0, 0));
    print_line("  ambient ", call5(Prctl, Cap_ambient, 1, Nice_cap, 0, 0));
}

static void execute(const char *path)
{
    char *words[] = {(char *)path, "x", 0};
    print_line("  failed ", call3(Execve, (int)path, (int)words, 0));
    leave(0);
}

static void inherit(word mask)
{
    word header[2] = {0x20080522, 0}, data[6] = {0};
    call2(Capget, (int)header, (int)data);
    data[2] = mask;
    print_line("  inherit ", call2(Capset, (int)header, (int)data));
}

static void user(void)
{
    call2(Setgroups, 0, 0);
    call3(Setresgid, 600, 600, 600);
    call3(Setresuid, 500, 500, 500);
}

static void nothing(void) {}
static void kept(void)
{
    call5(Prctl, 8, 1, 0, 0, 0);
    user();
    inherit(1 << Nice_cap);
}
static void no_new(void)
{
    user();
    prctl(Set_no_new_privs, 1, 0);
}
static void bounded(void)
{
    prctl(Capbset_drop, Kill_cap, 0);
    user();
}
static void ambient(void)
{
    kept();
    print_line("  raise ", call5(Prctl, Cap_ambient, Raise, Nice_cap, 0, 0));
}
static void no_root(void) { print_line("  no root ", prctl(Set_securebits, 1, 0)); }

/* A child becomes somebody and executes the file. */
static void run(const char *what, void (*become)(void), const char *path)
{
    print(what);
    print("\n");
    int pid = fork();
    if (!pid) {
        become();
        execute(path);
    }
    wait4(pid, 0, 0);
}

static void by_users(void)
{
    word two = 1 << Kill_cap | 1 << Nice_cap;
    print_line("set: ", set("f", Revision_2 | Effective, two, 0, 20, 0));
    run("in effect:", user, "./f");
    run("of root:", nothing, "./f");
    run("of root that is nobody:", no_root, "./f");
    run("no new privileges:", no_new, "./f");
    run("bounded:", bounded, "./f");
    run("with an ambient one:", ambient, "./f");
    set("f", Revision_2, two, 0, 20, 0);
    run("permitted only:", user, "./f");
    run("bounded:", bounded, "./f");
    set("f", Revision_2 | Effective, 0, two, 20, 0);
    run("inheritable:", kept, "./f");
    run("nothing inherited:", user, "./f");
    set("f", Revision_2 | Effective, 0, 0, 20, 0);
    run("none, and an ambient one:", ambient, "./f");
    print_line("of another root: ", set("f", Revision_3 | Effective, two, 0, 24, 7));
    run("of another root:", user, "./f");
    set("f", Revision_3 | Effective, two, 0, 24, 0);
    run("of our root:", user, "./f");
    call2(Chmod, (int)"f", 04755);
    run("set-user-ID, too:", user, "./f");
    call2(Chmod, (int)"f", 0755);
}

static void values(void)
{
    show("revision 3: ", "f");
    set("f", Revision_3 | Effective, 1, 2, 24, 7);
    show("of another root: ", "f");
    print_line("too short: ", set("f", Revision_2, 1, 0, 16, 0));
    print_line("too long: ", set("f", Revision_2, 1, 0, 24, 0));
    print_line("revision 3, too short: ", set("f", Revision_3, 1, 0, 20, 0));
    print_line("revision 1: ", set("f", 0x01000000, 1, 0, 12, 0));
    print_line("revision 4: ", set("f", 0x04000000, 1, 0, 24, 0));
    int pid = fork();
    if (!pid) {
        user();
        print_line("by a user: ", set("f", Revision_2, 1, 0, 20, 0));
        print_line("a bad one: ", set("f", Revision_2, 1, 0, 16, 0));
        print_line("removed by a user: ", call2(Removexattr, (int)"f", (int)name));
        show("read by a user: ", "f");
        leave(0);
    }
    wait4(pid, 0, 0);
    print_line("removed: ", call2(Removexattr, (int)"f", (int)name));
    print_line("again: ", call2(Removexattr, (int)"f", (int)name));
}

static void again(void) { set("f", Revision_2, 1, 0, 20, 0); }

static void losses(void)
{
    again();
    call2(Chmod, (int)"f", 0700);
    call2(Link, (int)"f", (int)"g");
    show("after chmod and link: ", "f");
    call3(Chown, (int)"f", 500, -1);
    show("after chown: ", "f");
    again();
    call3(Chown, (int)"f", -1, -1);
    show("after chown of nothing: ", "f");
    again();
    call2(Truncate, (int)"f", 100);
    show("after truncate: ", "f");
    again();
    int file = call2(Open, (int)"f", 2);
    show("after open: ", "f");
    write(file, "x", 1);
    show("after write: ", "f");
    again();
    close(call2(Open, (int)"f", 01001));
    show("after O_TRUNC: ", "f");
}

int main(int argc, char **argv)
{
    arguments = argv;
    if (argc > 1) {
        executed();
        return 0;
    }
    copy("f");
    by_users();
    values();
    losses();
    call1(Unlink, (int)"f");
    call1(Unlink, (int)"g");
    return 0;
}
