"""What the kernel reports, and the lines that come of it, in the order of our own scheduler."""

from __future__ import annotations

from typing import Any

from emulator.views.line_options import Options
from emulator.views.strace import Strace
from emulator.views.values import Style
from kernel import events
from kernel.abi.process import exit_status
from kernel.events import Described, Event

PARENT, CHILD = 100, 101


def rendered(*told: tuple[Any, ...], options: Options | None = None) -> list[str]:
    """Lines of a trace, given (event class, pid, details…) without sequence and time."""
    view = Strace(options or Options())
    made: list[Event] = [kind(0, 0, pid, *details) for kind, pid, *details in told]
    return (view.feed_all(made) + view.close()).splitlines()


def text(words: str) -> Described:
    return ("text", words)


def path(name: str) -> Described:
    return ("path", name, False)


def string(characters: str) -> Described:
    return ("bytes", characters, False)


def entered(pid: int, name: str, *arguments: Described | None) -> tuple[Any, ...]:
    return events.SyscallEntered, pid, 0, name, (), arguments


def returned(pid: int, result: int, *late: Described | None, error: str | None = None) -> Any:
    return events.SyscallExited, pid, 0, "", result, error, late, None, None


def died(pid: int) -> tuple[Any, ...]:
    """The end of a call that does not return."""
    return events.SyscallExited, pid, 0, "", None, None, (), None, None


BOOTED = (events.Booted, PARENT, "./a", (string("./a"),), 0, 0xBFFFFE10)
FIRST_LINE = 'execve("./a", ["./a"], 0xbffffe10 /* 0 vars */) = 0'
CHILD_DIED = ("struct", [("si_signo", ("signal", 17)), ("si_pid", ("int", CHILD))], False)


def test_vfork_exec_wait_in_our_order():
    lines = rendered(
        BOOTED,
        (events.Switched, PARENT, "boot"),
        entered(PARENT, "vfork"),
        (events.TaskCreated, PARENT, CHILD, CHILD, 0x4100, "mm#1"),
        (events.Suspended, PARENT, CHILD),
        (events.StateChanged, PARENT, "RUNNING", "HELD", "vfork child 101"),
        (events.Switched, CHILD, "ready"),
        entered(CHILD, "execve", path("./b"), ("array", [string("./b")], False), text("0x1 /*")),
        (events.TaskExecuted, CHILD, "./b", "mm#2"),
        (events.Released, PARENT, CHILD, "executed"),
        (events.Switched, PARENT, "released"),
        returned(PARENT, CHILD),
        entered(PARENT, "wait4", ("int", CHILD), None, None, None),
        (events.SyscallBlocked, PARENT, "wait4", "child"),
        (events.Switched, CHILD, "ready"),
        returned(CHILD, 0, None, None, None),
        entered(CHILD, "write", ("fd", 1, None), string("hi\n"), ("int", 3)),
        (events.ConsoleOutput, CHILD, 1, "hi\n"),
        returned(CHILD, 3, None, None, None),
        entered(CHILD, "exit", ("int", 7)),
        died(CHILD),
        (events.TaskExited, CHILD, exit_status(7)),
        (events.SignalSent, CHILD, PARENT, 17),
        (events.TaskReaped, PARENT, CHILD),
        returned(PARENT, CHILD, None, ("wstatus", 0x700), ("flags", 0, "0"), ("ptr", 0)),
        (events.SignalDelivered, PARENT, 17, CHILD_DIED, "ignore"),
        entered(PARENT, "exit_group", ("int", 0)),
        (events.TaskExited, PARENT, 0),
    )
    assert lines == [
        FIRST_LINE,
        "vfork(strace: Process 101 attached",
        " <unfinished ...>",
        '[pid   101] execve("./b", ["./b"], 0x1 /* <unfinished ...>',
        "[pid   100] <... vfork resumed>)        = 101",
        "[pid   100] wait4(101,  <unfinished ...>",
        "[pid   101] <... execve resumed>)       = 0",
        '[pid   101] write(1, "hi\\n", 3)         = 3',
        "[pid   101] exit(7)                     = ?",
        "[pid   101] +++ exited with 7 +++",
        "<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 101",
        "--- SIGCHLD {si_signo=SIGCHLD, si_pid=101} ---",
        "exit_group(0)                           = ?",
        "+++ exited with 0 +++",
    ]


def test_blocked_call_that_nobody_interrupts_stays_one_line():
    lines = rendered(
        BOOTED,
        entered(PARENT, "read", ("fd", 0, None), None, ("int", 9)),
        (events.SyscallBlocked, PARENT, "read", "terminal"),
        (events.ClockAdvanced, PARENT, 5),
        (events.Woken, PARENT, "terminal"),
        returned(PARENT, 0, None, string(""), None),
    )
    assert lines[1:] == ['read(0, "", 9)                          = 0']


def test_clone_shows_names_and_the_stack_first():
    flags = ("flags", 0x1200011, "CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD")
    omitted: Described = ("omit",)
    lines = rendered(
        BOOTED,
        entered(PARENT, "clone", flags, ("ptr", 0), None, None, None),
        (events.TaskCreated, PARENT, CHILD, CHILD, 0x1200000, "mm#2"),
        returned(PARENT, CHILD, None, None, omitted, omitted, ("ptr", 0x80D03E8)),
    )
    assert lines[1:] == [
        "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD"
        "strace: Process 101 attached",
        ", child_tidptr=0x80d03e8) = 101",
    ]


def test_clone_that_writes_no_ids_ends_with_its_flags():
    omitted: Described = ("omit",)
    lines = rendered(
        BOOTED,
        entered(PARENT, "clone", ("flags", 17, "SIGCHLD"), ("ptr", 0), None, None, None),
        returned(PARENT, CHILD, None, None, omitted, omitted, omitted),
    )
    assert lines[1:] == ["clone(child_stack=NULL, flags=SIGCHLD)  = 101"]


def test_argument_given_at_both_moments_was_changed():
    changed: Described = ("struct", [("parent_tid", ("array", [("int", CHILD)], False))], False)
    lines = rendered(
        BOOTED,
        entered(PARENT, "clone3", ("struct", [("flags", ("hex", 0))], False), None),
        (events.TaskCreated, PARENT, CHILD, CHILD, 0, "mm#2"),
        returned(PARENT, CHILD, changed, ("int", 88)),
    )
    assert lines[1:] == [
        "clone3({flags=0}strace: Process 101 attached",
        " => {parent_tid=[101]}, 88) = 101",
    ]


def test_task_killed_in_a_call_shows_that_its_arguments_never_came():
    lines = rendered(
        BOOTED,
        entered(PARENT, "read", ("fd", 3, None), None, None),
        (events.TaskExited, PARENT, 9),
    )
    assert lines[1:] == [
        "read(3,  <unfinished ...>)              = ?",
        "+++ killed by SIGKILL +++",
    ]


def test_task_killed_in_a_call_without_late_arguments():
    lines = rendered(BOOTED, entered(PARENT, "pause"), (events.TaskExited, PARENT, 9))
    assert lines[1] == "pause()                                 = ?"


def test_call_ended_by_a_signal_and_resumed_after_a_stop():
    nap: Described = ("timespec", 5, 0)
    lines = rendered(
        BOOTED,
        entered(PARENT, "nanosleep", nap, None),
        returned(PARENT, 0, None, ("timespec", 4, 1), error="ERESTART_RESTARTBLOCK"),
        (events.SignalDelivered, PARENT, 19, ("struct", [], False), "stop"),
        (events.TaskStopped, PARENT, 19),
        (events.SignalDelivered, PARENT, 18, ("struct", [], False), "ignore"),
        entered(PARENT, "restart_syscall", text("<... resuming interrupted nanosleep ...>")),
        returned(PARENT, 0),
    )
    assert lines[1:] == [
        "nanosleep({tv_sec=5, tv_nsec=0}, {tv_sec=4, tv_nsec=1}) = "
        "? ERESTART_RESTARTBLOCK (Interrupted by signal)",
        "--- SIGSTOP {} ---",
        "--- stopped by SIGSTOP ---",
        "--- SIGCONT {} ---",
        "restart_syscall(<... resuming interrupted nanosleep ...>) = 0",
    ]


def test_last_survivor_loses_its_prefix_even_in_the_middle_of_a_call():
    lines = rendered(
        BOOTED,
        (events.TaskCreated, PARENT, CHILD, CHILD, 0, "mm#2"),
        entered(CHILD, "pause"),
        (events.TaskExited, PARENT, 0),
        returned(CHILD, -4, error="EINTR"),
    )
    assert lines[-3:] == [
        "[pid   101] pause( <unfinished ...>",
        "[pid   100] +++ exited with 0 +++",
        "<... pause resumed>)                    = -1 EINTR (Interrupted system call)",
    ]


def test_style_reaches_every_value():
    options = Options(Style(string_limit=2, paths=True))
    lines = rendered(
        BOOTED,
        entered(PARENT, "write", ("fd", 1, "/dev/tty"), string("hello"), ("int", 5)),
        returned(PARENT, 5),
        options=options,
    )
    assert lines == [
        'execve("./a", ["./"...], 0xbffffe10 /* 0 vars */) = 0',
        'write(1</dev/tty>, "he"..., 5)          = 5',
    ]


def test_hostile_names_and_strings_stay_within_their_line():
    evil = "\x1b]0;x\x07\n+++ exited with 0 +++\r"
    lines = rendered(
        (events.Booted, PARENT, evil, (string(evil),), 0, 0),
        entered(PARENT, "open", path(evil), ("fd", 3, evil)),
        returned(PARENT, -2, error="ENOENT"),
        options=Options(Style(paths=True)),
    )
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
