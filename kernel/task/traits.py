"""Traits: settings of a thread that its children begin with, and that few programs ever change."""

from __future__ import annotations

from typing import NamedTuple

from kernel.abi.prctl import DEFAULT_SLACK


class Traits(NamedTuple):
    """They are handed on as one value; who changes one, replaces them."""

    personality: int = 0
    """personality(2)."""
    no_new_privileges: bool = False
    """execve gives no rights (prctl(2), PR_SET_NO_NEW_PRIVS)."""
    timer_slack: int = DEFAULT_SLACK
    """Nanoseconds by which a timer may be late."""
    has_no_tsc: bool = False
    """RDTSC is a SIGSEGV."""
    io_priority: int = 0
    """As ioprio_set(2) takes it; it changes nothing, for disks take no time."""


USUAL = Traits()
