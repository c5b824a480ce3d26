/* privileges: set-id programs, capabilities, securebits, prctl, personality, 16-bit ids; from root down. */
#include "handler.h"
#include "part.h"

enum { Prctl = 172, Capget = 184, Capset = 185, Chown = 212, Chmod = 15, Execve = 11, Creat = 8, Setresuid = 208, Setresgid = 210, Getresuid = 209, Setfsuid = 215, Setuid = 213, Setgid = 214, Personality = 136, Uname = 122, Prlimit = 340, Unlink = 10, Chroot = 61, Open = 5, Mmap2 = 192, Setpriority = 97, Setgroups = 206, Mprotect = 125, Getpgid = 132 };
enum { Getgroups16 = 80, Setgroups16 = 81, Getuid16 = 24, Getresuid16 = 165, Getresgid16 = 171, Setresuid16 = 164, Setresgid16 = 170, Setfsuid16 = 138, Setfsgid16 = 139, Setreuid16 = 70, Setregid16 = 71, Geteuid16 = 49 };
enum { Set_pdeathsig = 1, Get_pdeathsig, Get_dumpable, Set_dumpable, Get_keepcaps = 7, Set_keepcaps, Set_name = 15, Get_name, Capbset_read = 23, Capbset_drop, Get_tsc, Set_tsc, Get_securebits, Set_securebits, Set_timerslack, Get_timerslack, Set_no_new_privs = 38, Get_no_new_privs, Cap_ambient = 47 };
enum { Is_set = 1, Raise, Lower, Clear_all };
enum { Chown_cap, Dac_override, Kill_cap = 5, Setgid_cap, Setuid_cap, Setpcap, Sys_chroot = 18, Nice_cap = 23 };

static char **arguments;
static int argument_count;

static int prctl(int option, int a, int b, int c, int d) { return call5(Prctl, option, a, b, c, d); }

/* The host's root may lack CAP_SYS_RESOURCE (24) and others: only these are told. */
static const int told[] = {Chown_cap, Dac_override, Kill_cap, Setgid_cap, Setuid_cap, Setpcap, Sys_chroot, Nice_cap};

static void show_set(const char *what, word set)
{
    print(what);
    for (word i = 0; i < sizeof told / sizeof *told; i++)
        print(set >> told[i] & 1 ? "+" : "-");
}

static void show_capabilities(const char *what)
{
    word header[2] = {0x20080522, 0}, data[6] = {0}, bounding = 0, ambient = 0;
    call2(Capget, (int)header, (int)data);
    for (int i = 0; i < 32; i++) {
        bounding |= (word)(prctl(Capbset_read, i, 0, 0, 0) == 1) << i;
        ambient |= (word)(prctl(Cap_ambient, Is_set, i, 0, 0) == 1) << i;
    }
    print(what);
    show_set(" effective ", data[0]);
    show_set(" permitted ", data[1]);
    show_set(" inheritable ", data[2]);
    show_set(" bounding ", bounding);
    show_set(" ambient ", ambient);
    print("\n");
}

static void show_ids(const char *what)
{
    word ids[3], groups[3];
    call3(Getresuid, (int)&ids[0], (int)&ids[1], (int)&ids[2]);
    call3(211, (int)&groups[0], (int)&groups[1], (int)&groups[2]);
    print(what);
    for (int i = 0; i < 3; i++) {
        print(" ");
        print_number((int)ids[i]);
    }
    print(" fs ");
    print_number(call1(Setfsuid, -1));
    print(" groups");
    for (int i = 0; i < 3; i++) {
        print(" ");
        print_number((int)groups[i]);
    }
    print("\n");
}

static int capset(word effective, word permitted, word inheritable)
{
    word header[2] = {0x20080522, 0}, data[6] = {effective, permitted, inheritable, 0, 0, 0};
    return call2(Capset, (int)header, (int)data);
}

static word permitted(void)
{
    word header[2] = {0x20080522, 0}, data[6] = {0};
    call2(Capget, (int)header, (int)data);
    return data[1];
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

static void executed(void)
{
    int signal = 0;
    show_ids("  ids");
    print_line("  AT_SECURE ", (int)auxiliary(arguments, 23));
    print_line("  AT_EUID ", (int)auxiliary(arguments, 12));
    show_capabilities("  sets");
    print_line("  dumpable ", prctl(Get_dumpable, 0, 0, 0, 0));
    prctl(Get_pdeathsig, (int)&signal, 0, 0, 0);
    print_line("  death signal ", signal);
    print_line("  keepcaps ", prctl(Get_keepcaps, 0, 0, 0, 0));
    print_line("  personality ", call1(Personality, -1));
}

static void copy(const char *from, const char *to)
{
    static char buffer[65536];
    int in = call2(Open, (int)from, 0), out = call2(Creat, (int)to, 0755), got;
    while ((got = read(in, buffer, sizeof buffer)) > 0)
        write(out, buffer, got);
    close(in);
    close(out);
}

static void execute(const char *path)
{
    char *words[] = {(char *)path, "x", 0};
    print_line("  failed ", call3(Execve, (int)path, (int)words, 0));
    leave(1);
}

/* ---- set-id programs ---- */

static void user(void)
{
    call2(Setgroups, 0, 0);
    call3(Setresgid, 600, 600, 600);
    call3(Setresuid, 500, 500, 500);
    prctl(Set_pdeathsig, 10, 0, 0, 0);
}

static void of_root(void)
{
    user();
    execute("./root");
}

static void of_root_with_habits(void)
{
    user();
    call1(Personality, 0x0440000);
    execute("./root");
}

static void of_other(void)
{
    user();
    execute("./other");
}

static void of_group(void)
{
    user();
    execute("./group");
}

static void without_group_execution(void)
{
    user();
    execute("./lock");
}

static void by_root(void) { execute("./other"); }

static void plain(void)
{
    user();
    call1(Personality, 0x0440000);
    execute("./plain");
}

static void no_new(void)
{
    user();
    print_line("  set ", prctl(Set_no_new_privs, 1, 0, 0, 0));
    execute("./root");
}

static void root_no_new(void)
{
    prctl(Set_no_new_privs, 1, 0, 0, 0);
    execute("./other");
}

static void unreadable(void)
{
    user();
    execute("./secret");
}

static void set_ids(void)
{
    static const struct {
        const char *name;
        int uid, gid, mode;
    } files[] = {{"./root", 0, 0, 04755}, {"./other", 700, 800, 04755}, {"./group", 700, 800, 02755}, {"./lock", 700, 800, 02745}, {"./plain", 0, 0, 0755}, {"./secret", 0, 0, 0711}};
    for (word i = 0; i < sizeof files / sizeof *files; i++) {
        copy(arguments[0], files[i].name);
        call3(Chown, (int)files[i].name, files[i].uid, files[i].gid);
        call2(Chmod, (int)files[i].name, files[i].mode);
    }
    in_child("root's", of_root);
    in_child("root's, with habits", of_root_with_habits);
    in_child("another user's", of_other);
    in_child("a group's", of_group);
    in_child("a group's, not for the group", without_group_execution);
    in_child("another user's, by root", by_root);
    in_child("plain", plain);
    in_child("no new privileges", no_new);
    in_child("no new privileges for root", root_no_new);
    in_child("not readable", unreadable);
    for (word i = 0; i < sizeof files / sizeof *files; i++)
        call1(Unlink, (int)files[i].name);
}

/* ---- capabilities ---- */

static void change_of_user(void)
{
    show_capabilities("root");
    print_line("dumpable ", prctl(Get_dumpable, 0, 0, 0, 0));
    call1(Setfsuid, 500);
    show_capabilities("fsuid 500");
    print_line("dumpable ", prctl(Get_dumpable, 0, 0, 0, 0));
    call1(Setfsuid, 0);
    show_capabilities("fsuid 0");
    call3(Setresuid, -1, 500, -1);
    show_capabilities("euid 500");
    call3(Setresuid, -1, 0, -1);
    show_capabilities("euid 0");
    print_line("keep ", prctl(Set_keepcaps, 1, 0, 0, 0));
    call3(Setresuid, 500, 500, 500);
    show_capabilities("all 500, kept");
    print_line("raise ", capset(1 << Setuid_cap, permitted(), 0));
    print_line("to anybody: ", call3(Setresuid, 501, 502, 503));
    show_ids("ids");
    print_line("without CAP_SETGID: ", call3(Setresgid, 1, 2, 3));
    print_line("keepcaps 2: ", prctl(Set_keepcaps, 2, 0, 0, 0));
}

static void sets(void)
{
    print_line("inheritable: ", capset(permitted(), permitted(), 1 << Kill_cap));
    show_capabilities("then");
    print_line("drop from the bounding set: ", prctl(Capbset_drop, Chown_cap, 0, 0, 0));
    print_line("no such: ", prctl(Capbset_drop, 63, 0, 0, 0));
    print_line("no such to read: ", prctl(Capbset_read, 63, 0, 0, 0));
    print_line("inherit what is bounded: ", capset(permitted(), permitted(), 1 << Chown_cap));
    print_line("ambient, not inheritable: ", prctl(Cap_ambient, Raise, Setuid_cap, 0, 0));
    print_line("ambient: ", prctl(Cap_ambient, Raise, Kill_cap, 0, 0));
    print_line("no such: ", prctl(Cap_ambient, Raise, 63, 0, 0));
    print_line("no such operation: ", prctl(Cap_ambient, 9, 1, 0, 0));
    print_line("further arguments: ", prctl(Cap_ambient, Raise, Kill_cap, 1, 0));
    print_line("clear one: ", prctl(Cap_ambient, Clear_all, Kill_cap, 0, 0));
    show_capabilities("then");
    print_line("not inheritable any more: ", capset(permitted(), permitted(), 0));
    show_capabilities("then");
    print_line("effective beyond permitted: ", capset(~0u, 1 << Kill_cap, 0));
    print_line("less: ", capset(1 << Kill_cap, 1 << Kill_cap | 1 << Setuid_cap, 0));
    print_line("more: ", capset(1 << Kill_cap, permitted() | 1 << Nice_cap, 0));
    print_line("inherit more without CAP_SETPCAP: ", capset(1 << Kill_cap, 1 << Kill_cap, 1 << Nice_cap));
    print_line("drop without it: ", prctl(Capbset_drop, Nice_cap, 0, 0, 0));
    word header[2] = {0x19980330, 0}, data[3] = {1 << Kill_cap, 1 << Kill_cap, 0};
    print_line("version 1: ", call2(Capset, (int)header, (int)data));
    header[1] = getppid();
    print_line("another's: ", call2(Capset, (int)header, (int)data));
    print_line("bad pointer: ", call2(Capset, (int)(word[]){0x20080522, 0}, 8));
    print_line("bad header: ", call2(Capset, 8, (int)data));
}

static void ambient_executed(void)
{
    capset(permitted(), permitted(), 1 << Kill_cap | 1 << Nice_cap);
    prctl(Set_keepcaps, 1, 0, 0, 0);
    call3(Setresuid, 500, 500, 500);
    print_line("raise ", prctl(Cap_ambient, Raise, Kill_cap, 0, 0));
    execute(arguments[0]);
}

static void dropped_executed(void)
{
    prctl(Capbset_drop, Setuid_cap, 0, 0, 0);
    execute(arguments[0]);
}

static void secure_bits(void)
{
    print_line("none ", prctl(Get_securebits, 0, 0, 0, 0));
    print_line("unknown: ", prctl(Set_securebits, 0x1000, 0, 0, 0));
    print_line("no fixup: ", prctl(Set_securebits, 4 | 8, 0, 0, 0));
    call3(Setresuid, 500, 500, 500);
    show_capabilities("a user with all of them");
    print_line("locked: ", prctl(Set_securebits, 8, 0, 0, 0));
    print_line("lock stays: ", prctl(Set_securebits, 4, 0, 0, 0));
    print_line("more: ", prctl(Set_securebits, 4 | 8 | 0x20, 0, 0, 0));
    print_line("keepcaps is locked: ", prctl(Set_keepcaps, 1, 0, 0, 0));
    print_line("no ambient: ", prctl(Set_securebits, 4 | 8 | 0x20 | 0x40, 0, 0, 0));
    capset(permitted(), permitted(), 1 << Kill_cap);
    print_line("raise: ", prctl(Cap_ambient, Raise, Kill_cap, 0, 0));
    capset(0, 0, 0);
    print_line("without CAP_SETPCAP: ", prctl(Set_securebits, 4 | 8 | 0x20, 0, 0, 0));
    print_line("now ", prctl(Get_securebits, 0, 0, 0, 0));
}

static void root_is_nobody(void)
{
    print_line("no root: ", prctl(Set_securebits, 1, 0, 0, 0));
    execute(arguments[0]);
}

static void effects(void)
{
    int stranger = fork();
    if (!stranger)
        for (;;)
            call0(NR_pause);
    int pid = fork();
    if (!pid) {
        call3(Setresuid, 500, 500, 500);
        print_line("kill root's: ", kill(stranger, 0));
        print_line("chroot: ", call1(Chroot, (int)"/"));
        print_line("setgroups: ", call2(Setgroups, 0, 0));
        print_line("nicer: ", call3(Setpriority, 0, 0, -5));
        print_line("less nice: ", call3(Setpriority, 0, 0, 5));
        print_line("back: ", call3(Setpriority, 0, 0, 0));
        print_line("root's: ", call3(Setpriority, 0, stranger, 5));
        leave(0);
    }
    wait4(pid, 0, 0);
    capset(1 << Kill_cap | 1 << Setuid_cap, permitted(), 0);
    print_line("chroot by root without: ", call1(Chroot, (int)"/"));
    print_line("setgroups by root without: ", call2(Setgroups, 0, 0));
    kill(stranger, 9);
}

static void kept_power(void)
{
    int stranger = fork();
    if (!stranger)
        for (;;)
            call0(NR_pause);
    prctl(Set_keepcaps, 1, 0, 0, 0);
    call3(Setresuid, 500, 500, 500);
    print_line("permitted is not effective: ", kill(stranger, 0));
    capset(1 << Kill_cap | 1 << Sys_chroot, permitted(), 0);
    print_line("chroot: ", call1(Chroot, (int)"/"));
    print_line("kill: ", kill(stranger, 9));
}

static void too_many(void)
{
    word none[4] = {0, 0, 0, 0};
    int ready[2], stranger;
    pipe(ready);
    stranger = fork();
    if (!stranger) {
        call3(Setresuid, 4444, 4444, 4444);
        write(ready[1], "x", 1);
        for (;;)
            call0(NR_pause);
    }
    read(ready[0], none, 1);
    none[0] = 0;
    call4(Prlimit, 0, 6, (int)none, 0);
    call3(Setresuid, 4444, 4444, 4444);
    char *words[] = {arguments[0], "x", 0};
    print_line("execve: ", call3(Execve, (int)arguments[0], (int)words, 0));
    print_line("fork: ", fork());
    kill(stranger, 9);
    wait4(stranger, 0, 0);
    print_line("vfork: ", guest_vfork());
}

/* ---- prctl and personality ---- */

static void options(void)
{
    char name[17] = "0123456789abcdef";
    int number = 7;
    print_line("name: ", prctl(Set_name, (int)"a name that is too long", 0, 0, 0));
    prctl(Get_name, (int)name, 0, 0, 0);
    print(name);
    print("\n");
    print_line("bad name: ", prctl(Set_name, 8, 0, 0, 0));
    print_line("bad place: ", prctl(Get_name, 8, 0, 0, 0));
    print_line("death signal: ", prctl(Set_pdeathsig, 12, 0, 0, 0));
    prctl(Get_pdeathsig, (int)&number, 0, 0, 0);
    print_line("  ", number);
    print_line("no signal: ", prctl(Set_pdeathsig, 65, 0, 0, 0));
    print_line("bad place: ", prctl(Get_pdeathsig, 8, 0, 0, 0));
    print_line("dumpable: ", prctl(Get_dumpable, 0, 0, 0, 0));
    print_line("2: ", prctl(Set_dumpable, 2, 0, 0, 0));
    print_line("0: ", prctl(Set_dumpable, 0, 0, 0, 0));
    print_line("dumpable: ", prctl(Get_dumpable, 0, 0, 0, 0));
    print_line("slack: ", prctl(Get_timerslack, 0, 0, 0, 0));
    print_line("set: ", prctl(Set_timerslack, 777, 0, 0, 0));
    print_line("slack: ", prctl(Get_timerslack, 0, 0, 0, 0));
    print_line("default: ", prctl(Set_timerslack, 0, 0, 0, 0));
    print_line("slack: ", prctl(Get_timerslack, 0, 0, 0, 0));
    print_line("tsc: ", prctl(Get_tsc, (int)&number, 0, 0, 0));
    print_line("  ", number);
    print_line("3: ", prctl(Set_tsc, 3, 0, 0, 0));
    print_line("no new privileges: ", prctl(Get_no_new_privs, 0, 0, 0, 0));
    print_line("0: ", prctl(Set_no_new_privs, 0, 0, 0, 0));
    print_line("1, 1: ", prctl(Set_no_new_privs, 1, 1, 0, 0));
    print_line("get 1: ", prctl(Get_no_new_privs, 1, 0, 0, 0));
    print_line("1: ", prctl(Set_no_new_privs, 1, 0, 0, 0));
    print_line("no new privileges: ", prctl(Get_no_new_privs, 0, 0, 0, 0));
    print_line("seccomp: ", prctl(21, 0, 0, 0, 0));
    print_line("no such option: ", prctl(9999, 0, 0, 0, 0));
    print_line("unaligned accesses: ", prctl(5, (int)&number, 0, 0, 0));
    if (!fork()) {
        print_line("a child's slack: ", prctl(Get_timerslack, 0, 0, 0, 0));
        print_line("privileges: ", prctl(Get_no_new_privs, 0, 0, 0, 0));
        leave(0);
    }
    wait4(-1, 0, 0);
}

static void no_clock(int signal)
{
    print_line("rdtsc: ", signal);
    leave(0);
}

static void no_tsc(void)
{
    set_action(SIGSEGV, (word)no_clock);
    __asm__ volatile("rdtsc" ::: "eax", "edx");
    print_line("set: ", prctl(Set_tsc, 2, 0, 0, 0));
    __asm__ volatile("rdtsc" ::: "eax", "edx");
    print("not reached\n");
}

static void personalities(void)
{
    static char names[390];
    print_line("first: ", call1(Personality, -1));
    print_line("set: ", call1(Personality, 0x0060000));
    print_line("then: ", call1(Personality, -1));
    call1(Uname, (int)names);
    print(names[130] == '2' && names[132] == '6' ? "a Linux 2.6\n" : "another Linux\n");
    print_line("code in data: ", call1(Personality, 0x0400000));
    byte *page = (byte *)call5(Mmap2, 0, 4096, 3, 0x22, -1);
    page[0] = 0xc3;
    ((void (*)(void))page)();
    print("executed\n");
    print_line("off: ", call1(Personality, 0));
}

/* ---- ids of 16 bits ---- */

static void short_ids(void)
{
    unsigned short list[3] = {7, 9, 5}, none[1] = {65535}, got[3] = {1, 1, 1};
    word large[2] = {70000, 3};
    print_line("setgroups: ", call2(Setgroups16, 3, (int)list));
    print_line("no group: ", call2(Setgroups16, 1, (int)none));
    print_line("nor for 32 bits: ", call2(Setgroups, 1, (int)(word[]){~0u}));
    print_line("getgroups: ", call2(Getgroups16, 3, (int)got));
    for (int i = 0; i < 3; i++)
        print_line("  ", got[i]);
    call2(Setgroups, 2, (int)large);
    print_line("too large: ", call2(Getgroups16, 3, (int)got));
    print_line("  ", got[0]);
    print_line("  ", got[1]);
    print_line("too few: ", call2(Getgroups16, 1, (int)got));
    print_line("how many: ", call2(Getgroups16, 0, 0));
    print_line("bad place: ", call2(Getgroups16, 3, 8));
    print_line("setgroups, bad place: ", call2(Setgroups16, 3, 8));
    print_line("setgroups, too many: ", call2(Setgroups16, 65537, (int)list));
    print_line("setfsuid: ", call1(Setfsuid16, 9));
    print_line("setfsuid: ", call1(Setfsuid16, 65535));
    print_line("setfsgid: ", call1(Setfsgid16, 9));
    print_line("setfsgid: ", call1(Setfsgid16, 65535));
    print_line("setresgid: ", call3(Setresgid16, 1, 65535, 3));
    call3(Getresgid16, (int)&got[0], (int)&got[1], (int)&got[2]);
    for (int i = 0; i < 3; i++)
        print_line("  ", got[i]);
    print_line("setregid: ", call2(Setregid16, 65535, 6));
    call3(Setresuid, 70000, 8, 9);
    print_line("getresuid: ", call3(Getresuid16, (int)&got[0], (int)&got[1], (int)&got[2]));
    for (int i = 0; i < 3; i++)
        print_line("  ", got[i]);
    print_line("bad place: ", call3(Getresuid16, 8, (int)&got[1], (int)&got[2]));
    print_line("setresuid: ", call3(Setresuid16, 65535, 9, 65535));
    print_line("not allowed: ", call3(Setresuid16, 0, 65535, 65535));
    print_line("setreuid: ", call2(Setreuid16, 65535, 8));
    print_line("geteuid: ", call0(Geteuid16));
    print_line("setgroups by a user: ", call2(Setgroups16, 0, 0));
}

int main(int argc, char **argv)
{
    arguments = argv;
    argument_count = argc;
    if (argc > 1) {
        executed();
        return 0;
    }
    in_child("-- set-id programs", set_ids);
    in_child("-- change of user", change_of_user);
    in_child("-- sets", sets);
    in_child("-- ambient, executed", ambient_executed);
    in_child("-- dropped, executed", dropped_executed);
    in_child("-- securebits", secure_bits);
    in_child("-- root is nobody", root_is_nobody);
    in_child("-- effects", effects);
    in_child("-- kept power", kept_power);
    in_child("-- too many", too_many);
    in_child("-- options", options);
    in_child("-- no tsc", no_tsc);
    in_child("-- personality", personalities);
    in_child("-- 16 bits", short_ids);
    return 0;
}
