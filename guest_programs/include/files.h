/* Files, for guests that try the file calls: names for the calls and their errors, and a folder of the
 * guest's own in /dev/shm, which is a memory file system on every Linux. */
#ifndef FILES_H
#define FILES_H

#include "print.h"
#include "proc.h"

enum {
    NR_creat = 8,
    NR_link = 9,
    NR_unlink = 10,
    NR_mknod = 14,
    NR_chmod = 15,
    NR_mount = 21,
    NR_utime = 30,
    NR_access = 33,
    NR_sync = 36,
    NR_rename = 38,
    NR_mkdir = 39,
    NR_rmdir = 40,
    NR_acct = 51,
    NR_umount2 = 52,
    NR_chroot = 61,
    NR_ustat = 62,
    NR_symlink = 83,
    NR_readlink = 85,
    NR_swapon = 87,
    NR_readdir = 89,
    NR_truncate = 92,
    NR_ftruncate = 93,
    NR_fchmod = 94,
    NR_statfs = 99,
    NR_swapoff = 115,
    NR_fsync = 118,
    NR_quotactl = 131,
    NR_fchdir = 133,
    NR__llseek = 140,
    NR_getdents = 141,
    NR_flock = 143,
    NR_readv = 145,
    NR_writev = 146,
    NR_pread64 = 180,
    NR_pwrite64 = 181,
    NR_sendfile = 187,
    NR_truncate64 = 193,
    NR_ftruncate64 = 194,
    NR_stat64 = 195,
    NR_lstat64 = 196,
    NR_fstat64 = 197,
    NR_lchown32 = 198,
    NR_setgroups32 = 206,
    NR_fchown32 = 207,
    NR_chown32 = 212,
    NR_setfsuid32 = 215,
    NR_setfsgid32 = 216,
    NR_pivot_root = 217,
    NR_getdents64 = 220,
    NR_fcntl64 = 221,
    NR_readahead = 225,
    NR_setxattr = 226,
    NR_lsetxattr = 227,
    NR_fsetxattr = 228,
    NR_getxattr = 229,
    NR_lgetxattr = 230,
    NR_fgetxattr = 231,
    NR_listxattr = 232,
    NR_llistxattr = 233,
    NR_flistxattr = 234,
    NR_removexattr = 235,
    NR_lremovexattr = 236,
    NR_fremovexattr = 237,
    NR_sendfile64 = 239,
    NR_fadvise64 = 250,
    NR_epoll_create = 254,
    NR_epoll_ctl = 255,
    NR_epoll_wait = 256,
    NR_statfs64 = 268,
    NR_inotify_init = 291,
    NR_inotify_add_watch = 292,
    NR_inotify_rm_watch = 293,
    NR_openat = 295,
    NR_mkdirat = 296,
    NR_mknodat = 297,
    NR_fchownat = 298,
    NR_fstatat64 = 300,
    NR_unlinkat = 301,
    NR_renameat = 302,
    NR_linkat = 303,
    NR_symlinkat = 304,
    NR_readlinkat = 305,
    NR_fchmodat = 306,
    NR_splice = 313,
    NR_tee = 315,
    NR_vmsplice = 316,
    NR_utimensat = 320,
    NR_timerfd_create = 322,
    NR_eventfd = 323,
    NR_fallocate = 324,
    NR_timerfd_settime = 325,
    NR_timerfd_gettime = 326,
    NR_eventfd2 = 328,
    NR_epoll_create1 = 329,
    NR_dup3 = 330,
    NR_pipe2 = 331,
    NR_inotify_init1 = 332,
    NR_preadv = 333,
    NR_pwritev = 334,
    NR_name_to_handle_at = 341,
    NR_open_by_handle_at = 342,
    NR_process_vm_readv = 347,
    NR_process_vm_writev = 348,
    NR_renameat2 = 353,
    NR_memfd_create = 356,
    NR_copy_file_range = 377,
    NR_preadv2 = 378,
    NR_pwritev2 = 379,
    NR_close_range = 436,
    NR_openat2 = 437,
    NR_faccessat2 = 439,
};

enum {
    O_RDWR = 2,
    O_ACCMODE = 3,
    O_CREAT = 0100,
    O_EXCL = 0200,
    O_TRUNC = 01000,
    O_APPEND = 02000,
    O_DIRECT = 040000,
    O_LARGEFILE = 0100000,
    O_DIRECTORY = 0200000,
    O_NOFOLLOW = 0400000,
    O_CLOEXEC = 02000000,
    O_PATH = 010000000,
    O_TMPFILE = 020200000,
};
enum { AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_REMOVEDIR = 0x200, AT_SYMLINK_FOLLOW = 0x400, AT_EMPTY_PATH = 0x1000 };
enum { SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA, SEEK_HOLE };

static inline int call6(int number, int a, int b, int c, int d, int e, int f)
{
    int words[] = {a, b, c, d, e, f}, *at = words, result = number;
    __asm__ volatile("pushl %%ebx\n\tpushl %%ebp\n\tmovl 20(%1), %%ebp\n\tmovl 16(%1), %%edi\n\t"
                     "movl 8(%1), %%edx\n\tmovl 4(%1), %%ecx\n\tmovl (%1), %%ebx\n\tmovl 12(%1), %%esi\n\t"
                     "int $0x80\n\tpopl %%ebp\n\tpopl %%ebx"
                     : "+a"(result), "+S"(at)
                     :
                     : "memory", "ecx", "edx", "edi");
    return result;
}

static inline const char *errno_name(int error)
{
    static const char *const names[] = {
        0, "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG", "ENOEXEC", "EBADF", "ECHILD", "EAGAIN",
        "ENOMEM", "EACCES", "EFAULT", "ENOTBLK", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR", "EISDIR",
        "EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC", "ESPIPE", "EROFS", "EMLINK",
        "EPIPE", "EDOM", "ERANGE", "EDEADLK", "ENAMETOOLONG", "ENOLCK", "ENOSYS", "ENOTEMPTY", "ELOOP",
    };
    if (error > 0 && error <= 40)
        return names[error];
    switch (error) {
    case 42: return "ENOMSG";
    case 43: return "EIDRM";
    case 61: return "ENODATA";
    case 62: return "ETIME";
    case 65: return "ENOPKG";
    case 71: return "EPROTO";
    case 74: return "EBADMSG";
    case 75: return "EOVERFLOW";
    case 80: return "ELIBBAD";
    case 88: return "ENOTSOCK";
    case 89: return "EDESTADDRREQ";
    case 90: return "EMSGSIZE";
    case 91: return "EPROTOTYPE";
    case 92: return "ENOPROTOOPT";
    case 93: return "EPROTONOSUPPORT";
    case 94: return "ESOCKTNOSUPPORT";
    case 95: return "EOPNOTSUPP";
    case 97: return "EAFNOSUPPORT";
    case 98: return "EADDRINUSE";
    case 99: return "EADDRNOTAVAIL";
    case 100: return "ENETDOWN";
    case 101: return "ENETUNREACH";
    case 103: return "ECONNABORTED";
    case 104: return "ECONNRESET";
    case 105: return "ENOBUFS";
    case 106: return "EISCONN";
    case 107: return "ENOTCONN";
    case 110: return "ETIMEDOUT";
    case 111: return "ECONNREFUSED";
    case 113: return "EHOSTUNREACH";
    case 114: return "EALREADY";
    case 115: return "EINPROGRESS";
    case 116: return "ESTALE";
    case 122: return "EDQUOT";
    case 125: return "ECANCELED";
    case 126: return "ENOKEY";
    case 129: return "EKEYREJECTED";
    case 130: return "EOWNERDEAD";
    case 131: return "ENOTRECOVERABLE";
    }
    return "another error";
}

/* "what: 5" for a value, "what: ENOENT" for an error. */
static inline int show(const char *what, int result)
{
    print(what);
    print(": ");
    if (result < 0 && result > -4096)
        print(errno_name(-result));
    else
        print_number(result);
    print("\n");
    return result;
}

/* The same where only success or the error counts. */
static inline int show_ok(const char *what, int result)
{
    show(what, result > 0 || result < -4095 ? 0 : result);
    return result;
}

static inline int open(const char *path, int flags, int mode) { return call3(NR_open, (int)path, flags, mode); }
static inline int mkdir(const char *path, int mode) { return call2(NR_mkdir, (int)path, mode); }
static inline int rmdir(const char *path) { return call1(NR_rmdir, (int)path); }
static inline int unlink(const char *path) { return call1(NR_unlink, (int)path); }
static inline int rename(const char *old, const char *new) { return call2(NR_rename, (int)old, (int)new); }
static inline int link(const char *old, const char *new) { return call2(NR_link, (int)old, (int)new); }
static inline int symlink(const char *old, const char *new) { return call2(NR_symlink, (int)old, (int)new); }
static inline int chmod(const char *path, int mode) { return call2(NR_chmod, (int)path, mode); }
static inline int mknod(const char *path, int mode, int device) { return call3(NR_mknod, (int)path, mode, device); }
static inline int chdir(const char *path) { return call1(NR_chdir, (int)path); }
static inline int fcntl(int fd, int command, int value) { return call3(NR_fcntl64, fd, command, value); }

/* A file with these contents, mode 0644. */
static inline void make_file(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);
    write(fd, text, length(text));
    close(fd);
}

/* Removes what is in the folder that is current, and below. */
static inline void empty_folder(void)
{
    static byte entries[4096];
    int fd = open(".", O_RDONLY | O_DIRECTORY, 0), got;
    for (;;) {
        call3(NR_lseek, fd, 0, SEEK_SET);
        int removed = 0;
        while ((got = call3(NR_getdents64, fd, (int)entries, sizeof entries)) > 0)
            for (int at = 0; at < got; at += *(unsigned short *)(entries + at + 16)) {
                const char *name = (const char *)entries + at + 19;
                if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])))
                    continue;
                if (unlink(name) == 0 || rmdir(name) == 0)
                    removed++;
                else if (chdir(name) == 0) {
                    close(fd);
                    empty_folder();
                    chdir("..");
                    rmdir(name);
                    empty_folder();
                    return;
                }
            }
        if (!removed)
            break;
    }
    close(fd);
}

static char own_folder[64];

/* Makes an empty folder of this process's own and goes there. */
static inline void enter_folder(void)
{
    append_number(append(own_folder, "/dev/shm/emu386-"), (word)getpid());
    mkdir(own_folder, 0755);
    if (chdir(own_folder) < 0)
        fail("no folder in /dev/shm\n");
    call1(NR_umask, 022);
}

/* Removes it again. */
static inline void remove_folder(void)
{
    chdir(own_folder);
    empty_folder();
    chdir("/");
    rmdir(own_folder);
}

#endif
