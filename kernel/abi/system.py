"""What the emulated system says of itself: uname(2), getrusage(2), getrandom(2), syslog(2)."""

from enum import IntEnum

SYSNAME = "Linux"
RELEASE = "6.1.0-emu386"
RELEASE_26 = "2.6.61-emu386"
"""For programs that know no later system (UNAME26): 60 more than the second number."""
VERSION = "#1 emu386"
MACHINE = "i686"
DOMAIN = "(none)"
HOSTNAME_MAX = 64


class LogAction(IntEnum):
    """First argument of syslog(2): SYSLOG_ACTION_…"""

    CLOSE = 0
    OPEN = 1
    READ = 2
    READ_ALL = 3
    READ_CLEAR = 4
    CLEAR = 5
    CONSOLE_OFF = 6
    CONSOLE_ON = 7
    CONSOLE_LEVEL = 8
    SIZE_UNREAD = 9
    SIZE_BUFFER = 10


class Who(IntEnum):
    """Whose resources getrusage(2) tells."""

    RUSAGE_SELF = 0
    RUSAGE_CHILDREN = -1
    RUSAGE_THREAD = 1


class PriorityOf(IntEnum):
    """Whose nice value getpriority(2) and setpriority(2) mean."""

    PRIO_PROCESS = 0
    PRIO_PGRP = 1
    PRIO_USER = 2


class RandomFlag(IntEnum):
    """Flags of getrandom(2)."""

    GRND_NONBLOCK = 1
    GRND_RANDOM = 2
    GRND_INSECURE = 4
