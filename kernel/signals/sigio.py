"""Signals that tell of input and output: what O_ASYNC does to an open file (fcntl(2), F_SETSIG)."""

from __future__ import annotations

from contextlib import suppress

from kernel.abi.files import OpenFlag, Poll
from kernel.abi.signals import SiCode, Signal
from kernel.errors import SysError
from kernel.fs.file_owner import FileOwner, OwnerKind
from kernel.fs.open_file import OpenFile
from kernel.signals.send import send_to_process, send_to_task
from kernel.signals.state import SigInfo
from kernel.task.process import Process
from kernel.task.task import Task

POLL_IN, POLL_OUT, POLL_MSG = 1, 2, 3
_BANDS = {
    POLL_IN: Poll.POLLIN | Poll.POLLRDNORM,
    POLL_OUT: Poll.POLLOUT | Poll.POLLWRNORM | Poll.POLLWRBAND,
    POLL_MSG: Poll.POLLIN | Poll.POLLRDNORM | Poll.POLLMSG,
}
_INPUT = Poll.POLLIN | Poll.POLLHUP | Poll.POLLRDHUP | Poll.POLLPRI
_ASYNC = int(OpenFlag.O_ASYNC)


class Asynchrony:
    """Listens on the queues of an open file; each change is a signal to its owner.

    `fd` is the descriptor by which it was asked for, which real-time signals carry.
    """

    def __init__(self, task: Task, file: OpenFile, fd: int) -> None:
        self.task = task
        self.file = file
        self.fd = fd
        self.queues = file.poll_queues(task)
        for queue in self.queues:
            queue.listeners = (*queue.listeners, self)

    def wake(self, why: str) -> None:
        """Something changed: there is something to read, or room to write."""
        found = self.file.poll(self.task)
        if self.file.is_readable and found & _INPUT:
            signal_owner(self.task, self.file.owner, self.fd, POLL_IN)
        elif self.file.is_writable and found & ~_INPUT:
            signal_owner(self.task, self.file.owner, self.fd, POLL_OUT)

    def end(self) -> None:
        """Listen no more."""
        for queue in self.queues:
            queue.listeners = tuple(other for other in queue.listeners if other is not self)


def switch(task: Task, file: OpenFile, fd: int, is_on: bool) -> None:
    """Set or clear O_ASYNC."""
    if file.attachment is not None:
        file.attachment.end()
        file.attachment = None
    file.flags = file.flags | _ASYNC if is_on else file.flags & ~_ASYNC
    if is_on:
        file.attachment = Asynchrony(task, file, fd)


def signal_owner(task: Task, owner: FileOwner, fd: int, code: int) -> None:
    """Tell the owner; SIGIO carries nothing, other signals (and a full queue falls back to it)
    carry the descriptor and what poll(2) would say.
    """
    for target in _targets(task, owner):
        _send(target, owner.signal, fd, code)


def tell_urgent(task: Task, owner: FileOwner) -> None:
    """SIGURG: urgent data has come (tcp(7))."""
    for target in _targets(task, owner):
        _deliver(target, SigInfo(Signal.SIGURG, SiCode.SI_KERNEL))


def _targets(task: Task, owner: FileOwner) -> list[Task | Process]:
    tasks = task.system.tasks
    targets: list[Task | Process] = []
    if owner.kind is OwnerKind.F_OWNER_TID:
        found = tasks.find(owner.number)
        targets = [found] if found is not None and not found.is_gone else []
    elif owner.kind is OwnerKind.F_OWNER_PID:
        leader = tasks.find(owner.number)
        targets = [leader.process] if leader is not None else []
    elif owner.number:
        targets = list(tasks.in_group(owner.number))
    return [target for target in targets if _is_allowed(owner, target)]


def _is_allowed(owner: FileOwner, target: Task | Process) -> bool:
    """Whether who set the owner may signal it."""
    task = target if isinstance(target, Task) else target.leader
    ids = (task.credentials.uid, task.credentials.suid)
    return owner.euid == 0 or owner.euid in ids or owner.uid in ids


def _send(target: Task | Process, signal: int, fd: int, code: int) -> None:
    if signal:
        with suppress(SysError):
            _deliver(target, SigInfo(signal, code, band=int(_BANDS[code]), fd=fd))
            return
    _deliver(target, SigInfo(Signal.SIGIO, SiCode.SI_KERNEL))


def _deliver(target: Task | Process, info: SigInfo) -> None:
    if isinstance(target, Task):
        send_to_task(target, info)
    else:
        send_to_process(target, info)
