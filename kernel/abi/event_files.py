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
