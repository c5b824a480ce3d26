"""Flags of the descriptors that stand for events: epoll(7), eventfd(2), signalfd(2), timerfd."""

from enum import IntEnum

_NONBLOCK, _CLOEXEC = 0o4000, 0o2000000


class EpollEvent(IntEnum):
    """Events and flags of struct epoll_event."""

    EPOLLIN = 0x1
    EPOLLPRI = 0x2
    EPOLLOUT = 0x4
    EPOLLERR = 0x8
    EPOLLHUP = 0x10
    EPOLLRDNORM = 0x40
    EPOLLRDBAND = 0x80
    EPOLLWRNORM = 0x100
    EPOLLWRBAND = 0x200
    EPOLLMSG = 0x400
    EPOLLRDHUP = 0x2000
    EPOLLEXCLUSIVE = 1 << 28
    EPOLLWAKEUP = 1 << 29
    EPOLLONESHOT = 1 << 30
    EPOLLET = 1 << 31


class EpollCommand(IntEnum):
    """Second argument of epoll_ctl(2)."""

    EPOLL_CTL_ADD = 1
    EPOLL_CTL_DEL = 2
    EPOLL_CTL_MOD = 3


class EpollFlag(IntEnum):
    """Flags of epoll_create1(2)."""

    EPOLL_CLOEXEC = _CLOEXEC


class EventFlag(IntEnum):
    """Flags of eventfd2."""

    EFD_SEMAPHORE = 1
    EFD_CLOEXEC = _CLOEXEC
    EFD_NONBLOCK = _NONBLOCK


class SignalFileFlag(IntEnum):
    """Flags of signalfd4."""

    SFD_CLOEXEC = _CLOEXEC
    SFD_NONBLOCK = _NONBLOCK


class TimerFileFlag(IntEnum):
    """Flags of timerfd_create(2)."""

    TFD_CLOEXEC = _CLOEXEC
    TFD_NONBLOCK = _NONBLOCK


class TimerSetFlag(IntEnum):
    """Flags of timerfd_settime(2)."""

    TFD_TIMER_ABSTIME = 1
    TFD_TIMER_CANCEL_ON_SET = 2


class Inotify(IntEnum):
    """Events and flags of inotify(7), in the order in which a trace names them."""

    IN_ACCESS = 1
    IN_MODIFY = 2
    IN_ATTRIB = 4
    IN_CLOSE_WRITE = 8
    IN_CLOSE_NOWRITE = 0x10
    IN_OPEN = 0x20
    IN_MOVED_FROM = 0x40
    IN_MOVED_TO = 0x80
    IN_CREATE = 0x100
    IN_DELETE = 0x200
    IN_DELETE_SELF = 0x400
    IN_MOVE_SELF = 0x800
    IN_UNMOUNT = 0x2000
    IN_Q_OVERFLOW = 0x4000
    IN_IGNORED = 0x8000
    IN_ONLYDIR = 1 << 24
    IN_DONT_FOLLOW = 1 << 25
    IN_EXCL_UNLINK = 1 << 26
    IN_MASK_CREATE = 1 << 28
    IN_MASK_ADD = 1 << 29
    IN_ISDIR = 1 << 30
    IN_ONESHOT = 1 << 31


IN_ALL_EVENTS = 0xFFF


class InotifyFlag(IntEnum):
    """Flags of inotify_init1(2)."""

    IN_NONBLOCK = _NONBLOCK
    IN_CLOEXEC = _CLOEXEC
