"""Flags, modes and constants of the file calls (open(2), stat(2), fcntl(2), poll(2), ioctl(2))."""

from enum import IntEnum

AT_FDCWD = -100
PATH_MAX = 4096
NAME_MAX = 255
PIPE_BUF = 4096


class OpenFlag(IntEnum):
    """open(2), i386 values; the low two bits are the access mode."""

    O_WRONLY = 1
    O_RDWR = 2
    O_CREAT = 0o100
    O_EXCL = 0o200
    O_NOCTTY = 0o400
    O_TRUNC = 0o1000
    O_APPEND = 0o2000
    O_NONBLOCK = 0o4000
    O_DSYNC = 0o10000
    O_ASYNC = 0o20000
    O_DIRECT = 0o40000
    O_LARGEFILE = 0o100000
    O_DIRECTORY = 0o200000
    O_NOFOLLOW = 0o400000
    O_NOATIME = 0o1000000
    O_CLOEXEC = 0o2000000
    O_PATH = 0o10000000


O_RDONLY = 0
O_ACCMODE = 3
O_SYNC = 0o4010000
O_TMPFILE = 0o20200000


class AtFlag(IntEnum):
    """Flags of the *at calls."""

    AT_SYMLINK_NOFOLLOW = 0x100
    AT_REMOVEDIR = 0x200
    AT_SYMLINK_FOLLOW = 0x400
    AT_NO_AUTOMOUNT = 0x800
    AT_EMPTY_PATH = 0x1000


AT_EACCESS = 0x200

S_IFMT = 0o170000
S_IFSOCK = 0o140000
S_IFLNK = 0o120000
S_IFREG = 0o100000
S_IFBLK = 0o060000
S_IFDIR = 0o040000
S_IFCHR = 0o020000
S_IFIFO = 0o010000
S_ISUID = 0o4000
S_ISGID = 0o2000
S_IXGRP = 0o10
S_ISVTX = 0o1000


class Whence(IntEnum):
    """lseek(2)."""

    SEEK_SET = 0
    SEEK_CUR = 1
    SEEK_END = 2
    SEEK_DATA = 3
    SEEK_HOLE = 4


class Poll(IntEnum):
    """Events of poll(2)."""

    POLLIN = 1
    POLLPRI = 2
    POLLOUT = 4
    POLLERR = 8
    POLLHUP = 0x10
    POLLNVAL = 0x20
    POLLRDNORM = 0x40
    POLLRDBAND = 0x80
    POLLWRNORM = 0x100
    POLLWRBAND = 0x200
    POLLMSG = 0x400
    POLLREMOVE = 0x1000
    POLLRDHUP = 0x2000
    POLL_BUSY_LOOP = 0x8000


class Access(IntEnum):
    """Mode of access(2)."""

    X_OK = 1
    W_OK = 2
    R_OK = 4


class Fcntl(IntEnum):
    """Commands of fcntl(2) and fcntl64."""

    F_DUPFD = 0
    F_GETFD = 1
    F_SETFD = 2
    F_GETFL = 3
    F_SETFL = 4
    F_GETLK = 5
    F_SETLK = 6
    F_SETLKW = 7
    F_SETOWN = 8
    F_GETOWN = 9
    F_SETSIG = 10
    F_GETSIG = 11
    F_GETLK64 = 12
    F_SETLK64 = 13
    F_SETLKW64 = 14
    F_SETOWN_EX = 15
    F_GETOWN_EX = 16
    F_GETOWNER_UIDS = 17
    F_OFD_GETLK = 36
    F_OFD_SETLK = 37
    F_OFD_SETLKW = 38
    F_SETLEASE = 1024
    F_GETLEASE = 1025
    F_NOTIFY = 1026
    F_DUPFD_CLOEXEC = 1030
    F_SETPIPE_SZ = 1031
    F_GETPIPE_SZ = 1032
    F_ADD_SEALS = 1033
    F_GET_SEALS = 1034


F_GET_RW_HINT, F_SET_RW_HINT = 1035, 1036
"""Commands that strace shows as numbers."""
WRITE_HINTS = range(6)
"""RWH_WRITE_LIFE_NOT_SET to RWH_WRITE_LIFE_EXTREME."""
FD_CLOEXEC = 1


class Seal(IntEnum):
    """Seals of memory files (F_ADD_SEALS)."""

    F_SEAL_SEAL = 1
    F_SEAL_SHRINK = 2
    F_SEAL_GROW = 4
    F_SEAL_WRITE = 8
    F_SEAL_FUTURE_WRITE = 16
    F_SEAL_EXEC = 32


class MemfdFlag(IntEnum):
    """Flags of memfd_create(2)."""

    MFD_CLOEXEC = 1
    MFD_ALLOW_SEALING = 2
    MFD_HUGETLB = 4
    MFD_NOEXEC_SEAL = 8
    MFD_EXEC = 16


class LockType(IntEnum):
    """l_type of struct flock."""

    F_RDLCK = 0
    F_WRLCK = 1
    F_UNLCK = 2


class FlockOperation(IntEnum):
    """Second argument of flock(2)."""

    LOCK_SH = 1
    LOCK_EX = 2
    LOCK_NB = 4
    LOCK_UN = 8
    LOCK_MAND = 32
    LOCK_READ = 64
    LOCK_WRITE = 128
    LOCK_RW = 192


class FileFlag(IntEnum):
    """What FS_IOC_SETFLAGS can set of a file in memory (ioctl_iflags(2))."""

    FS_IMMUTABLE_FL = 0x10
    FS_APPEND_FL = 0x20
    FS_NODUMP_FL = 0x40
    FS_NOATIME_FL = 0x80


class Ioctl(IntEnum):
    """Terminal and file ioctl requests (ioctl_tty(2))."""

    TCGETS = 0x5401
    TCSETS = 0x5402
    TCSETSW = 0x5403
    TCSETSF = 0x5404
    TCGETA = 0x5405
    TCSETA = 0x5406
    TCSETAW = 0x5407
    TCSETAF = 0x5408
    TCSBRK = 0x5409
    TCXONC = 0x540A
    TCFLSH = 0x540B
    TIOCEXCL = 0x540C
    TIOCNXCL = 0x540D
    TIOCSCTTY = 0x540E
    TIOCGPGRP = 0x540F
    TIOCSPGRP = 0x5410
    TIOCOUTQ = 0x5411
    TIOCSTI = 0x5412
    TIOCGWINSZ = 0x5413
    TIOCSWINSZ = 0x5414
    TIOCGSOFTCAR = 0x5419
    TIOCSSOFTCAR = 0x541A
    FIONREAD = 0x541B
    TIOCPKT = 0x5420
    FIONBIO = 0x5421
    TIOCNOTTY = 0x5422
    TIOCSETD = 0x5423
    TIOCGETD = 0x5424
    TCSBRKP = 0x5425
    TIOCSBRK = 0x5427
    TIOCCBRK = 0x5428
    TIOCGSID = 0x5429
    TIOCVHANGUP = 0x5437
    FIONCLEX = 0x5450
    FIOCLEX = 0x5451
    FIOASYNC = 0x5452
    FIOQSIZE = 0x5460
    FIBMAP = 1
    FIGETBSZ = 2
    FS_IOC_GETFLAGS = 0x80046601
    FS_IOC_SETFLAGS = 0x40046602
    TCGETS2 = 0x802C542A
    TCSETS2 = 0x402C542B
    TCSETSW2 = 0x402C542C
    TCSETSF2 = 0x402C542D
    TIOCGPTN = 0x80045430
    TIOCSPTLCK = 0x40045431
    TIOCGDEV = 0x80045432
    TIOCSIG = 0x40045436
    TIOCGPKT = 0x80045438
    TIOCGPTLCK = 0x80045439
    TIOCGEXCL = 0x80045440
    TIOCGPTPEER = 0x5441


DIRENT_TYPES = {
    S_IFIFO: 1, S_IFCHR: 2, S_IFDIR: 4, S_IFBLK: 6, S_IFREG: 8, S_IFLNK: 10, S_IFSOCK: 12,
}  # fmt: skip
"""d_type of getdents64(2) by file type."""


def makedev(major: int, minor: int) -> int:
    """Device number as stat64 and statx split it (makedev(3))."""
    return (minor & 0xFF) | major << 8 | (minor & ~0xFF) << 12
