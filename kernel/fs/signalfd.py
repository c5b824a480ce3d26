"""Signals as a file: a read takes pending signals of a mask, which are blocked (signalfd(2)).

Whose signals depends on who reads: the reader's own and its process's.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag, Poll
from kernel.errors import Block, SysError
from kernel.fs.anonymous import AnonymousFile, AnonymousInode
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.signals.state import SigInfo
    from kernel.system import System
    from kernel.task.task import Task

_WORD, _LONG = (1 << 32) - 1, (1 << 64) - 1
_INFO = struct.Struct("<IiiIIiIIIIiiQQQQ")
_SIZE = 128
"""Octets of a struct signalfd_siginfo."""


class SignalFile(AnonymousFile):
    """A mask of signals to be read."""

    takes_nowait = True

    def __init__(self, system: System, mask: int, flags: int) -> None:
        super().__init__(AnonymousInode(system), OpenFlag.O_RDWR | flags, "anon_inode:[signalfd]")
        self.mask = mask

    def read(self, task: Task, count: int) -> bytes:
        """As many signals as fit, lowest first; EINVAL where none would."""
        if count < _SIZE:
            raise SysError(Errno.EINVAL)
        taken: list[bytes] = []
        while len(taken) < count // _SIZE and self._ready(task):
            taken.append(_packed(self._take(task)))
        if not taken:
            raise Block(task.signals.queue)
        return b"".join(taken)

    def _ready(self, task: Task) -> int:
        return (task.signals.pending.mask | task.process.pending.mask) & self.mask

    def _take(self, task: Task) -> SigInfo:
        own = task.signals.pending.mask & self.mask
        pending = task.signals.pending if own else task.process.pending
        ready = pending.mask & self.mask
        return pending.take((ready & -ready).bit_length())

    def details(self) -> str:
        return f"sigmask:\t{self.mask:016x}\n"

    def poll(self, task: Task) -> int:
        return int(Poll.POLLIN) if self._ready(task) else 0

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (task.signals.queue,)


def _packed(info: SigInfo) -> bytes:
    """struct signalfd_siginfo: what programs queue may have numbers below 0 anywhere."""
    value = info.value if info.value < 1 << 31 else info.value - (1 << 32)
    packed = _INFO.pack(
        info.signal, info.errno, info.code, info.pid & _WORD, info.uid, info.fd,
        info.timer & _WORD, info.band & _WORD, info.overrun & _WORD, 0, info.status, value,
        info.value, info.user_time & _LONG, info.system_time & _LONG, info.address,
    )  # fmt: skip
    return packed.ljust(_SIZE, b"\0")
