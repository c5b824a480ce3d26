"""The endings of a system call that are not a plain value: error, not yet, held, replaced."""

from enum import Enum
from typing import TYPE_CHECKING, Final

from kernel.abi.errno import Errno

if TYPE_CHECKING:
    from kernel.task.task import Task
    from kernel.wait import WaitQueue


class SysError(Exception):
    """The call fails; the caller gets -errno."""

    def __init__(self, errno: Errno) -> None:
        super().__init__(errno.name)
        self.errno = errno


class Restart(Enum):
    """What becomes of a blocked call when a signal ends its sleep (signal(7); Linux's names)."""

    SYS = "ERESTARTSYS"
    """Runs again after a handler with SA_RESTART, else EINTR; runs again where no handler ran."""
    NOHAND = "ERESTARTNOHAND"
    """EINTR after any handler; runs again where no handler ran."""
    BLOCK = "ERESTART_RESTARTBLOCK"
    """EINTR after any handler; else goes on as restart_syscall for the time that is left."""
    NOINTR = "ERESTARTNOINTR"
    """Runs again after any handler."""
    NEVER = "EINTR"
    """EINTR whatever happened."""


class Block(Exception):
    """The call cannot finish yet: the task sleeps on the queues and the whole call runs again.

    `deadline` is an absolute time of the monotonic clock in nanoseconds, or None. Raise it before
    anything has been changed; progress belongs into the task's Call. `restart` overrides what the
    call's declaration says about signals; those do not end the sleep of a `deaf` task.
    `even_nonblocking`: O_NONBLOCK does not keep from it, as where job control stops a process.
    """

    def __init__(
        self,
        *queues: "WaitQueue",
        deadline: int | None = None,
        restart: Restart | None = None,
        deaf: bool = False,
        even_nonblocking: bool = False,
    ) -> None:
        self.queues = queues
        self.deadline = deadline
        self.restart = restart
        self.deaf = deaf
        self.even_nonblocking = even_nonblocking

    def __str__(self) -> str:
        return " or ".join(queue.name for queue in self.queues)


class Hold:
    """The call is done and its value known, but the task sleeps until the queue releases it.

    `ends_early`: a signal that kills, or the end of the process, ends the sleep, too. `child` is
    the task whose leaving its memory is the release.
    """

    __slots__ = ("child", "ends_early", "queue", "value")

    def __init__(self, value: int, queue: "WaitQueue", ends_early: bool, child: "Task") -> None:
        self.value = value
        self.queue = queue
        self.ends_early = ends_early
        self.child = child

    @property
    def is_over(self) -> bool:
        """Whether the release has come already."""
        return self.child.vfork_queue is not self.queue


class Replaced(Enum):
    """The registers were replaced (execve, sigreturn, exit): eax is not to be written."""

    REPLACED = "replaced"


REPLACED: Final = Replaced.REPLACED

Ending = int | Hold | Replaced
"""What a system-call function returns; errors and blocks are raised."""


class BadGuest(Exception):
    """The program, option or file given by the user cannot be used; the text says why, in a line.

    `status` is the exit status for the command: 125 our own error, 126 not executable, 127 not
    found.
    """

    def __init__(self, text: str, status: int = 125) -> None:
        super().__init__(text)
        self.status = status
