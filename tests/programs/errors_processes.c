/* errors_processes: clone, clone3, execve, execveat, waits, ptrace, prctl and descriptors of processes, with every error. */
#include "tries.h"
#include "handler.h"

enum { Waitpid = 7, Ptrace = 26, Setattr = 351, Seccomp = 354, Execveat = 358, Pidfd_send_signal = 424, Pidfd_open = 434, Pidfd_getfd = 438, Setns = 346, Alrm = 14, Nobody_there = 99999999, File = 40 };
enum { Newns = 0x20000, Settls = 0x80000, Untraced = 0x800000, Newcgroup = 0x2000000, Newuts = 0x4000000, Newipc = 0x8000000, Newpid = 0x20000000, Newnet = 0x40000000, Pidfd = 0x1000, Parent = 0x8000, Detached = 0x400000 };
enum { Traceme, Peektext, Peekuser = 3, Cont = 7, Kill, Getregs = 12, Setregs, Getfpregs, Attach = 16, Detach, Setoptions = 0x4200, Getsiginfo = 0x4202, Getregset = 0x4204, Seize = 0x4206, Interrupt };
#define CLEAR_SIGHAND (1ull << 32)
#define INTO_CGROUP (1ull << 33)

struct clone_arguments { unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup, more; };

static int status, parent;
static byte data[1000];
static char *words[] = {"x", 0}, *bad_words[] = {(char *)BAD, 0};
static const char *self = "/proc/self/exe";

static const struct try wrong[] = {
    {"waitpid nobody", Waitpid, {Nobody_there, 0, 0}}, {"waitpid any", Waitpid, {-1, 0, 0}}, {"waitpid options", Waitpid, {-1, 0, 0x10}}, {"waitpid NOWAIT", Waitpid, {-1, 0, WNOWAIT}}, {"waitpid least", Waitpid, {-0x7fffffff - 1, 0, 0}}, {"wait4 least", NR_wait4, {-0x7fffffff - 1, 0, 0, 0}}, {"wait4 options, least", NR_wait4, {-0x7fffffff - 1, 0, 0x10, 0}},
    {"waitid any", NR_waitid, {0, 0, 0, WEXITED, 0}}, {"waitid type", NR_waitid, {9, 0, 0, WEXITED, 0}}, {"waitid no states", NR_waitid, {0, 0, 0, 0, 0}}, {"waitid pid 0", NR_waitid, {1, 0, 0, WEXITED, 0}}, {"waitid negative group", NR_waitid, {2, -1, 0, WEXITED, 0}}, {"waitid pidfd", NR_waitid, {3, NONE, 0, WEXITED, 0}}, {"waitid type, bad", NR_waitid, {9, 0, BAD, WEXITED, 0}}, {"waitid pidfd, bad", NR_waitid, {3, NONE, BAD, WEXITED, 0}}, {"waitid bad", NR_waitid, {0, 0, BAD, WEXITED, 0}},
    {"ptrace nobody", Ptrace, {Attach, Nobody_there, 0, 0}}, {"ptrace oneself", Ptrace, {Attach, 0, 0, 0}}, {"ptrace not traced", Ptrace, {Cont, 1, 0, 0}}, {"ptrace request", Ptrace, {9999, Nobody_there, 0, 0}}, {"ptrace SEIZE options", Ptrace, {Seize, 1, 0, 0x7fffffff}},
    {"clone SIGHAND", NR_clone, {CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0}}, {"clone THREAD", NR_clone, {CLONE_THREAD | CLONE_VM, 0, 0, 0, 0}}, {"clone FS and a namespace", NR_clone, {CLONE_FS | Newns, 0, 0, 0, 0}}, {"clone bad segment", NR_clone, {Settls | SIGCHLD, 0, 0, BAD, 0}}, {"clone PIDFD and PARENT_SETTID", NR_clone, {Pidfd | CLONE_PARENT_SETTID, 0, (int)data, 0, 0}}, {"clone PIDFD bad", NR_clone, {Pidfd | SIGCHLD, 0, BAD, 0, 0}},
    {"clone3 size", NR_clone3, {(int)data, 63}}, {"clone3 large", NR_clone3, {(int)data, 4097}}, {"clone3 bad", NR_clone3, {BAD, 64}},
    {"execve bad", NR_execve, {BAD, 0, 0}}, {"execve bad words", NR_execve, {(int)"/proc/self/exe", BAD, 0}}, {"execve bad word", NR_execve, {(int)"/proc/self/exe", (int)bad_words, 0}}, {"execve folder", NR_execve, {(int)"/", (int)words, 0}}, {"execve nothing", NR_execve, {(int)"nothing", BAD, 0}}, {"execve below a file", NR_execve, {(int)"file/x", 0, 0}}, {"execve below a folder that is closed", NR_execve, {(int)"file", 0, 0}},
    {"execve open to write", NR_execve, {(int)"busy", (int)words, 0}}, {"execve empty file", NR_execve, {(int)"empty", (int)words, 0}}, {"execveat flags", Execveat, {AT_FDCWD, (int)"/", 0, 0, 1}}, {"execveat flags, bad", Execveat, {AT_FDCWD, BAD, 0, 0, 1}}, {"execveat nothing", Execveat, {AT_FDCWD, (int)"nothing", (int)words, 0, 0}}, {"execveat empty", Execveat, {File, (int)"", (int)words, 0, 0}}, {"execveat link", Execveat, {AT_FDCWD, (int)"link", (int)words, 0, AT_SYMLINK_NOFOLLOW}},
    {"execveat below a file", Execveat, {File, (int)"x", (int)words, 0, 0}}, {"execveat no descriptor", Execveat, {NONE, (int)"x", (int)words, 0, 0}}, {"execveat no descriptor, empty", Execveat, {NONE, (int)"", (int)words, 0, AT_EMPTY_PATH}}, {"execveat bad", Execveat, {AT_FDCWD, BAD, 0, 0, 0}}, {"execveat loop", Execveat, {AT_FDCWD, (int)"loop", (int)words, 0, 0}}, {"execveat not executable", Execveat, {File, (int)"", (int)words, 0, AT_EMPTY_PATH}},
    {"pidfd_open nobody", Pidfd_open, {Nobody_there, 0}}, {"pidfd_open 0", Pidfd_open, {0, 0}}, {"pidfd_open flags", Pidfd_open, {Nobody_there, 1}}, {"pidfd_getfd none", Pidfd_getfd, {NONE, 0, 0}}, {"pidfd_getfd file", Pidfd_getfd, {File, 0, 0}}, {"pidfd_getfd flags", Pidfd_getfd, {NONE, 0, 1}}, {"pidfd_send_signal file", Pidfd_send_signal, {File, 0, 0, 0}}, {"pidfd_send_signal flags", Pidfd_send_signal, {NONE, 0, 0, 99}},
    {"setns none", Setns, {NONE, 0}}, {"setns file", Setns, {File, 0}}, {"prctl none", NR_prctl, {9999, 0, 0, 0, 0}}, {"prctl NAME bad", NR_prctl, {15, BAD, 0, 0, 0}}, {"prctl GET_NAME bad", NR_prctl, {16, BAD, 0, 0, 0}}, {"prctl PDEATHSIG", NR_prctl, {1, 65, 0, 0, 0}}, {"prctl GET_PDEATHSIG bad", NR_prctl, {2, BAD, 0, 0, 0}}, {"prctl DUMPABLE", NR_prctl, {4, 2, 0, 0, 0}}, {"prctl KEEPCAPS", NR_prctl, {8, 2, 0, 0, 0}},
    {"prctl NO_NEW_PRIVS", NR_prctl, {38, 2, 0, 0, 0}}, {"prctl CAPBSET_READ", NR_prctl, {23, 99, 0, 0, 0}}, {"prctl SECCOMP", NR_prctl, {22, 9, 0, 0, 0}}, {"prctl SECCOMP bad", NR_prctl, {22, 2, BAD, 0, 0}}, {"prctl SPECULATION none", NR_prctl, {52, 99, 0, 0, 0}}, {"prctl SPECULATION more", NR_prctl, {52, 0, 1, 0, 0}}, {"prctl SET_SPECULATION none", NR_prctl, {53, 99, 2, 0, 0}}, {"prctl SET_SPECULATION range", NR_prctl, {53, 1, 99, 0, 0}}, {"prctl SET_SPECULATION more", NR_prctl, {53, 0, 2, 1, 0}},
};

static void ring(int signal) { print(signal == Alrm ? "rings\n" : "?\n"); }

/* "clone3 WHAT: ERRNO", or 0 from the parent; the child says its id where one was asked for. */
static int clone3(const char *what, struct clone_arguments arguments, int size)
{
    int pid = call2(NR_clone3, (int)&arguments, size);
    if (pid == 0) {
        call5(NR_prctl, 1, SIGKILL, 0, 0, 0);
        leave(3);
    }
    show_ok(what, pid);
    if (pid > 0)
        wait4(pid, &status, (int)WALL);
    return pid;
}

static void clone3s(void)
{
    static byte stack[4096];
    int gone, group[2] = {0, 0}, wanted;
    gone = clone3("clone3", (struct clone_arguments){.exit_signal = SIGCHLD}, 64);
    clone3("clone3 signal", (struct clone_arguments){.exit_signal = 65}, 64);
    clone3("clone3 low flags", (struct clone_arguments){.flags = SIGCHLD}, 64);
    clone3("clone3 unknown flags", (struct clone_arguments){.flags = 1ull << 40}, 64);
    clone3("clone3 DETACHED", (struct clone_arguments){.flags = Detached}, 64);
    clone3("clone3 SIGHAND twice", (struct clone_arguments){.flags = CLEAR_SIGHAND | CLONE_SIGHAND | CLONE_VM}, 64);
    clone3("clone3 PARENT with a signal", (struct clone_arguments){.flags = Parent, .exit_signal = SIGCHLD}, 64);
    clone3("clone3 stack without size", (struct clone_arguments){.stack = (word)stack}, 64);
    clone3("clone3 size without stack", (struct clone_arguments){.stack_size = 10}, 64);
    clone3("clone3 more", (struct clone_arguments){.more = 1}, 96);
    clone3("clone3 more, 0", (struct clone_arguments){.exit_signal = SIGCHLD}, 96);
    clone3("clone3 cgroup", (struct clone_arguments){.exit_signal = SIGCHLD, .cgroup = 5}, 88);
    clone3("clone3 INTO_CGROUP", (struct clone_arguments){.flags = INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = NONE}, 88);
    clone3("clone3 INTO_CGROUP file", (struct clone_arguments){.flags = INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = File}, 88);
    clone3("clone3 INTO_CGROUP large", (struct clone_arguments){.flags = INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = 1ull << 31}, 88);
    clone3("clone3 INTO_CGROUP short", (struct clone_arguments){.flags = INTO_CGROUP, .exit_signal = SIGCHLD}, 80);
    group[0] = wanted = gone;
    show("the id", clone3("clone3 set_tid", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)group, .set_tid_size = 1}, 80) == wanted);
    group[0] = getpid();
    clone3("clone3 set_tid there", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)group, .set_tid_size = 1}, 80);
    group[0] = 0;
    clone3("clone3 set_tid 0", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)group, .set_tid_size = 1}, 80);
    group[0] = -5;
    clone3("clone3 set_tid negative", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)group, .set_tid_size = 1}, 80);
    group[0] = Nobody_there;
    clone3("clone3 set_tid large", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)group, .set_tid_size = 1}, 80);
    clone3("clone3 set_tid bad", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = BAD, .set_tid_size = 1}, 80);
    clone3("clone3 set_tid without size", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)group}, 80);
    clone3("clone3 size without set_tid", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid_size = 1}, 80);
    clone3("clone3 33 set_tid", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)data, .set_tid_size = 33}, 80);
    clone3("clone3 32 set_tid", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)data, .set_tid_size = 32}, 80);
}

static void unprivileged(void)
{
    static const int namespaces[] = {Newns, Newcgroup, Newuts, Newipc, Newpid, Newnet};
    int ids[1] = {Nobody_there - 1};
    for (word i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        show("clone namespace", call5(NR_clone, namespaces[i] | SIGCHLD, 0, 0, 0, 0));
        clone3("clone3 namespace", (struct clone_arguments){.flags = (word)namespaces[i], .exit_signal = SIGCHLD}, 64);
    }
    ids[0] = 29999;
    clone3("clone3 set_tid", (struct clone_arguments){.exit_signal = SIGCHLD, .set_tid = (word)ids, .set_tid_size = 1}, 80);
    int instructions[2] = {6, 0x7fff0000};
    struct { unsigned short length; void *at; } filter = {1, instructions};
    show("prctl filter", call5(NR_prctl, 22, 2, (int)&filter, 0, 0));
    show("ptrace parent", call4(Ptrace, Attach, parent, 0, 0));
    show("execve not executable", call3(NR_execve, (int)"plain", (int)words, 0));
    show("execve root's", call3(NR_execve, (int)"closed", (int)words, 0));
    call2(NR_setrlimit, 6, (int)(int[]){0, 0});
    show("clone", call5(NR_clone, SIGCHLD, 0, 0, 0, 0));
    clone3("clone3", (struct clone_arguments){.exit_signal = SIGCHLD}, 64);
}

static void sleeps(void)
{
    int child = fork();
    if (child == 0)
        for (;;)
            call0(NR_pause);
    call3(NR_setitimer, 0, (int)(int[]){0, 0, 0, 20000}, 0);
    show("waitpid interrupted", call3(Waitpid, child, 0, 0));
    call3(NR_setitimer, 0, (int)(int[]){0, 0, 0, 20000}, 0);
    show("waitid interrupted", call5(NR_waitid, 0, 0, 0, WEXITED, 0));
    show("waitpid, not yet", call3(Waitpid, child, 0, WNOHANG));
    int pidfd = call2(Pidfd_open, child, 0);
    show("pidfd_getfd none", call3(Pidfd_getfd, pidfd, NONE, 0));
    show("ptrace SEIZE", call4(Ptrace, Seize, child, 0, 0));
    show("ptrace SEIZE again", call4(Ptrace, Seize, child, 0, 0));
    show("ptrace running", call4(Ptrace, Getregs, child, 0, (int)data));
    show("ptrace INTERRUPT", call4(Ptrace, Interrupt, child, 0, 0));
    show("waitpid stopped", call3(Waitpid, child, (int)&status, 0) == child);
    show("ptrace GETREGS", call4(Ptrace, Getregs, child, 0, (int)data));
    show("ptrace GETREGS bad", call4(Ptrace, Getregs, child, 0, BAD));
    show("ptrace SETREGS bad", call4(Ptrace, Setregs, child, 0, BAD));
    show("ptrace GETFPREGS bad", call4(Ptrace, Getfpregs, child, 0, BAD));
    show("ptrace GETREGSET bad", call4(Ptrace, Getregset, child, 1, BAD));
    show("ptrace GETREGSET none", call4(Ptrace, Getregset, child, 99, (int)(int[]){(int)data, 10}));
    show("ptrace GETSIGINFO bad", call4(Ptrace, Getsiginfo, child, 0, BAD));
    show("ptrace PEEK bad", call4(Ptrace, Peektext, child, BAD, (int)data));
    show("ptrace PEEK bad data", call4(Ptrace, Peektext, child, (int)data, BAD));
    show("ptrace PEEKUSER", call4(Ptrace, Peekuser, child, 99999, (int)data));
    show("ptrace signal", call4(Ptrace, Cont, child, 0, 999));
    show("ptrace options", call4(Ptrace, Setoptions, child, 0, 0x7fffffff));
    show("ptrace request", call4(Ptrace, 9999, child, 0, 0));
    kill(child, SIGKILL);
    show("waitpid killed", call3(Waitpid, child, (int)&status, 0) == child && status == SIGKILL);
    show("waitpid bad", call3(Waitpid, -1, BAD, 0));
    show("pidfd_getfd, gone", call3(Pidfd_getfd, pidfd, 0, 0));
    show("pidfd_send_signal, gone", call4(Pidfd_send_signal, pidfd, 0, 0, 0));
    show("waitid pidfd, gone", call5(NR_waitid, 3, pidfd, 0, WEXITED, 0));
    child = fork();
    if (child == 0)
        leave(0);
    show("waitpid bad", call3(Waitpid, child, BAD, 0));
    show("waitpid after it", call3(Waitpid, child, 0, 0));
}

static void execute(void)
{
    show("execveat", call5(Execveat, AT_FDCWD, (int)self, (int)(char *[]){"x", "again", 0}, 0, 0));
}

static void execute_descriptor(void)
{
    int fd = open(self, O_RDONLY, 0);
    show("execveat", call5(Execveat, fd, (int)"", (int)(char *[]){"x", "again", 0}, 0, AT_EMPTY_PATH));
}

/* Programs that all allow everything: together they may not be longer than 32768 instructions, of a kind that is
 * the kernel's own. */
static void many_filters(void)
{
    static int instructions[4096][2];
    struct { unsigned short length; void *at; } filter = {4096, instructions};
    int count = 0, error;
    for (int i = 0; i < 4096; i++)
        instructions[i][0] = 6, instructions[i][1] = 0x7fff0000;
    call5(NR_prctl, 38, 1, 0, 0, 0);
    while ((error = call3(Seccomp, 1, 0, (int)&filter)) == 0)
        count++;
    show("seccomp some filters", count > 1);
    show("seccomp one more", error);
}

static void no_descriptors(void)
{
    int pidfd = call2(Pidfd_open, parent, 0);
    call2(NR_setrlimit, 7, (int)(int[]){File + 1, File + 1});
    while (call1(NR_dup, 0) >= 0)
        ;
    show("pidfd_getfd", call3(Pidfd_getfd, pidfd, 0, 0));
    show("pidfd_open", call2(Pidfd_open, parent, 0));
    show("clone PIDFD", call5(NR_clone, Pidfd | SIGCHLD, 0, (int)data, 0, 0));
    clone3("clone3 PIDFD", (struct clone_arguments){.flags = Pidfd, .pidfd = (word)data, .exit_signal = SIGCHLD}, 64);
    show("execve with no descriptor left", call3(NR_execve, (int)self, (int)(char *[]){"x", "again", 0}, 0));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        print("executed "), print(argv[1]), print("\n");
        return 0;
    }
    enter_folder();
    parent = getpid();
    make_file("file", "x"), make_file("busy", "x"), make_file("empty", ""), make_file("plain", "x"), make_file("closed", "x"), symlink("file", "link"), symlink("loop", "loop");
    chmod("busy", 0755), chmod("empty", 0755), chmod("closed", 0700), open("busy", O_WRONLY, 0), call2(NR_dup2, open("file", O_RDONLY, 0), File);
    set_action(Alrm, (word)ring);
    TRY_EACH(wrong);
    clone3s();
    in_child_of(USER, unprivileged);
    sleeps();
    in_child_of(0, execute);
    in_child_of(0, execute_descriptor);
    in_child_of(0, many_filters);
    in_child_of(0, no_descriptors);
    remove_folder();
    return 0;
}
