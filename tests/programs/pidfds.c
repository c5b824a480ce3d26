/* pidfds: descriptors of processes, waitid by them, and waits that look at one thread's children. */
#include "handler.h"
#include "part.h"

enum { Pidfd_open = 434, Pidfd_send_signal = 424, Pidfd_getfd = 438, Waitid = 284, Poll = 168, Clone3 = 435, Fcntl = 55, Futex = 240, Exit = 1, Gettid = 224, Dup = 41, Prlimit = 340, Nanosleep = 162, Setresuid = 208, Prctl = 172 };
enum { P_all, P_pid, P_pgid, P_pidfd, Nohang = 1, Stopped = 2, Exited = 4, Continued = 8, Nowait = 0x1000000 };
enum { Nonblock = 04000, Of_thread = 0200, Wnothread = 0x20000000, Wall = 0x40000000, Wclone = (int)0x80000000 };
enum { Clone_pidfd = 0x1000, Kill = 9, Usr1 = 10, Chld = 17, Cont = 18, Stop = 19 };

struct info {
    int signal, error, code, pid, uid, status, rest[26];
};
struct poll {
    int fd;
    short wanted, found;
};

static void pause_for(int milliseconds)
{
    int time[2] = {0, milliseconds * 1000000};
    call2(Nanosleep, (int)time, 0);
}

static int sleeper(void)
{
    int pid = fork();
    if (!pid)
        for (;;)
            call0(NR_pause);
    return pid;
}

static int ended(int status)
{
    int pid = fork();
    if (!pid)
        leave(status);
    return pid;
}

static int poll_of(int fd, int milliseconds)
{
    struct poll poll = {fd, 0x7f, 0};
    int result = call3(Poll, (int)&poll, 1, milliseconds);
    return result <= 0 ? result : poll.found;
}

static void show_info(const char *what, int result, struct info *info, int pid)
{
    print(what);
    print_number(result);
    print(" signal ");
    print_number(info->signal);
    print(" code ");
    print_number(info->code);
    print(info->pid == pid ? " the child" : " nobody");
    print(" status ");
    print_number(info->status);
    print("\n");
    memset(info, 0, sizeof *info);
}

static void open_and_send(void)
{
    int pid = sleeper(), fd = call2(Pidfd_open, pid, 0), plain[2];
    struct info info = {0}, sent = {Usr1, 0, -1, getpid(), 0, 5, {0}};
    pipe(plain);
    print_line("opened: ", fd > 2);
    print_line("close on exec: ", call2(Fcntl, fd, 1));
    print_line("flags: ", call2(Fcntl, fd, 3) & Nonblock);
    print_line("nonblocking: ", call2(Fcntl, call2(Pidfd_open, pid, Nonblock), 3) & Nonblock);
    print_line("no such flag: ", call2(Pidfd_open, pid, 1));
    print_line("pid 0: ", call2(Pidfd_open, 0, 0));
    print_line("pid -1: ", call2(Pidfd_open, -1, 0));
    print_line("nobody: ", call2(Pidfd_open, 4000000, 0));
    print_line("read: ", read(fd, plain, 4));
    print_line("write: ", write(fd, plain, 4));
    print_line("running: ", poll_of(fd, 0));
    print_line("signal 0: ", call4(Pidfd_send_signal, fd, 0, 0, 0));
    print_line("no such signal: ", call4(Pidfd_send_signal, fd, 65, 0, 0));
    print_line("no pidfd: ", call4(Pidfd_send_signal, plain[0], 0, 0, 0));
    print_line("no descriptor: ", call4(Pidfd_send_signal, 99, 0, 0, 0));
    print_line("bad flags: ", call4(Pidfd_send_signal, fd, 0, 0, 0x100));
    print_line("another signal in siginfo: ", call4(Pidfd_send_signal, fd, 12, (int)&sent, 0));
    print_line("bad siginfo: ", call4(Pidfd_send_signal, fd, Usr1, 8, 0));
    sent.code = 0;
    print_line("posing as kill: ", call4(Pidfd_send_signal, fd, Usr1, (int)&sent, 0));
    sent.code = -1;
    print_line("queued: ", call4(Pidfd_send_signal, fd, Usr1, (int)&sent, 0));
    print_line("dead: ", poll_of(fd, 1000));
    print_line("a zombie can be signalled: ", call4(Pidfd_send_signal, fd, Usr1, 0, 0));
    show_info("waited: ", call5(Waitid, P_pidfd, fd, (int)&info, Exited, 0), &info, pid);
    print_line("gone: ", call4(Pidfd_send_signal, fd, 0, 0, 0));
    print_line("poll: ", poll_of(fd, 0) & 1);
    print_line("wait again: ", call5(Waitid, P_pidfd, fd, (int)&info, Exited, 0));
    print_line("open again: ", call2(Pidfd_open, pid, 0));
    call1(NR_setuid32, 3210);
    fd = call2(Pidfd_open, getppid(), 0);
    print_line("another user's: ", fd > 2);
    print_line("  signal ", call4(Pidfd_send_signal, fd, 0, 0, 0));
    word few[4] = {3, 0, 3, 0};
    call4(Prlimit, 0, 7, (int)few, 0);
    print_line("no descriptors left: ", call2(Pidfd_open, getpid(), 0));
}

static void waits(void)
{
    struct info info = {0};
    int pid = ended(7), fd = call2(Pidfd_open, pid, 0), plain[2];
    pipe(plain);
    print_line("poll waits for the end: ", poll_of(fd, 1000));
    show_info("WNOWAIT: ", call5(Waitid, P_pidfd, fd, (int)&info, Exited | Nowait, 0), &info, pid);
    show_info("P_PID, WNOWAIT: ", call5(Waitid, P_pid, pid, (int)&info, Exited | Nowait, 0), &info, pid);
    show_info("P_ALL: ", call5(Waitid, P_all, 0, (int)&info, Exited, 0), &info, pid);
    print_line("no children: ", call5(Waitid, P_all, 0, (int)&info, Exited, 0));
    pid = sleeper();
    fd = call2(Pidfd_open, pid, Nonblock);
    print_line("would sleep: ", call5(Waitid, P_pidfd, fd, (int)&info, Exited, 0));
    print_line("WNOHANG: ", call5(Waitid, P_pidfd, fd, (int)&info, Exited | Nohang, 0));
    kill(pid, Stop);
    show_info("stopped: ", call5(Waitid, P_pgid, 0, (int)&info, Stopped, 0), &info, pid);
    show_info("reported once: ", call5(Waitid, P_pid, pid, (int)&info, Stopped | Nohang, 0), &info, pid);
    kill(pid, Cont);
    show_info("continued: ", call5(Waitid, P_pid, pid, (int)&info, Continued | Stopped | Nowait, 0), &info, pid);
    show_info("still: ", call5(Waitid, P_pid, pid, (int)&info, Continued, 0), &info, pid);
    kill(pid, Kill);
    show_info("killed: ", call5(Waitid, P_pid, pid, (int)&info, Exited | Stopped, 0), &info, pid);
    print_line("no pidfd: ", call5(Waitid, P_pidfd, plain[0], (int)&info, Exited, 0));
    print_line("no descriptor: ", call5(Waitid, P_pidfd, 99, (int)&info, Exited, 0));
    print_line("negative descriptor: ", call5(Waitid, P_pidfd, -1, (int)&info, Exited, 0));
    print_line("pid 0: ", call5(Waitid, P_pid, 0, (int)&info, Exited, 0));
    print_line("negative group: ", call5(Waitid, P_pgid, -1, (int)&info, Exited, 0));
    print_line("no such type: ", call5(Waitid, 4, 1, (int)&info, Exited, 0));
    print_line("no such option: ", call5(Waitid, P_all, 0, (int)&info, Exited | 64, 0));
    print_line("no state: ", call5(Waitid, P_all, 0, (int)&info, Nohang, 0));
    pid = ended(3);
    fd = call2(Pidfd_open, pid, 0);
    poll_of(fd, 1000);
    print_line("bad info pointer: ", call5(Waitid, P_pid, pid, 8, Exited, 0));
    print_line("reaped all the same: ", wait4(pid, 0, 0));
    fd = call2(Pidfd_open, getppid(), 0);
    print_line("no child: ", call5(Waitid, P_pidfd, fd, (int)&info, Exited, 0));
}

static int others_child;

static void forks_too(void)
{
    others_child = ended(4);
    pause_for(50);
    call1(Exit, 0);
}

static void call_exit(void) { leave(2); }

static void one_threads_children(void)
{
    static byte stack[4096];
    byte *ground = stack + sizeof stack;
    int mine = ended(5), status;
    pause_for(20);
    start_thread(forks_too);
    while (!*(volatile int *)&others_child)
        pause_for(1);
    pause_for(20);
    print_line("__WNOTHREAD, another thread's child: ", wait4(others_child, &status, Wnothread | Nohang));
    print_line("one's own: ", wait4(mine, &status, Wnothread) == mine);
    print_line("no other: ", wait4(-1, &status, Wnothread | Nohang));
    pause_for(80);
    print_line("inherited from the thread: ", wait4(-1, &status, Wnothread) == others_child);
    print_line("status: ", status);
    int pid = clone_onto(0, ground, call_exit);
    pause_for(20);
    print_line("exit signal 0, plain wait: ", wait4(pid, &status, 0));
    print_line("__WCLONE: ", wait4(pid, &status, Wclone) == pid);
    pid = clone_onto(0, ground, call_exit);
    print_line("__WALL: ", wait4(-1, &status, Wall) == pid);
}

static void made_by_clone(void)
{
    int fd = -1, status;
    word arguments[16] = {Clone_pidfd, 0, (word)&fd, 0, 0, 0, 0, 0, Chld};
    int pid = call2(Clone3, (int)arguments, 64);
    if (!pid)
        leave(6);
    print_line("clone3 stores a descriptor: ", fd > 2);
    print_line("  close on exec ", call2(Fcntl, fd, 1));
    print_line("  it ends ", poll_of(fd, 1000));
    print_line("  reaped ", wait4(pid, &status, 0) == pid);
    arguments[2] = 8;
    print_line("a bad place: ", call2(Clone3, (int)arguments, 64));
    print_line("no child of it: ", wait4(-1, &status, Nohang));
    pid = call5(NR_clone, Clone_pidfd | Chld, 0, (int)&fd, 0, 0);
    if (!pid)
        leave(6);
    print_line("clone stores it for parent_tid: ", fd > 2);
    wait4(pid, &status, 0);
    print_line("not both: ", call5(NR_clone, Clone_pidfd | CLONE_PARENT_SETTID | Chld, 0, (int)&fd, 0, 0));
    print_line("nor detached: ", call5(NR_clone, Clone_pidfd | 0x400000 | Chld, 0, (int)&fd, 0, 0));
}

static void descriptors(void)
{
    int ends[2], pid, got, plain[2];
    char text[4] = {0};
    pipe(plain);
    pipe(ends);
    pid = fork();
    if (!pid) {
        int inner[2] = {50, 51};
        pipe(inner);
        call2(NR_dup2, inner[0], 50);
        write(inner[1], "abc", 3);
        write(ends[1], "x", 1);
        for (;;)
            call0(NR_pause);
    }
    read(ends[0], text, 1);
    int fd = call2(Pidfd_open, pid, 0);
    got = call3(Pidfd_getfd, fd, 50, 0);
    print_line("another's descriptor: ", got > 2);
    print_line("  close on exec ", call2(Fcntl, got, 1));
    print_line("  read ", read(got, text, 3));
    print_line("  text ", text[0] == 'a');
    print_line("not open there: ", call3(Pidfd_getfd, fd, 77, 0));
    print_line("bad flags: ", call3(Pidfd_getfd, fd, 50, 1));
    print_line("no pidfd: ", call3(Pidfd_getfd, plain[0], 50, 0));
    print_line("no descriptor: ", call3(Pidfd_getfd, 99, 50, 0));
    int other = fork();
    if (!other) {
        call3(Setresuid, 999, 999, 999);
        print_line("another user: ", call3(Pidfd_getfd, fd, 50, 0));
        leave(0);
    }
    wait4(other, 0, 0);
    kill(pid, Kill);
    wait4(pid, 0, 0);
    print_line("ended: ", call3(Pidfd_getfd, fd, 50, 0));
}

static int mine;

static void sleeps(void)
{
    mine = call0(Gettid);
    pause_for(60);
    call1(Exit, 0);
}

static void of_threads(void)
{
    start_thread(sleeps);
    while (!*(volatile int *)&mine)
        pause_for(1);
    print_line("of a thread: ", call2(Pidfd_open, mine, 0));
    int fd = call2(Pidfd_open, mine, Of_thread);
    print_line("asked for: ", fd > 2);
    print_line("it lives: ", poll_of(fd, 0));
    print_line("its end: ", poll_of(fd, 1000) & 1);
}

static void hears(int signal, word *info)
{
    print_line("death signal ", signal);
    print_line("  code ", (int)info[2]);
    print_line("  from the dying parent ", (int)info[3] != 0 && (int)info[3] != getppid());
}

static void orphans(void)
{
    print_line("become subreaper: ", call2(Prctl, 36, 1));
    int is_one = 5;
    call2(Prctl, 37, (int)&is_one);
    print_line("told: ", is_one);
    int me = getpid(), pid = fork();
    if (!pid) {
        if (!fork()) {
            set_action(Usr1, (word)hears);
            call2(Prctl, 1, Usr1);
            int signal = 0;
            call2(Prctl, 2, (int)&signal);
            print_line("asked for: ", signal);
            mask_signal(SIG_BLOCK, Usr1);
            kill(getppid(), Kill);
            while (getppid() != me)
                pause_for(1);
            mask_signal(SIG_UNBLOCK, Usr1);
            print_line("a grandchild's parent is the subreaper: ", getppid() == me);
            int inherited = 7;
            if (!fork()) {
                call2(Prctl, 37, (int)&inherited);
                print_line("not inherited: ", inherited);
                call2(Prctl, 2, (int)&inherited);
                print_line("nor is the signal: ", inherited);
                leave(0);
            }
            wait4(-1, 0, 0);
            leave(9);
        }
        for (;;)
            call0(NR_pause);
    }
    int status;
    int first = 0;
    wait4(pid, &first, 0);
    int other = wait4(-1, &status, 0);
    print_line("child: ", first);
    print_line("grandchild: ", other > 0);
    print_line("  status ", status);
    print_line("bad signal: ", call2(Prctl, 1, 65));
}

int main(void)
{
    in_child("-- open and send", open_and_send);
    in_child("-- waits", waits);
    in_child("-- one thread's children", one_threads_children);
    in_child("-- clone", made_by_clone);
    in_child("-- descriptors", descriptors);
    in_child("-- threads", of_threads);
    in_child("-- orphans", orphans);
    return 0;
}
