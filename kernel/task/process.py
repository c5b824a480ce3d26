"""A process: what the threads of one thread group have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.out_of_memory import Inclination
from kernel.task.limits import Limits
from kernel.task.usage import NO_USAGE, Usage
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.fs.tty import Terminal
    from kernel.signals.posix_timers import PosixTimer
    from kernel.signals.state import Pending
    from kernel.task.cpu_clock import Watcher
    from kernel.task.task import Task


class Session:
    """A session: its id (the leader's pid).

    `left_foreground` is the foreground group of a terminal that has hung up: the leader's end
    concerns that group, too.
    """

    __slots__ = ("id", "left_foreground")

    def __init__(self, id: int) -> None:
        self.id = id
        self.left_foreground = 0


class Process:
    """A thread group with its place in the family tree, in job control and in the accounts.

    `stop_signal` is nonzero while the process is stopped; `stop_report` and `continue_report` tell
    what a parent's wait has still to see.
    """

    # What most processes never have otherwise stands here, what each has of its own in __init__.

    terminal: Terminal | None = None
    """The controlling terminal; a process may have given up its session's."""
    waits_for_tracer = False
    """It is over, and its parent hears of it only after its tracer has waited for it."""
    group_exit: int | None = None
    """Wait status word once the whole process is to end."""
    stop_signal = 0
    stop_report = 0
    continue_report = False
    must_tell_continued = False
    """It goes on, but has not run yet; when it does, the parent gets SIGCHLD."""
    has_executed = False
    end_watched: WaitQueue | None = None
    """Here those sleep who poll descriptors of the process or of its threads."""
    maker: Task | None = None
    """The thread of the parent that made it, or inherited it from a thread."""
    is_subreaper = False
    """Orphans among its descendants become its children (prctl(2))."""
    held_for: WaitQueue | None = None
    """Where vfork suspends the whole process: its other threads sleep here."""
    sends_no_sigchld = waits_for_waitpid = False
    """vforkx's FORK_NOSIGCHLD and FORK_WAITPID."""
    is_dumpable = True
    oom = Inclination()
    """How readily the out-of-memory killer would take it; a child inherits it."""
    alarm: int | None = None
    """Moment of SIGALRM (monotonic nanoseconds)."""
    alarm_interval = 0
    next_timer = 0
    """The number that the next POSIX timer gets if it is free."""
    ended = NO_USAGE
    """What threads that are gone have used."""
    children_usage = NO_USAGE
    """What children that were waited for have used, with theirs."""

    def __init__(self, pid: int, parent: Process | None, pending: Pending) -> None:
        self.pid = pid
        self.parent = parent
        self.threads: list[Task] = []
        self.leader: Task
        self.children: list[Process] = []
        self.tracees: list[Task] = []
        """Tasks that threads of this process trace, in order of attachment."""
        self.group = pid
        """Process group id."""
        self.session: Session
        self.limits: Limits
        self.pending = pending
        """Signals sent to the process as a whole."""
        self.child_changed = WaitQueue("child")
        """Here the process's threads wait for children."""
        self.cpu_timers: dict[int, tuple[int, int]] = {}
        """By ItimerWhich: the CPU time at which it rings, and its interval, in nanoseconds."""
        self.timers: dict[int, PosixTimer] = {}
        """By number (timer_create(2))."""
        self.cpu_watchers: list[Watcher] = []
        """Timers and sleeps, perhaps of other processes, that wait for CPU time of this one."""

    def watched_end(self) -> WaitQueue:
        """The queue that is woken when the process, or a thread of it, ends or is waited for."""
        if self.end_watched is None:
            self.end_watched = WaitQueue("process end")
        return self.end_watched

    @property
    def is_zombie(self) -> bool:
        """Whether every thread is over and the parent has not waited yet."""
        return len(self.threads) == 1 and self.leader.is_zombie

    @property
    def exit_signal(self) -> int:
        """Signal to the parent at the end, 0 for none."""
        return self.leader.exit_signal

    def times(self) -> tuple[int, int]:
        """User and system nanoseconds of all threads, past and present."""
        user, kernel = self.ended.user, self.ended.kernel
        for task in self.threads:
            user += task.user_time
            kernel += task.system_time
        return user, kernel

    def usage(self) -> Usage:
        """What all threads have used, past and present."""
        total = self.ended
        for task in self.threads:
            total = total.plus(task.usage)
        return total
