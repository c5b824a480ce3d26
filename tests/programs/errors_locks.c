/* errors_locks: the first fcntl's locks, seals and sizes of pipes with every error, and limits on inotify instances. */
#include "handler.h"
#include "tries.h"

enum { F_DUPFD, F_SETLKW = 7, F_SETPIPE_SZ = 1031, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS, F_SETLK64 = 13, SEAL_WRITE = 8, SEAL_ALL = 1, MAP_SHARED = 1, SIGALRM = 14, PAGE = 4096, O_NOATIME = 01000000 };

struct lock { short type, whence; int start, length, pid; };
struct wide { short type, whence; word start[2], length[2]; int pid; };

static int fd, ends[2], interrupted;

static void handler(int signal) { interrupted += signal != 0; }

static int lock(int command, int type, int start)
{
    struct lock wanted = {(short)type, 0, start, 1, 0};
    return call3(NR_fcntl, fd, command, (int)&wanted);
}

/* Two processes, each with an octet locked, that want the other's. */
static void deadlock(void)
{
    char octet;
    show("first octet", lock(F_SETLK, F_WRLCK, 0));
    int child = fork();
    if (child == 0) {
        show("second octet", lock(F_SETLK, F_WRLCK, 1));
        show("the first, now", lock(F_SETLK, F_WRLCK, 0));
        write(ends[1], "x", 1);
        leave(lock(F_SETLKW, F_WRLCK, 0) == 0);
    }
    read(ends[0], &octet, 1);
    while (state_of(child) != 'S')
        sleep_ms(1);
    sleep_ms(20);
    show("deadlock", lock(F_SETLKW, F_WRLCK, 1));
    show("given up", lock(F_SETLK, F_UNLCK, 0));
    int status;
    wait4(child, &status, 0);
    show("the other got it", status >> 8);
}

static void interruption(void)
{
    char octet;
    int timer[4] = {0, 0, 0, 20000}, child = fork();
    if (child == 0) {
        lock(F_SETLK, F_WRLCK, 0);
        write(ends[1], "x", 1);
        for (;;)
            call0(NR_pause);
    }
    read(ends[0], &octet, 1);
    set_action(SIGALRM, (word)handler);
    call3(NR_setitimer, 0, (int)timer, 0);
    show("interrupted", lock(F_SETLKW, F_WRLCK, 0));
    show("signals", interrupted);
    kill(child, SIGKILL), wait4(child, 0, 0);
}

static void overflow(void)
{
    char octet;
    int child = fork();
    if (child == 0) {
        struct wide far = {F_WRLCK, 0, {0, 1}, {0, 1}, 0};
        show("far", call3(NR_fcntl64, fd, F_SETLK64, (int)&far));
        write(ends[1], "x", 1);
        for (;;)
            call0(NR_pause);
    }
    read(ends[0], &octet, 1);
    struct lock all = {F_WRLCK, 0, 0x7fffffff, 0, 0}, over = {F_WRLCK, 0, 0x7fffffff, 2, 0};
    show("a lock that no 32 bits can tell", call3(NR_fcntl, fd, F_GETLK, (int)&all));
    show("too far", call3(NR_fcntl, fd, F_SETLK, (int)&over));
    kill(child, SIGKILL), wait4(child, 0, 0);
}

static void seals(void)
{
    int memory = call2(NR_memfd_create, (int)&"memory", 2), plain = call2(NR_memfd_create, (int)&"plain", 0);
    write(memory, "text", 4);
    int view = call6(NR_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    const struct try calls[] = {
        {"seal what is mapped", NR_fcntl, {memory, F_ADD_SEALS, SEAL_WRITE}}, {"unmap", NR_munmap, {view, PAGE}}, {"seal", NR_fcntl, {memory, F_ADD_SEALS, SEAL_WRITE}}, {"write", NR_write, {memory, (int)&"x", 1}},
        {"pwrite64", NR_pwrite64, {memory, (int)&"x", 1, 0, 0}}, {"writev", NR_writev, {memory, (int)(int[2]){(int)"x", 1}, 1}}, {"seal the seals", NR_fcntl, {memory, F_ADD_SEALS, SEAL_ALL}}, {"seal more", NR_fcntl, {memory, F_ADD_SEALS, 2}},
        {"seal without leave", NR_fcntl, {plain, F_ADD_SEALS, SEAL_WRITE}}, {"unknown seal", NR_fcntl, {memory, F_ADD_SEALS, 0x100}}, {"seals", NR_fcntl, {memory, F_GET_SEALS, 0}}, {"seals of a pipe", NR_fcntl, {ends[0], F_GET_SEALS, 0}},
    };
    TRY(calls);
}

static void sizes(void)
{
    static char data[8192];
    write(ends[1], data, sizeof data);
    show("smaller than what waits", call3(NR_fcntl, ends[1], F_SETPIPE_SZ, PAGE));
    read(ends[0], data, sizeof data);
    show("smaller", call3(NR_fcntl, ends[1], F_SETPIPE_SZ, PAGE));
}

static void of_a_user(void)
{
    show("a large pipe", call3(NR_fcntl, ends[1], F_SETPIPE_SZ, 1 << 21));
    show("O_NOATIME of another's", call3(NR_fcntl, fd, F_SETFL, O_NOATIME));
    int instance, instances = 0;
    while ((instance = call0(NR_inotify_init)) > 0)
        instances++;
    show("inotify_init", instance);
    show("inotify_init1", call1(NR_inotify_init1, 0));
    show("instances", instances >= 100);
}

int main(void)
{
    for (int i = 3; i < 20; i++)
        close(i);
    enter_folder();
    make_file("file", "text");
    fd = open("file", O_RDWR | O_LARGEFILE, 0);
    pipe(ends);
    deadlock();
    interruption();
    overflow();
    seals();
    sizes();
    in_child_of(USER, of_a_user);
    remove_folder();
    return 0;
}
