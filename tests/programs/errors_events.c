/* errors_events: timerfd, signalfd, eventfd, inotify and the calls that copy or advise, with every error. */
#include "tries.h"

enum { NR_sync_file_range = 314, NR_signalfd = 321, NR_signalfd4 = 327, NR_fadvise64_64 = 272, NR_timerfd_gettime64 = 410, NR_timerfd_settime64 };
enum { RLIMIT_FSIZE = 1, IN_CREATE = 0x100};

static int ends[2], mask[2], now[4], later[4] = {0, 0, 100, 0}, bad_time[4] = {0, 0, 0, 1000000000}, negative[4] = {0, 0, -1, 0};
static int wide[8], wide_later[8] = {0, 0, 0, 0, 100}, wide_bad[8] = {0, 0, 0, 0, 0, 0, 1000000000}, wide_negative[8] = {0, 0, 0, 0, -1, -1};
static int offset[2], far[2] = {-1, -1}, beyond[2] = {0, 0x7fffffff};
static char octets[16], long_name[300];

static void timers(void)
{
    int file = open("file", O_RDWR, 0), fd = call2(NR_timerfd_create, 1, 0), real = call2(NR_timerfd_create, 0, O_NONBLOCK), now_at = (int)now;
    const struct try calls[] = {
        {"timerfd_create, clock", NR_timerfd_create, {2, 0}}, {"timerfd_create, unknown clock", NR_timerfd_create, {99, 0}}, {"timerfd_create, flags", NR_timerfd_create, {1, 1}},
        {"timerfd_create, boot time", NR_timerfd_create, {7, O_CLOEXEC}},
        {"timerfd_settime", NR_timerfd_settime, {fd, 0, (int)later, now_at}}, {"timerfd_settime, none", NR_timerfd_settime, {NONE, 0, (int)later, now_at}}, {"timerfd_settime, pipe", NR_timerfd_settime, {ends[0], 0, (int)later, now_at}},
        {"timerfd_settime, bad", NR_timerfd_settime, {fd, 0, BAD, now_at}}, {"timerfd_settime, no time", NR_timerfd_settime, {fd, 0, 0, now_at}}, {"timerfd_settime, bad old", NR_timerfd_settime, {fd, 0, (int)later, BAD}},
        {"timerfd_settime, flags", NR_timerfd_settime, {fd, 4, (int)later, now_at}}, {"timerfd_settime, time", NR_timerfd_settime, {fd, 0, (int)bad_time, now_at}}, {"timerfd_settime, negative", NR_timerfd_settime, {fd, 0, (int)negative, now_at}},
        {"timerfd_settime, real", NR_timerfd_settime, {real, 3, (int)later, now_at}}, {"timerfd_settime, boot time", NR_timerfd_settime, {6, 3, (int)later, 0}},
        {"timerfd_gettime", NR_timerfd_gettime, {real, now_at}}, {"timerfd_gettime, none", NR_timerfd_gettime, {NONE, now_at}}, {"timerfd_gettime, pipe", NR_timerfd_gettime, {ends[0], now_at}}, {"timerfd_gettime, bad", NR_timerfd_gettime, {fd, BAD}},
        {"timerfd_settime64", NR_timerfd_settime64, {fd, 0, (int)wide_later, (int)wide}}, {"timerfd_settime64, none", NR_timerfd_settime64, {NONE, 0, (int)wide_later, 0}}, {"timerfd_settime64, file", NR_timerfd_settime64, {file, 0, (int)wide_later, 0}},
        {"timerfd_settime64, bad", NR_timerfd_settime64, {fd, 0, BAD, 0}}, {"timerfd_settime64, bad old", NR_timerfd_settime64, {fd, 0, (int)wide_later, BAD}}, {"timerfd_settime64, flags", NR_timerfd_settime64, {fd, 8, (int)wide_later, 0}},
        {"timerfd_settime64, time", NR_timerfd_settime64, {fd, 0, (int)wide_bad, 0}}, {"timerfd_settime64, negative", NR_timerfd_settime64, {fd, 0, (int)wide_negative, 0}},
        {"timerfd_gettime64", NR_timerfd_gettime64, {fd, (int)wide}}, {"timerfd_gettime64, none", NR_timerfd_gettime64, {NONE, (int)wide}}, {"timerfd_gettime64, file", NR_timerfd_gettime64, {file, (int)wide}}, {"timerfd_gettime64, bad", NR_timerfd_gettime64, {fd, BAD}},
        {"read, short", NR_read, {real, (int)octets, 7}}, {"read, no time", NR_read, {real, (int)octets, 8}}, {"write", NR_write, {fd, (int)octets, 8}}, {"lseek", NR_lseek, {fd, 0, 0}},
    };
    TRY(calls);
    show("more than 99 seconds", wide[4] > 98);
    int alarm = call2(NR_timerfd_create, 8, 0);
    int user = fork();
    if (user == 0) {
        call1(NR_setuid32, 1000);
        show("alarm of a user", call2(NR_timerfd_create, 8, 0));
        show("real alarm of a user", call2(NR_timerfd_create, 9, 0));
        show("timerfd_settime of a user", call4(NR_timerfd_settime, alarm, 0, (int)later, 0));
        show("timerfd_settime64 of a user", call4(NR_timerfd_settime64, alarm, 0, (int)wide_later, 0));
        show("timerfd_gettime of a user", call2(NR_timerfd_gettime, alarm, (int)now));
        leave(0);
    }
    wait4(user, 0, 0);
    show("timerfd_settime of root", call4(NR_timerfd_settime, alarm, 1, (int)(int[4]){0, 0, 1, 0}, 0));
    show("expired", read(alarm, octets, 8));
    close(file), close(fd), close(real), close(alarm), close(6);
}

static void others(void)
{
    int events = call1(NR_eventfd, 3), more = call2(NR_eventfd2, 0, O_NONBLOCK), signals = call3(NR_signalfd, -1, (int)mask, 8), watch = call0(NR_inotify_init);
    const struct try calls[] = {
        {"eventfd2, flags", NR_eventfd2, {0, 8}}, {"eventfd, read", NR_read, {events, (int)octets, 8}}, {"short", NR_read, {events, (int)octets, 7}}, {"none there", NR_read, {more, (int)octets, 8}},
        {"bad", NR_read, {more, BAD, 8}}, {"write", NR_write, {more, (int)octets, 8}}, {"short", NR_write, {more, (int)octets, 7}}, {"bad", NR_write, {more, BAD, 8}}, {"all ones", NR_write, {more, (int)far, 8}},
        {"signalfd", NR_signalfd, {signals, (int)mask, 8}}, {"signalfd, none", NR_signalfd, {NONE, (int)mask, 8}}, {"signalfd, pipe", NR_signalfd, {ends[0], (int)mask, 8}}, {"signalfd, size", NR_signalfd, {-1, (int)mask, 4}},
        {"signalfd, bad", NR_signalfd, {-1, BAD, 8}},
        {"signalfd4", NR_signalfd4, {signals, (int)mask, 8, 0}}, {"signalfd4, none", NR_signalfd4, {NONE, (int)mask, 8, 0}}, {"signalfd4, pipe", NR_signalfd4, {ends[0], (int)mask, 8, 0}}, {"signalfd4, flags", NR_signalfd4, {-1, (int)mask, 8, 1}},
        {"signalfd4, size", NR_signalfd4, {-1, (int)mask, 7, 0}}, {"signalfd4, bad", NR_signalfd4, {-1, BAD, 8, 0}}, {"read, short", NR_read, {signals, (int)octets, 8}}, {"write", NR_write, {signals, (int)octets, 8}},
        {"inotify_init1, flags", NR_inotify_init1, {1}}, {"inotify_add_watch", NR_inotify_add_watch, {watch, (int)&".", IN_CREATE}}, {"none", NR_inotify_add_watch, {NONE, (int)&".", IN_CREATE}}, {"pipe", NR_inotify_add_watch, {ends[0], (int)&".", IN_CREATE}},
        {"bad", NR_inotify_add_watch, {watch, BAD, IN_CREATE}}, {"long", NR_inotify_add_watch, {watch, (int)long_name, IN_CREATE}}, {"no events", NR_inotify_add_watch, {watch, (int)&".", 0}}, {"nothing", NR_inotify_add_watch, {watch, (int)&"nothing", IN_CREATE}},
        {"inotify_rm_watch", NR_inotify_rm_watch, {watch, 9}}, {"none", NR_inotify_rm_watch, {NONE, 1}}, {"pipe", NR_inotify_rm_watch, {ends[0], 1}}, {"of it", NR_inotify_rm_watch, {watch, 1}},
    };
    TRY(calls);
    show("memfd_create, name", call2(NR_memfd_create, (int)long_name, 0));
    close(events), close(more), close(signals), close(watch);
}

static void copies(void)
{
    int from = open("file", O_RDONLY, 0), to = open("copy", O_CREAT | O_RDWR, 0600), append = open("copy", O_RDWR | O_APPEND, 0), only = open("copy", O_WRONLY, 0);
    int here = open(".", O_RDONLY, 0), at = (int)offset, proc = open("/proc/version", O_RDONLY, 0), memory = call2(NR_memfd_create, (int)&"memory", 2), other = call2(NR_memfd_create, (int)&"other", 0);
    write(other, "contents", 8);
    const struct try calls[] = {
        {"sendfile64", NR_sendfile64, {to, from, 0, 4}}, {"sendfile64, offset", NR_sendfile64, {to, from, at, 4}}, {"sendfile64, none", NR_sendfile64, {NONE, from, 0, 4}}, {"sendfile64 from none", NR_sendfile64, {to, NONE, 0, 4}},
        {"sendfile64 not to read", NR_sendfile64, {to, only, 0, 4}}, {"sendfile64 not to write", NR_sendfile64, {from, from, 0, 4}}, {"sendfile64, bad", NR_sendfile64, {to, from, BAD, 4}}, {"sendfile64, before", NR_sendfile64, {to, from, (int)far, 4}},
        {"sendfile64, append", NR_sendfile64, {append, from, 0, 4}}, {"sendfile64 from a pipe", NR_sendfile64, {to, ends[0], at, 4}}, {"sendfile64 from a folder", NR_sendfile64, {to, here, 0, 4}},
        {"sendfile, bad", NR_sendfile, {to, from, BAD, 4}}, {"sendfile, before", NR_sendfile, {to, from, (int)far, 4}}, {"sendfile, append", NR_sendfile, {append, from, 0, 4}}, {"sendfile from a pipe", NR_sendfile, {to, ends[0], at, 4}},
        {"sendfile from a pipe at its place", NR_sendfile, {to, ends[0], 0, 4}}, {"sendfile beyond", NR_sendfile64, {to, from, (int)beyond, 4}},
        {"fadvise64_64", NR_fadvise64_64, {from, 0, 0, 4, 0, 3}}, {"fadvise64_64, none", NR_fadvise64_64, {NONE, 0, 0, 4, 0, 3}}, {"fadvise64_64, advice", NR_fadvise64_64, {from, 0, 0, 4, 0, 9}}, {"fadvise64_64, pipe", NR_fadvise64_64, {ends[0], 0, 0, 4, 0, 3}},
        {"fadvise64_64, negative", NR_fadvise64_64, {from, 0, 0, -1, -1, 3}}, {"fadvise64, negative", NR_fadvise64, {from, 0, 0, -1, 3}},
        {"sync_file_range", NR_sync_file_range, {to, 0, 0, 4, 0, 7}}, {"sync_file_range, none", NR_sync_file_range, {NONE, 0, 0, 4, 0, 7}}, {"sync_file_range, flags", NR_sync_file_range, {to, 0, 0, 4, 0, 8}}, {"sync_file_range, before", NR_sync_file_range, {to, -1, -1, 4, 0, 7}},
        {"sync_file_range, negative", NR_sync_file_range, {to, 0, 0, -4, -1, 7}}, {"sync_file_range, pipe", NR_sync_file_range, {ends[1], 0, 0, 4, 0, 7}}, {"sync_file_range, folder", NR_sync_file_range, {here, 0, 0, 4, 0, 7}},
        {"copy_file_range", NR_copy_file_range, {from, at, to, 0, 4, 0}}, {"copy_file_range, none", NR_copy_file_range, {NONE, 0, to, 0, 4, 0}}, {"copy_file_range, append", NR_copy_file_range, {from, 0, append, 0, 4, 0}}, {"copy_file_range, flags", NR_copy_file_range, {from, 0, to, 0, 4, 1}},
        {"copy_file_range, bad", NR_copy_file_range, {from, BAD, to, 0, 4, 0}}, {"copy_file_range, folder", NR_copy_file_range, {here, 0, to, 0, 4, 0}}, {"copy_file_range, pipe", NR_copy_file_range, {ends[0], 0, to, 0, 4, 0}},
        {"copy_file_range, itself", NR_copy_file_range, {to, at, to, (int)&(int[2]){2}, 4, 0}}, {"copy_file_range, elsewhere", NR_copy_file_range, {from, at, memory, 0, 4, 0}}, {"copy_file_range from proc", NR_copy_file_range, {proc, 0, to, 0, 4, 0}},
        {"seal", NR_fcntl64, {memory, 1033, 8}}, {"copy_file_range, sealed", NR_copy_file_range, {other, at, memory, 0, 4, 0}},
        {"fallocate, none", NR_fallocate, {NONE, 0, 0, 0, 4, 0}}, {"fallocate, mode", NR_fallocate, {to, 0x4000, 0, 0, 4, 0}}, {"fallocate, length", NR_fallocate, {to, 0, 0, 0, 0, 0}}, {"fallocate, pipe", NR_fallocate, {ends[1], 0, 0, 0, 4, 0}}, {"fallocate, folder", NR_fallocate, {here, 0, 0, 0, 4, 0}},
        {"fallocate not to write", NR_fallocate, {from, 0, 0, 0, 4, 0}}, {"fallocate, collapse", NR_fallocate, {to, 8, 0, 0, 4096, 0}}, {"fallocate, append", NR_fallocate, {append, 0, 0, 0, 4, 0}}, {"fallocate, hole without size", NR_fallocate, {to, 2, 0, 0, 4, 0}},
    };
    for (word i = 0; i < sizeof calls / sizeof *calls; i++) {
        offset[0] = offset[1] = beyond[0] = 0, far[0] = far[1] = -1;
        call3(NR_lseek, from, 0, SEEK_SET);
        try(calls + i);
    }
    int limit[2] = {8, -1}, none[2] = {-1, -1};
    call2(NR_setrlimit, RLIMIT_FSIZE, (int)limit);
    call2(NR_signal, 25, SIG_IGN);
    call3(NR_lseek, to, 8, SEEK_SET), call3(NR_lseek, from, 0, SEEK_SET);
    show("copy_file_range beyond the limit", call6(NR_copy_file_range, from, 0, to, 0, 4, 0));
    show("sendfile beyond the limit", call4(NR_sendfile, to, from, 0, 4));
    show("fallocate beyond the limit", call6(NR_fallocate, to, 0, 0, 0, 100, 0));
    call2(NR_setrlimit, RLIMIT_FSIZE, (int)none);
    int full[2];
    pipe(full);
    call3(NR_fcntl64, full[1], F_SETFL, O_NONBLOCK), call3(NR_fcntl64, full[1], 1031, 4096);
    show("fill", call3(NR_ftruncate, to, 8192, 0) + call4(NR_sendfile, full[1], to, 0, 8192) > 0);
    show("sendfile to a full pipe", call4(NR_sendfile, full[1], to, 0, 4));
    show("sendfile64 to a full pipe", call4(NR_sendfile64, full[1], to, 0, 4));
}

int main(void)
{
    for (int fd = 3; fd < 20; fd++)
        close(fd);
    enter_folder();
    memset(long_name, 'n', 299);
    make_file("file", "contents");
    pipe(ends);
    timers();
    others();
    copies();
    remove_folder();
    return 0;
}
