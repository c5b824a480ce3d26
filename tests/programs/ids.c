/* ids: the setuid family, group ids, capabilities and limits, from root down to a user. */
#include "print.h"

enum { Setuid = 213, Setgid = 214, Setreuid = 203, Setregid = 204, Setresuid = 208, Getresuid = 209, Setresgid = 210, Getresgid = 211, Setfsuid = 215, Setfsgid = 216, Getgroups = 205, Setgroups = 206, Capset = 185, Capget = 184, Prlimit = 340, Setuid16 = 23, Getuid16 = 24 };

static void show(const char *what, int result)
{
    word ids[3] = {0}, groups[3] = {0};
    print(what);
    print_number(result);
    call3(Getresuid, (int)&ids[0], (int)&ids[1], (int)&ids[2]);
    call3(Getresgid, (int)&groups[0], (int)&groups[1], (int)&groups[2]);
    for (int i = 0; i < 3; i++) {
        print(i ? ":" : "  uid ");
        print_number((int)ids[i]);
    }
    for (int i = 0; i < 3; i++) {
        print(i ? ":" : "  gid ");
        print_number((int)groups[i]);
    }
    print("\n");
}

static void show_capabilities(const char *what)
{
    word header[2] = {0x20080522, 0}, data[6] = {0};
    int result = call2(Capget, (int)header, (int)data);
    print_line(what, result);
    print_line("  effective ", data[0] != 0);
    print_line("  permitted ", data[1] != 0);
}

static void in_child(void (*act)(void))
{
    int pid = fork();
    if (pid == 0) {
        act();
        leave(0);
    }
    wait4(pid, 0, 0);
}

static void for_good(void)
{
    show("setgid 50: ", call1(Setgid, 50));
    show("setuid 1000: ", call1(Setuid, 1000));
    show_capabilities("capabilities: ");
    show("setuid 0: ", call1(Setuid, 0));
    show("setresuid 0: ", call3(Setresuid, -1, 0, -1));
    show("setreuid 1001: ", call2(Setreuid, 1001, -1));
    show("setgid 0: ", call1(Setgid, 0));
    show("setuid -1: ", call1(Setuid, -1));
    word none[2] = {1, 2};
    show("setgroups: ", call2(Setgroups, 2, (int)none));
}

static void and_back(void)
{
    show("setresuid 1000 1001 0: ", call3(Setresuid, 1000, 1001, 0));
    show_capabilities("capabilities: ");
    show("setresuid -1 1000 -1: ", call3(Setresuid, -1, 1000, -1));
    show("setuid 1001: ", call1(Setuid, 1001));
    show("setuid 0: ", call1(Setuid, 0));
    show_capabilities("capabilities: ");
    show("setreuid 1000 1000: ", call2(Setreuid, 1000, 1000));
    show("setreuid 0 -1: ", call2(Setreuid, 0, -1));
}

static void swapped(void)
{
    show("setreuid 1000 0: ", call2(Setreuid, 1000, 0));
    show("setreuid 0 1000: ", call2(Setreuid, 0, 1000));
    show("setregid 7 8: ", call2(Setregid, 7, 8));
    show("setreuid 1000 0: ", call2(Setreuid, -1, 0));
}

static void file_ids(void)
{
    print_line("setfsuid 5: ", call1(Setfsuid, 5));
    print_line("setfsuid -1: ", call1(Setfsuid, -1));
    print_line("setfsgid 6: ", call1(Setfsgid, 6));
    print_line("setfsgid -1: ", call1(Setfsgid, -1));
    call3(Setresuid, 1000, 1000, 1000);
    print_line("fsuid follows: ", call1(Setfsuid, 77));
    print_line("and stays: ", call1(Setfsuid, -1));
}

static void groups(void)
{
    word list[4] = {30, 10, 20, 0};
    print_line("setgroups: ", call2(Setgroups, 3, (int)list));
    print_line("getgroups 0: ", call2(Getgroups, 0, 0));
    print_line("getgroups 2: ", call2(Getgroups, 2, (int)list));
    print_line("getgroups 4: ", call2(Getgroups, 4, (int)list));
    for (int i = 0; i < 3; i++)
        print_line("  ", (int)list[i]);
    print_line("getgroups -1: ", call2(Getgroups, -1, (int)list));
    print_line("setgroups bad pointer: ", call2(Setgroups, 3, 8));
    print_line("setgroups too many: ", call2(Setgroups, 65537, (int)list));
}

static void short_ids(void)
{
    print_line("setuid16 65535: ", call1(Setuid16, 65535));
    call1(Setuid, 70000);
    print_line("getuid16 of 70000: ", call0(Getuid16));
}

static void capabilities(void)
{
    word header[2] = {0x20080522, 0}, none[6] = {0}, all[6] = {~0u, ~0u, 0, ~0u, ~0u, 0};
    print_line("give up: ", call2(Capset, (int)header, (int)none));
    show_capabilities("then: ");
    print_line("take back: ", call2(Capset, (int)header, (int)all));
    word unknown[2] = {1, 0};
    print_line("unknown version: ", call2(Capget, (int)unknown, (int)none));
    print_line("version told: ", unknown[0] == 0x20080522);
    print_line("probe: ", call2(Capget, (int)unknown, 0));
    word nobody[2] = {0x20080522, 12345};
    print_line("nobody's: ", call2(Capget, (int)nobody, (int)none));
    show("setuid without: ", call1(Setuid, 5));
}

static void limits(void)
{
    word old[4] = {0}, files[4] = {100, 0, 200, 0}, wrong[4] = {300, 0, 200, 0}, more[4] = {100, 0, 900, 0};
    print_line("set: ", call4(Prlimit, 0, 7, (int)files, 0));
    print_line("get: ", call4(Prlimit, 0, 7, 0, (int)old));
    print_line("  soft ", (int)old[0]);
    print_line("  hard ", (int)old[2]);
    print_line("soft above hard: ", call4(Prlimit, 0, 7, (int)wrong, 0));
    print_line("no such limit: ", call4(Prlimit, 0, 99, 0, (int)old));
    print_line("nobody: ", call4(Prlimit, 12345, 7, 0, (int)old));
    call1(Setuid, 1000);
    print_line("a user raises the hard limit: ", call4(Prlimit, 0, 7, (int)more, 0));
    more[2] = 150;
    print_line("a user lowers it: ", call4(Prlimit, 0, 7, (int)more, 0));
    print_line("a user asks root's: ", call4(Prlimit, getppid(), 7, 0, (int)old));
}

int main(void)
{
    in_child(for_good);
    in_child(and_back);
    in_child(swapped);
    in_child(file_ids);
    in_child(groups);
    in_child(short_ids);
    in_child(capabilities);
    in_child(limits);
    return 0;
}
