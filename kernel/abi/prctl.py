"""Options of prctl(2), and of its option for ambient capabilities."""

from enum import IntEnum, IntFlag


class Prctl(IntEnum):
    """What is to be set or told."""

    PR_SET_PDEATHSIG = 1
    PR_GET_PDEATHSIG = 2
    PR_GET_DUMPABLE = 3
    PR_SET_DUMPABLE = 4
    PR_GET_UNALIGN = 5
    PR_SET_UNALIGN = 6
    PR_GET_KEEPCAPS = 7
    PR_SET_KEEPCAPS = 8
    PR_GET_FPEMU = 9
    PR_SET_FPEMU = 10
    PR_GET_FPEXC = 11
    PR_SET_FPEXC = 12
    PR_GET_TIMING = 13
    PR_SET_TIMING = 14
    PR_SET_NAME = 15
    PR_GET_NAME = 16
    PR_GET_ENDIAN = 19
    PR_SET_ENDIAN = 20
    PR_GET_SECCOMP = 21
    PR_SET_SECCOMP = 22
    PR_CAPBSET_READ = 23
    PR_CAPBSET_DROP = 24
    PR_GET_TSC = 25
    PR_SET_TSC = 26
    PR_GET_SECUREBITS = 27
    PR_SET_SECUREBITS = 28
    PR_SET_TIMERSLACK = 29
    PR_GET_TIMERSLACK = 30
    PR_TASK_PERF_EVENTS_DISABLE = 31
    PR_TASK_PERF_EVENTS_ENABLE = 32
    PR_MCE_KILL = 33
    PR_MCE_KILL_GET = 34
    PR_SET_MM = 35
    PR_SET_CHILD_SUBREAPER = 36
    PR_GET_CHILD_SUBREAPER = 37
    PR_SET_NO_NEW_PRIVS = 38
    PR_GET_NO_NEW_PRIVS = 39
    PR_GET_TID_ADDRESS = 40
    PR_SET_THP_DISABLE = 41
    PR_GET_THP_DISABLE = 42
    PR_CAP_AMBIENT = 47
    PR_GET_SPECULATION_CTRL = 52
    PR_SET_SPECULATION_CTRL = 53
    PR_SET_VMA = 0x5356_4D41
    PR_SET_PTRACER = 0x5961_6D61


class CapAmbient(IntEnum):
    """Second argument of PR_CAP_AMBIENT."""

    PR_CAP_AMBIENT_IS_SET = 1
    PR_CAP_AMBIENT_RAISE = 2
    PR_CAP_AMBIENT_LOWER = 3
    PR_CAP_AMBIENT_CLEAR_ALL = 4


class TscMode(IntEnum):
    """Whether RDTSC is an instruction or a SIGSEGV."""

    PR_TSC_ENABLE = 1
    PR_TSC_SIGSEGV = 2


class Speculation(IntEnum):
    """Second argument of PR_GET_SPECULATION_CTRL and PR_SET_SPECULATION_CTRL."""

    PR_SPEC_STORE_BYPASS = 0
    PR_SPEC_INDIRECT_BRANCH = 1
    PR_SPEC_L1D_FLUSH = 2


class SpeculationControl(IntFlag):
    """What speculation of a kind is allowed; 0 where the CPU knows none."""

    PR_SPEC_PRCTL = 1
    PR_SPEC_ENABLE = 2
    PR_SPEC_DISABLE = 4
    PR_SPEC_FORCE_DISABLE = 8
    PR_SPEC_DISABLE_NOEXEC = 16


DEFAULT_SLACK = 50_000
"""Nanoseconds by which timers may be late (PR_SET_TIMERSLACK)."""
