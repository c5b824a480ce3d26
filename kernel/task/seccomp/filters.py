"""Filters: which of them a thread has, who shares them, and which answer counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.seccomp import (
    ACTION_MASK,
    FILTER_PENALTY,
    MAX_TOTAL,
    Action,
    SeccompMode,
)
from kernel.errors import SysError
from kernel.task.seccomp.program import Program, run

if TYPE_CHECKING:
    from kernel.task.seccomp.listener import Listener, Notification
    from kernel.task.task import Call, Task


class Filter:
    """An installed program. `users` counts the threads that have it, `listener` hears of calls.

    `is_logged`: what is not allowed goes into the kernel's log. `waits_killably`: a call that a
    listener has taken over waits for its answer through signals that do not kill.
    """

    __slots__ = ("is_logged", "listener", "program", "users", "waits_killably")

    def __init__(self, program: Program, is_logged: bool, waits_killably: bool) -> None:
        self.program = program
        self.is_logged = is_logged
        self.waits_killably = waits_killably
        self.listener: Listener | None = None
        self.users = 0


class Seccomp:
    """A thread's restrictions: `filters`, oldest first, or strict mode.

    `held` is the call in flight while it has still to pass; `is_judged_again`: its tracer, whom a
    filter asked, has let it go on, and is not asked twice. `notification` is what it waits for.
    """

    __slots__ = ("filters", "held", "is_judged_again", "mode", "notification")

    def __init__(self, mode: SeccompMode, filters: tuple[Filter, ...] = ()) -> None:
        self.mode = mode
        self.filters = filters
        self.held: Call | None = None
        self.is_judged_again = False
        self.notification: Notification | None = None
        for each in filters:
            each.users += 1

    def inherited(self) -> Seccomp:
        """What a new thread gets: the same."""
        return Seccomp(self.mode, self.filters)

    def leave(self) -> None:
        """The thread ends, or gets other filters instead."""
        if self.notification is not None:
            self.notification.withdraw()
            self.notification = None
        for each in self.filters:
            each.users -= 1
            if not each.users and each.listener is not None:
                each.listener.users_gone()
        self.filters = ()


def verdict(filters: tuple[Filter, ...], data: tuple[int, ...]) -> tuple[int, Filter]:
    """The answer that counts, and whose it is: the strictest action, of equals the newest's."""
    best = Action.SECCOMP_RET_ALLOW.value
    whose = filters[-1]
    for each in reversed(filters):
        answer = run(each.program, data)
        if _strictness(answer) < _strictness(best):
            best, whose = answer, each
    return best, whose


def _strictness(answer: int) -> int:
    """The action as a signed number: the lower, the stricter."""
    action = answer & ACTION_MASK
    return action - (1 << 32) if action & 0x8000_0000 else action


# ---- installing --------------------------------------------------------------------------------


def require_mode(task: Task, mode: SeccompMode) -> None:
    """EINVAL where the thread has the other mode already."""
    if task.seccomp is not None and task.seccomp.mode is not mode:
        raise SysError(Errno.EINVAL)


def be_strict(task: Task) -> None:
    """Leave the thread read, write, exit and sigreturn; nor can it read the time stamp counter."""
    require_mode(task, SeccompMode.SECCOMP_MODE_STRICT)
    _set(task, Seccomp(SeccompMode.SECCOMP_MODE_STRICT))
    task.traits = task.traits._replace(has_no_tsc=True)


def check_room(task: Task, program: Program) -> None:
    """ENOMEM where all programs together would be too long."""
    have = filters_of(task)
    total = len(program) + sum(len(each.program) + FILTER_PENALTY for each in have)
    if total > MAX_TOTAL:
        raise SysError(Errno.ENOMEM)


def filters_of(task: Task) -> tuple[Filter, ...]:
    """The thread's filters, oldest first."""
    return () if task.seccomp is None else task.seccomp.filters


def first_out_of_step(task: Task) -> Task | None:
    """The first other thread whose restrictions are not an earlier state of this one's."""
    mine = filters_of(task)
    for other in task.process.threads:
        if other is task or other.is_ending or other.seccomp is None:
            continue
        theirs = other.seccomp.filters
        if other.seccomp.mode is SeccompMode.SECCOMP_MODE_STRICT or theirs != mine[: len(theirs)]:
            return other
    return None


def install(task: Task, new: Filter, for_all: bool) -> None:
    """Add a filter to the thread's, and give all of them to its process's others."""
    filters = (*filters_of(task), new)
    for thread in task.process.threads if for_all else (task,):
        if thread is not task and thread.is_ending:
            continue
        _set(thread, Seccomp(SeccompMode.SECCOMP_MODE_FILTER, filters))
        if task.traits.no_new_privileges:
            thread.traits = thread.traits._replace(no_new_privileges=True)


def _set(task: Task, seccomp: Seccomp) -> None:
    old, task.seccomp = task.seccomp, seccomp
    if old is not None:
        seccomp.held, seccomp.is_judged_again = old.held, old.is_judged_again
        seccomp.notification, old.notification = old.notification, None
        old.leave()
    task.note_entry_work()
