"""seccomp(2) in numbers: operations, flags, what a filter may return, notifications."""

from enum import IntEnum

from kernel.abi.files import OpenFlag


class SeccompMode(IntEnum):
    """How a thread's system calls are restricted (prctl(2), /proc/PID/status)."""

    SECCOMP_MODE_DISABLED = 0
    SECCOMP_MODE_STRICT = 1
    SECCOMP_MODE_FILTER = 2


class SeccompOperation(IntEnum):
    """First argument of seccomp(2)."""

    SECCOMP_SET_MODE_STRICT = 0
    SECCOMP_SET_MODE_FILTER = 1
    SECCOMP_GET_ACTION_AVAIL = 2
    SECCOMP_GET_NOTIF_SIZES = 3


class FilterFlag(IntEnum):
    """Flags of SECCOMP_SET_MODE_FILTER."""

    SECCOMP_FILTER_FLAG_TSYNC = 1
    SECCOMP_FILTER_FLAG_LOG = 2
    SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4
    SECCOMP_FILTER_FLAG_NEW_LISTENER = 8
    SECCOMP_FILTER_FLAG_TSYNC_ESRCH = 0x10
    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 0x20


class Action(IntEnum):
    """The upper half of what a filter returns."""

    SECCOMP_RET_KILL_PROCESS = 0x8000_0000
    SECCOMP_RET_KILL_THREAD = 0
    SECCOMP_RET_TRAP = 0x0003_0000
    SECCOMP_RET_ERRNO = 0x0005_0000
    SECCOMP_RET_USER_NOTIF = 0x7FC0_0000
    SECCOMP_RET_TRACE = 0x7FF0_0000
    SECCOMP_RET_LOG = 0x7FFC_0000
    SECCOMP_RET_ALLOW = 0x7FFF_0000


ACTION_MASK, DATA_MASK = 0xFFFF_0000, 0xFFFF
MAX_ERRNO = 4095
DATA_SIZE = 64
"""sizeof(struct seccomp_data), which a filter reads by words."""
MAX_TOTAL = 1 << 15
"""Instructions of all filters of a thread together; each filter but the newest counts 4 more."""
FILTER_PENALTY = 4


class NotifyRequest(IntEnum):
    """ioctl requests to a listener."""

    SECCOMP_IOCTL_NOTIF_RECV = 0xC050_2100
    SECCOMP_IOCTL_NOTIF_SEND = 0xC018_2101
    SECCOMP_IOCTL_NOTIF_ID_VALID = 0x4008_2102
    SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR = 0x8008_2102
    SECCOMP_IOCTL_NOTIF_ADDFD = 0x4018_2103
    SECCOMP_IOCTL_NOTIF_SET_FLAGS = 0x4008_2104


class ResponseFlag(IntEnum):
    """Flags of struct seccomp_notif_resp."""

    SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1


class AddFdFlag(IntEnum):
    """Flags of struct seccomp_notif_addfd."""

    SECCOMP_ADDFD_FLAG_SETFD = 1
    SECCOMP_ADDFD_FLAG_SEND = 2


class NewFdFlag(IntEnum):
    """Flags that the descriptor gets."""

    O_CLOEXEC = int(OpenFlag.O_CLOEXEC)


NOTIFICATION_SIZE, RESPONSE_SIZE, ADDFD_SIZE = 80, 24, 24
SYNC_WAKE_UP = 1
"""SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP: a hint to the scheduler."""
