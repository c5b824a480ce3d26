"""Policies, flags and classes of scheduling (sched(7), sched_setattr(2), ioprio_set(2))."""

from enum import IntEnum


class SchedPolicy(IntEnum):
    """Which tasks go first."""

    SCHED_OTHER = 0
    SCHED_FIFO = 1
    SCHED_RR = 2
    SCHED_BATCH = 3
    SCHED_IDLE = 5
    SCHED_DEADLINE = 6


REAL_TIME = (SchedPolicy.SCHED_FIFO, SchedPolicy.SCHED_RR)
SCHED_RESET_ON_FORK = 0x4000_0000
MAX_PRIORITY = 99
LEAST_NICE, MOST_NICE = -20, 19
RR_INTERVAL = 100_000_000
"""Nanoseconds of a time slice under SCHED_RR."""


class SchedFlag(IntEnum):
    """sched_flags of struct sched_attr."""

    SCHED_FLAG_RESET_ON_FORK = 0x01
    SCHED_FLAG_RECLAIM = 0x02
    SCHED_FLAG_DL_OVERRUN = 0x04
    SCHED_FLAG_KEEP_POLICY = 0x08
    SCHED_FLAG_KEEP_PARAMS = 0x10
    SCHED_FLAG_UTIL_CLAMP_MIN = 0x20
    SCHED_FLAG_UTIL_CLAMP_MAX = 0x40


class IoPriorityOf(IntEnum):
    """First argument of ioprio_set(2)."""

    IOPRIO_WHO_PROCESS = 1
    IOPRIO_WHO_PGRP = 2
    IOPRIO_WHO_USER = 3


class IoClass(IntEnum):
    """The upper bits of an I/O priority; a level is below them."""

    IOPRIO_CLASS_NONE = 0
    IOPRIO_CLASS_RT = 1
    IOPRIO_CLASS_BE = 2
    IOPRIO_CLASS_IDLE = 3


IO_CLASS_SHIFT = 13
IO_LEVELS = 0x7
