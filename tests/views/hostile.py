"""A made-up run of which every text that a guest can choose is hostile to some reader."""

from __future__ import annotations

from typing import Any

from kernel import events
from kernel.events import Event

ATTACK = "\x1b]0;owned\x07\"<script>alert(1)</script>\xff\x80\n%%{init}%%;#\\'\x9b2J"
PATH = ("path", ATTACK, False)
INFO = ("struct", [("si_signo", ("signal", 17))], False)
PARENT, CHILD = 100, 101
VFORK = 0x4100


def made(*told: tuple[Any, ...]) -> list[Event]:
    """Events of (class, pid, details…), numbered, a microsecond apart."""
    return [
        kind(number, number * 1000, pid, *details)
        for number, (kind, pid, *details) in enumerate(told)
    ]


EVENTS = made(
    (events.Booted, PARENT, ATTACK, (("bytes", ATTACK, False),), 1, 0xBFFFFF00),
    (events.Switched, PARENT, ""),
    (events.SyscallEntered, PARENT, 190, "vfork", (0,) * 6, ()),
    (events.TaskCreated, PARENT, CHILD, CHILD, VFORK, "mm#1"),
    (events.Suspended, PARENT, CHILD),
    (events.StateChanged, PARENT, "RUNNING", "HELD", "vfork child 101"),
    (events.Switched, CHILD, ""),
    (events.SyscallEntered, CHILD, 11, "execve", (0,) * 6, (PATH, PATH, ("fd", 3, ATTACK))),
    (events.Released, PARENT, CHILD, "executed"),
    (events.Woken, PARENT, "vfork child 101 executed"),
    (events.TaskExecuted, CHILD, ATTACK, "mm#2"),
    (events.SyscallExited, CHILD, 11, "execve", 0, None, (), None, None),
    (events.SyscallEntered, CHILD, 4, "write", (0,) * 6, (("bytes", ATTACK, False),)),
    (events.ConsoleOutput, CHILD, 1, ATTACK),
    (events.SyscallExited, CHILD, 4, "write", -9, "EBADF", (), None, None),
    (events.SignalSent, CHILD, PARENT, 10),
    (events.SyscallEntered, CHILD, 3, "read", (0,) * 6, (("fd", 0, ATTACK),)),
    (events.SyscallBlocked, CHILD, "read", ATTACK),
    (events.StateChanged, CHILD, "RUNNING", "BLOCKED", ATTACK),
    (events.Switched, PARENT, ""),
    (events.SyscallExited, PARENT, 190, "vfork", CHILD, None, (), None, None),
    (events.SignalDelivered, PARENT, 10, INFO, "handler"),
    (events.PageFaulted, PARENT, 0x1000, "write", "copy"),
    (events.Noticed, 0, ATTACK.replace("\n", " ")),
)
