"""Clocks and their calls' flags (clock_gettime(2), clock_nanosleep(2))."""

from enum import IntEnum


class ClockId(IntEnum):
    """The clocks that have a fixed number; negative ones are CPU clocks of processes."""

    CLOCK_REALTIME = 0
    CLOCK_MONOTONIC = 1
    CLOCK_PROCESS_CPUTIME_ID = 2
    CLOCK_THREAD_CPUTIME_ID = 3
    CLOCK_MONOTONIC_RAW = 4
    CLOCK_REALTIME_COARSE = 5
    CLOCK_MONOTONIC_COARSE = 6
    CLOCK_BOOTTIME = 7
    CLOCK_REALTIME_ALARM = 8
    CLOCK_BOOTTIME_ALARM = 9
    CLOCK_TAI = 11


class TimerFlag(IntEnum):
    """Flags of clock_nanosleep(2)."""

    TIMER_ABSTIME = 1


class SigevNotify(IntEnum):
    """sigev_notify of struct sigevent (sigevent(7))."""

    SIGEV_SIGNAL = 0
    SIGEV_NONE = 1
    SIGEV_THREAD = 2
    """For the kernel the same as SIGEV_SIGNAL: threads are the C library's business."""
    SIGEV_THREAD_ID = 4


class ItimerWhich(IntEnum):
    """First argument of setitimer(2)."""

    ITIMER_REAL = 0
    ITIMER_VIRTUAL = 1
    ITIMER_PROF = 2


COARSE_NS = 4_000_000
"""Resolution of the coarse clocks: a kernel tick at HZ=250."""
