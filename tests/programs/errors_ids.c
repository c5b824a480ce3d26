/* errors_ids: user and group ids in 16 and 32 bits, capabilities, limits, priorities and what the system is, with every error. */
#include "tries.h"

enum { Setuid16 = 23, Getuid16, Setgid16 = 46, Getgid16, Geteuid16 = 49, Getegid16, Setreuid16 = 70, Setregid16, Getgroups16 = 80, Setgroups16, Setfsuid16 = 138, Setfsgid16, Setresuid16 = 164, Getresuid16, Setresgid16 = 170, Getresgid16 };
enum { Getgid = 200, Getegid = 202, Setreuid, Setregid, Getgroups, Setresuid = 208, Getresuid, Setresgid, Getresgid, Setgid = 214 };
enum { Oldolduname = 59, Sethostname = 74, Getrusage = 77, Getpriority = 96, Setpriority, Syslog = 103, Olduname = 109, Vhangup = 111, Setdomainname = 121, Uname, Getpgid = 132, Personality = 136, Getsid = 147, Capget = 184, Prlimit = 340 };
enum { Setparam = 154, Getparam, Setscheduler, Getscheduler, Rr_interval = 161, Rr_interval64 = 423, Getaffinity = 242, Ioprio_get = 290, Setattr = 351, Getattr };
enum { Nobody_there = 99999999, Minus_one16 = 0xffff };

static byte names[400];
static int ids[4], limits[2] = {10, 5}, limit[2] = {4096, 4096}, header[2] = {0x20080522, 0}, bad_header[2] = {1, 0}, other_header[2] = {0x20080522, Nobody_there}, negative_header[2] = {0x20080522, -5}, sets[6], zero, attr[14] = {56};
static unsigned short group16[2] = {5, Minus_one16};
static int group[2] = {5, -1};

static const struct try system_calls[] = {
    {"uname", Uname, {(int)names}}, {"uname bad", Uname, {BAD}}, {"uname NULL", Uname, {0}},
    {"olduname", Olduname, {(int)names}}, {"olduname bad", Olduname, {BAD}}, {"olduname NULL", Olduname, {0}},
    {"oldolduname", Oldolduname, {(int)names}}, {"oldolduname bad", Oldolduname, {BAD}}, {"oldolduname NULL", Oldolduname, {0}},
    {"sethostname bad", Sethostname, {BAD, 5}}, {"sethostname negative", Sethostname, {BAD, -1}}, {"sethostname long", Sethostname, {(int)names, 65}},
    {"setdomainname bad", Setdomainname, {BAD, 5}}, {"setdomainname negative", Setdomainname, {(int)names, -1}}, {"setdomainname long", Setdomainname, {(int)names, 65}},
    {"sysinfo", NR_sysinfo, {(int)names}}, {"sysinfo bad", NR_sysinfo, {BAD}}, {"sysinfo NULL", NR_sysinfo, {0}},
    {"syslog size", Syslog, {10, 0, 0}}, {"syslog close", Syslog, {0, 0, 0}}, {"syslog open", Syslog, {1, 0, 0}}, {"syslog none", Syslog, {11, 0, 0}}, {"syslog negative", Syslog, {-1, 0, 0}},
    {"syslog all, NULL", Syslog, {3, 0, 10}}, {"syslog all, negative", Syslog, {3, (int)names, -1}}, {"syslog all, nothing", Syslog, {3, (int)names, 0}}, {"syslog nothing, NULL", Syslog, {3, 0, 0}},
    {"syslog all, bad", Syslog, {3, BAD, 0x10000}}, {"syslog level 0", Syslog, {8, 0, 0}}, {"syslog level 9", Syslog, {8, 0, 9}},
    {"getrusage", Getrusage, {0, (int)names}}, {"getrusage children", Getrusage, {-1, (int)names}}, {"getrusage thread", Getrusage, {1, (int)names}}, {"getrusage none", Getrusage, {99, (int)names}}, {"getrusage none, bad", Getrusage, {2, BAD}},
    {"getrusage bad", Getrusage, {0, BAD}}, {"getrusage NULL", Getrusage, {0, 0}}, {"personality", Personality, {-1}}, {"personality unknown", Personality, {0x77}}, {"personality back", Personality, {0}},
};

static const struct try limit_calls[] = {
    {"setrlimit", NR_setrlimit, {4, (int)limit}}, {"setrlimit bad", NR_setrlimit, {4, BAD}}, {"setrlimit none", NR_setrlimit, {16, (int)limit}}, {"setrlimit none, bad", NR_setrlimit, {16, BAD}}, {"setrlimit negative", NR_setrlimit, {-1, (int)limit}},
    {"setrlimit order", NR_setrlimit, {4, (int)limits}}, {"setrlimit NULL", NR_setrlimit, {4, 0}},
    {"getrlimit", NR_getrlimit, {3, (int)ids}}, {"getrlimit bad", NR_getrlimit, {3, BAD}}, {"getrlimit none", NR_getrlimit, {16, (int)ids}}, {"getrlimit none, bad", NR_getrlimit, {16, BAD}}, {"getrlimit NULL", NR_getrlimit, {3, 0}},
    {"ugetrlimit", NR_ugetrlimit, {3, (int)ids}}, {"ugetrlimit bad", NR_ugetrlimit, {3, BAD}}, {"ugetrlimit none", NR_ugetrlimit, {16, (int)ids}}, {"ugetrlimit none, bad", NR_ugetrlimit, {16, BAD}}, {"ugetrlimit NULL", NR_ugetrlimit, {3, 0}},
    {"prlimit none, bad", Prlimit, {0, 16, BAD, BAD}}, {"prlimit nobody, bad", Prlimit, {Nobody_there, 3, BAD, 0}}, {"prlimit nobody, none", Prlimit, {Nobody_there, 16, 0, 0}}, {"prlimit bad old", Prlimit, {0, 3, 0, BAD}}, {"prlimit negative", Prlimit, {-1, 3, 0, 0}},
    {"capget", Capget, {(int)header, (int)sets}}, {"capget bad header", Capget, {BAD, (int)sets}}, {"capget bad", Capget, {(int)header, BAD}}, {"capget NULL", Capget, {(int)header, 0}}, {"capget version", Capget, {(int)bad_header, (int)sets}},
    {"capget nobody", Capget, {(int)other_header, (int)sets}}, {"capget nobody, NULL", Capget, {(int)other_header, 0}}, {"capget nobody, bad", Capget, {(int)other_header, BAD}}, {"capget negative", Capget, {(int)negative_header, (int)sets}},
    {"capget negative, NULL", Capget, {(int)negative_header, 0}}, {"capset bad header", NR_capset, {BAD, (int)sets}}, {"capset bad", NR_capset, {(int)header, BAD}}, {"capset NULL", NR_capset, {(int)header, 0}},
    {"capset nobody", NR_capset, {(int)other_header, (int)sets}}, {"capset nobody, bad", NR_capset, {(int)other_header, BAD}}, {"capset negative", NR_capset, {(int)negative_header, (int)sets}},
};

static const struct try task_calls[] = {
    {"getpriority none", Getpriority, {3, 0}}, {"getpriority nobody", Getpriority, {0, Nobody_there}}, {"setpriority none, nobody", Setpriority, {3, Nobody_there, 0}}, {"getpgid nobody", Getpgid, {Nobody_there}}, {"getpgid negative", Getpgid, {-1}}, {"getsid negative", Getsid, {-1}},
    {"sched_setparam nobody", Setparam, {Nobody_there, (int)&zero}}, {"sched_setparam negative", Setparam, {-1, (int)&zero}}, {"sched_setparam bad", Setparam, {0, BAD}}, {"sched_setparam nobody, bad", Setparam, {Nobody_there, BAD}},
    {"sched_setparam NULL", Setparam, {0, 0}}, {"sched_getparam bad", Getparam, {0, BAD}}, {"sched_getparam nobody, bad", Getparam, {Nobody_there, BAD}}, {"sched_getscheduler negative", Getscheduler, {-1}}, {"sched_setscheduler nobody, none", Setscheduler, {Nobody_there, 77, (int)&zero}},
    {"sched_rr_get_interval bad", Rr_interval, {0, BAD}}, {"sched_rr_get_interval nobody, bad", Rr_interval, {Nobody_there, BAD}},
    {"sched_rr_get_interval_time64 bad", Rr_interval64, {0, BAD}}, {"sched_rr_get_interval_time64 NULL", Rr_interval64, {0, 0}}, {"sched_rr_get_interval_time64 negative", Rr_interval64, {-1, (int)names}}, {"sched_rr_get_interval_time64 nobody", Rr_interval64, {Nobody_there, (int)names}},
    {"sched_setattr nobody", Setattr, {Nobody_there, (int)attr, 0}}, {"sched_setattr flags", Setattr, {0, (int)attr, 1}}, {"sched_setattr negative", Setattr, {-1, (int)attr, 0}}, {"sched_setattr NULL", Setattr, {0, 0, 0}}, {"sched_setattr nobody, bad", Setattr, {Nobody_there, BAD, 0}},
    {"sched_getattr nobody, bad", Getattr, {Nobody_there, BAD, 56, 0}}, {"sched_getattr small", Getattr, {0, (int)names, 47, 0}}, {"sched_getattr large", Getattr, {0, (int)names, 5000, 0}}, {"sched_getattr flags", Getattr, {0, (int)names, 56, 1}}, {"sched_getattr NULL", Getattr, {0, 0, 56, 0}},
    {"ioprio_get none", Ioprio_get, {9, 0}}, {"ioprio_get nobody", Ioprio_get, {1, Nobody_there}},
};

static const struct try telling[] = {
    {"getgid", Getgid16, {0}}, {"getegid", Getegid16, {0}}, {"getuid", Getuid16, {0}}, {"geteuid", Geteuid16, {0}}, {"getgid32", Getgid, {0}}, {"getegid32", Getegid, {0}}, {"getuid32", NR_getuid32, {0}}, {"geteuid32", NR_geteuid32, {0}},
    {"getresuid bad", Getresuid16, {BAD, (int)ids, (int)ids}}, {"getresuid bad third", Getresuid16, {(int)ids, (int)ids, BAD}}, {"getresgid bad", Getresgid16, {BAD, (int)ids, (int)ids}}, {"getresgid bad second", Getresgid16, {(int)ids, BAD, (int)ids}},
    {"getresuid32 bad", Getresuid, {(int)ids, BAD, (int)ids}}, {"getresgid32 bad", Getresgid, {(int)ids, (int)ids, BAD}},
    {"getgroups negative", Getgroups16, {-1, (int)ids}}, {"getgroups32 negative", Getgroups, {-1, (int)ids}}, {"getgroups 0, bad", Getgroups16, {0, BAD}}, {"getgroups32 bad", Getgroups, {5, BAD}}, {"getgroups bad", Getgroups16, {5, BAD}},
};

static const struct try changing[] = {
    {"setgroups -1", Setgroups16, {2, (int)group16}}, {"setgroups32 -1", NR_setgroups32, {2, (int)group}}, {"setgroups many", Setgroups16, {65537, (int)group16}}, {"setgroups32 many", NR_setgroups32, {65537, BAD}}, {"setgroups32 negative", NR_setgroups32, {-1, BAD}}, {"setgroups bad", Setgroups16, {2, BAD}},
    {"setgroups32", NR_setgroups32, {1, (int)group}}, {"setuid -1", Setuid16, {Minus_one16}}, {"setgid -1", Setgid16, {Minus_one16}}, {"setuid32 -1", NR_setuid32, {-1}}, {"setgid32 -1", Setgid, {-1}},
    {"setgid", Setgid16, {0}}, {"setregid", Setregid16, {1, 2}}, {"setregid32", Setregid, {2, 1}}, {"setresgid", Setresgid16, {5, 5, 5}}, {"setresgid32", Setresgid, {5, 5, 5}}, {"setreuid", Setreuid16, {0, 0}}, {"setresuid", Setresuid16, {0, 0, Minus_one16}}, {"setuid", Setuid16, {USER}},
};

static const struct try unprivileged[] = {
    {"setuid", Setuid16, {0}}, {"setgid", Setgid16, {0}}, {"setgid32", Setgid, {0}}, {"setuid32", NR_setuid32, {0}}, {"setreuid", Setreuid16, {0, -1}}, {"setreuid euid", Setreuid16, {-1, 0}}, {"setregid", Setregid16, {0, -1}}, {"setregid32", Setregid, {-1, 0}},
    {"setresuid", Setresuid16, {0, -1, -1}}, {"setresgid", Setresgid16, {-1, 0, -1}}, {"setresgid32", Setresgid, {-1, -1, 0}}, {"setreuid32 own", Setreuid, {USER, USER}}, {"setgid own", Setgid16, {5}}, {"setregid own", Setregid16, {5, 5}},
    {"setgroups", Setgroups16, {2, BAD}}, {"setgroups32", NR_setgroups32, {65537, BAD}}, {"setfsuid", Setfsuid16, {0}}, {"setfsgid", Setfsgid16, {0}},
    {"sethostname", Sethostname, {BAD, -1}}, {"setdomainname", Setdomainname, {BAD, -1}}, {"vhangup", Vhangup, {0}}, {"syslog open", Syslog, {1, 0, 0}}, {"syslog none", Syslog, {99, 0, 0}}, {"syslog clear", Syslog, {5, 0, 0}}, {"syslog read, NULL", Syslog, {2, 0, 10}},
};

static int parent;

static void change(void)
{
    static int more[2] = {8192, 8192};
    TRY_EACH(changing);
    TRY_EACH(telling);
    TRY_EACH(unprivileged);
    show("setrlimit raise", call2(NR_setrlimit, 4, (int)more));
    show("sched_setparam parent", call2(Setparam, parent, (int)&zero));
    show("sched_setattr parent", call3(Setattr, parent, (int)attr, 0));
    show("sched_getscheduler parent", call1(Getscheduler, parent));
    show("setpriority parent", call3(Setpriority, 0, parent, 5));
    show("prlimit parent", call4(Prlimit, parent, 3, 0, (int)names));
    show("prlimit parent, bad", call4(Prlimit, parent, 3, BAD, 0));
    show("prlimit parent, none", call4(Prlimit, parent, 16, 0, 0));
}

int main(void)
{
    parent = getpid();
    TRY_EACH(system_calls);
    call1(Uname, (int)names);
    show("sethostname", call2(Sethostname, (int)names + 65, (int)length((char *)names + 65)));
    show("setdomainname", call2(Setdomainname, (int)names + 325, (int)length((char *)names + 325)));
    TRY_EACH(limit_calls);
    bad_header[0] = 2;
    show("capset version", call2(NR_capset, (int)bad_header, (int)sets));
    print_hex((word)bad_header[0]), print("\n");
    TRY_EACH(task_calls);
    TRY_EACH(telling);
    in_child_of(0, change);
    return 0;
}
