/* Makes every kind of call on files, as raw calls, in a folder of its own, and cleans up.
   Prints nothing; exits 0. What the file system underneath decides (sizes of disks, birth times) is
   left out, so that any two file systems give the same trace. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/stat.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define CALL(name, ...) syscall(SYS_##name, ##__VA_ARGS__)
#define HERE AT_FDCWD

static char buffer[8192];
static char small[8];

static void shut(int file)
{
    CALL(close, file);
}

static int opening(void)
{
    int file = CALL(open, "d/f", O_RDWR | O_CREAT | O_TRUNC | O_LARGEFILE, 0644);
    CALL(open, "d/none", O_RDONLY);
    shut(CALL(creat, "d/c", 0600));
    shut(CALL(openat, HERE, "d/f", O_RDONLY | O_CLOEXEC));
    CALL(openat, 99, "f", O_WRONLY | O_APPEND | O_NONBLOCK | O_DIRECTORY);
    shut(CALL(openat, HERE, "d/f", O_ACCMODE));
    shut(CALL(openat, HERE, "d/f", O_PATH | O_NOFOLLOW));
    shut(CALL(openat, HERE, "d/f", O_SYNC | O_NOATIME));
    CALL(openat, HERE, "d/f/x", O_RDWR | O_EXCL | O_NOCTTY | O_ASYNC | O_DIRECT);
    CALL(openat, HERE, "d", O_RDWR | O_CREAT, 0600);
    CALL(openat, HERE, 1, O_RDONLY);
    return file;
}

static void reading_and_writing(int file)
{
    struct iovec parts[] = {{"ab", 2}, {"cdef", 4}, {buffer, 0}};
    struct iovec holes[] = {{buffer, 4}, {small, 4}};
    long long place;

    CALL(write, file, "hello\n", 6);
    CALL(writev, file, parts, 3);
    CALL(writev, file, 1, 2);
    CALL(writev, 77, parts, 2);
    CALL(pwrite64, file, "XY", 2, 3, 0);
    CALL(pwritev, file, parts, 2, 1, 0);
    CALL(lseek, file, 0, SEEK_SET);
    CALL(lseek, file, -1, SEEK_SET);
    CALL(lseek, file, 0, 9);
    CALL(_llseek, file, 0, 1, &place, SEEK_SET);
    CALL(_llseek, file, -1, -1, &place, SEEK_CUR);
    CALL(_llseek, file, 0, 0, 1, SEEK_END);
    CALL(_llseek, file, 0, 0, &place, SEEK_SET);
    CALL(readv, file, holes, 2);
    CALL(preadv, file, holes, 2, 2, 0);
    CALL(preadv2, file, holes, 2, 0, 0, 0);
    CALL(pwritev2, file, parts, 1, -1, -1, 0);
    CALL(pread64, file, buffer, 4, 1, 0);
    CALL(pread64, file, buffer, 4, -1, -1);
    CALL(read, file, buffer, 100);
    CALL(read, file, buffer, 100);
    CALL(read, 99, buffer, 100);
    CALL(read, file, 0, 0);
    CALL(write, file, 0, 5);
}

static void copying(int file)
{
    long long wide = 0;
    int narrow = 1;
    int target = CALL(open, "d/c", O_RDWR);

    CALL(sendfile64, target, file, &wide, 3);
    CALL(sendfile, target, file, &narrow, 3);
    CALL(sendfile64, 77, file, 0, 3);
    CALL(sendfile64, target, file, 0, 1);
    CALL(copy_file_range, file, &wide, target, 0, 2, 0);
    CALL(close, target);
}

static void looking(int file)
{
    CALL(stat64, "d/f", buffer);
    CALL(lstat64, "d", buffer);
    CALL(fstat64, file, buffer);
    CALL(fstatat64, HERE, "d/f", buffer, AT_SYMLINK_NOFOLLOW);
    CALL(fstatat64, file, "", buffer, AT_EMPTY_PATH);
    CALL(stat64, "nope", buffer);
    CALL(stat, "d/f", buffer);
    CALL(stat64, "/dev/null", buffer);
    CALL(stat64, "d/f", 1);
    CALL(statx, file, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, buffer);
    CALL(statx, HERE, "nope", AT_STATX_DONT_SYNC, STATX_TYPE | STATX_MODE, buffer);
    CALL(statx, HERE, "nope", 0x6001, 0, 0);
    CALL(access, "d", R_OK | X_OK);
    CALL(access, "d", F_OK);
    CALL(access, "d", 010);
    CALL(faccessat, HERE, "none", W_OK);
    CALL(faccessat2, HERE, "d", R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW);
    CALL(statfs, "nope", buffer);
    CALL(statfs64, "d", 1, buffer);
}

static void naming(int folder)
{
    int entries = CALL(open, "d", O_RDONLY | O_DIRECTORY);

    CALL(getdents64, entries, buffer, 4096);
    CALL(getdents64, entries, buffer, 4096);
    CALL(close, entries);
    CALL(getdents, folder, buffer, 4);
    CALL(symlink, "target", "d/l");
    CALL(symlinkat, "t2", HERE, "d/l2");
    CALL(readlink, "d/l", buffer, 100);
    CALL(readlinkat, folder, "l2", buffer, 1);
    CALL(readlink, "d/f", buffer, 10);
    CALL(link, "d/f", "d/g");
    CALL(linkat, folder, "f", HERE, "d/h", AT_SYMLINK_FOLLOW);
    CALL(rename, "d/g", "d/g2");
    CALL(renameat, folder, "g2", HERE, "d/g3");
    CALL(renameat2, HERE, "d/g3", folder, "g4", 1);
    CALL(renameat2, HERE, "d/g4", folder, "h", 2);
    CALL(renameat2, HERE, "d/g4", folder, "h", 0x10);
    CALL(rename, "d/g4", "d/g5/");
    CALL(unlink, "d/h");
    CALL(unlink, "d");
    CALL(unlinkat, folder, "l", 0);
    CALL(unlinkat, folder, "l2", 0);
    CALL(mkdir, "d/sub", 0755);
    CALL(mkdir, "d/sub", 0);
    CALL(mkdirat, folder, "sub2", 0177777);
    CALL(rmdir, "d/sub");
    CALL(rmdir, "d");
    CALL(unlinkat, folder, "sub2", AT_REMOVEDIR);
    CALL(mknod, "d/p", S_IFIFO | 0644, 0);
    CALL(mknodat, folder, "r", S_IFREG | 0600, 0);
    CALL(mknod, "/nope/x", S_IFBLK | 0600, 0x103);
    CALL(unlink, "d/p");
    CALL(unlink, "d/r");
    CALL(fchdir, folder);
    CALL(chdir, "..");
    CALL(getcwd, buffer, 3);
    CALL(getcwd, 0, 0);
    CALL(chdir, "nope");
}

static void changing(int file, int folder)
{
    int seconds[] = {1, 2, 3, 4};
    int omit[] = {1, 2, 0, UTIME_OMIT};
    int now[] = {0, UTIME_NOW, 0, UTIME_NOW};
    long long wide[] = {1, 2, 3, 4};

    CALL(umask, 077);
    CALL(umask, 022);
    CALL(chmod, "d/f", 0755);
    CALL(fchmod, file, 0644);
    CALL(fchmodat, folder, "f", 0600);
    CALL(chown, "d/f", -1, -1);
    CALL(fchown32, file, -1, -1);
    CALL(fchownat, folder, "f", -1, -1, AT_SYMLINK_NOFOLLOW);
    CALL(truncate, "d/f", 5);
    CALL(ftruncate64, file, 7, 0);
    CALL(ftruncate, file, -1);
    CALL(ftruncate64, file, -1, -1);
    CALL(fallocate, file, FALLOC_FL_KEEP_SIZE, 0, 0, 100, 0);
    CALL(utime, "d/f", 0);
    CALL(utime, "d/f", seconds);
    CALL(utimes, "d/f", seconds);
    CALL(futimesat, folder, "f", seconds);
    CALL(utimensat, folder, "f", omit, 0);
    CALL(utimensat, file, 0, now, 0);
    CALL(utimensat, HERE, "none", 0, AT_SYMLINK_NOFOLLOW);
    syscall(412, folder, "f", wide, 0);
    CALL(fsync, file);
    CALL(fdatasync, file);
    CALL(fadvise64_64, file, 0, 0, 100, 0, POSIX_FADV_WILLNEED);
    CALL(fadvise64_64, file, 0, 0, 100, 0, 77);
}

static void descriptors(int file)
{
    int on = 1;

    CALL(dup, file);
    CALL(dup2, file, 30);
    CALL(dup3, file, 31, O_CLOEXEC);
    CALL(dup3, file, file, 0);
    CALL(dup, 99);
    CALL(close, 30);
    CALL(close, 30);
    CALL(close_range, 31, 40, 0);
    CALL(close_range, 50, 40, 2);
    CALL(fcntl64, file, F_GETFL);
    CALL(fcntl64, file, F_SETFL, O_RDWR | O_NONBLOCK | O_APPEND);
    CALL(fcntl64, file, F_GETFD);
    CALL(fcntl64, file, F_SETFD, FD_CLOEXEC);
    CALL(fcntl64, file, F_GETFD);
    CALL(fcntl64, file, F_DUPFD, 20);
    CALL(fcntl, file, F_DUPFD_CLOEXEC, 20);
    CALL(fcntl64, file, F_GETOWN);
    CALL(fcntl64, 99, F_GETFL);
    CALL(fcntl64, file, 9999, 1);
    CALL(fcntl64, file, F_SETFD, 2);
    CALL(fcntl64, file, F_GETLEASE);
    CALL(fcntl64, file, F_GETPIPE_SZ);
    CALL(ioctl, file, FIONREAD, &on);
    CALL(ioctl, file, FIONBIO, &on);
    CALL(ioctl, file, FIOCLEX);
    CALL(ioctl, file, FIONCLEX);
    CALL(ioctl, file, TIOCGWINSZ, buffer);
    CALL(ioctl, file, 0x12345678, 1);
    CALL(ioctl, 99, FIONREAD, &on);
}

int main(void)
{
    CALL(mkdir, "d", 0755);
    int file = opening();
    int folder = CALL(open, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    reading_and_writing(file);
    copying(file);
    looking(file);
    naming(folder);
    changing(file, folder);
    descriptors(file);
    CALL(unlink, "d/f");
    CALL(unlink, "d/c");
    CALL(unlink, "d/g4");
    CALL(rmdir, "d");
    return 0;
}
