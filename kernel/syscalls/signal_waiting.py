"""Waiting for signals and coming back from them: pause, sigsuspend, sigtimedwait, sigreturn."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.signals import UNBLOCKABLE, SiCode, Signal, next_signal, signal_name
from kernel.abi.sysno import Sysno
from kernel.errors import REPLACED, Block, Ending, Restart, SysError
from kernel.events import Described
from kernel.signals import attention, frame, masks, send, siginfo
from kernel.signals.state import SigInfo
from kernel.syscalls.arguments import Argument, Size
from kernel.syscalls.signal_structures import (
    InSet,
    OldMask,
    OutSigInfo,
    Unused,
    check_set_size,
    read_set,
)
from kernel.syscalls.table import note, syscall
from kernel.syscalls.time_values import InTimespec, InTimespec64, read_timespec
from kernel.task.task import Call, Task
from kernel.task.tracing import NO_CALL
from kernel.wait import WaitQueue


@syscall(Sysno.PAUSE, restart=Restart.NOHAND)
def pause(task: Task) -> int:
    """Sleep until a handler has run: always EINTR."""
    raise Block(WaitQueue("signal"))


@syscall(Sysno.RT_SIGSUSPEND, restart=Restart.NOHAND)
def rt_sigsuspend(task: Task, mask: InSet, size: Size) -> int:
    """Sleep with another mask until a handler has run: EINTR; EFAULT, EINVAL."""
    check_set_size(size)
    masks.block_during_call(task, read_set(task, mask))
    raise Block(WaitQueue("signal"))


@syscall(Sysno.SIGSUSPEND, restart=Restart.NOHAND)
def sigsuspend(task: Task, first: Unused, second: Unused, mask: OldMask) -> int:
    """The same with 32 signals by value."""
    masks.block_during_call(task, mask)
    raise Block(WaitQueue("signal"))


@syscall(Sysno.RT_SIGTIMEDWAIT, restart=Restart.NEVER)
def rt_sigtimedwait(
    task: Task, mask: InSet, info: OutSigInfo, timeout: InTimespec, size: Size
) -> int:
    """Take one of these signals off the pending ones, waiting for it: its number. EAGAIN, EINTR."""
    return _take_or_wait(task, mask, info, timeout, size, wide=False)


@syscall(Sysno.RT_SIGTIMEDWAIT_TIME64, restart=Restart.NEVER)
def rt_sigtimedwait_time64(
    task: Task, mask: InSet, info: OutSigInfo, timeout: InTimespec64, size: Size
) -> int:
    """The same with 64-bit seconds."""
    return _take_or_wait(task, mask, info, timeout, size, wide=True)


def _take_or_wait(task: Task, mask: int, info: int, timeout: int, size: int, wide: bool) -> int:
    check_set_size(size)
    wanted = read_set(task, mask) & ~UNBLOCKABLE
    deadline = None
    if timeout:
        assert task.call is not None
        deadline = task.call.entered + read_timespec(task, timeout, wide)
    taken = _take(task, wanted)
    if taken is None:
        if deadline is not None and task.system.clock.now >= deadline:
            raise SysError(Errno.EAGAIN)
        raise Block(task.signals.queue, deadline=deadline)
    attention.refresh(task)
    if info:
        task.memory.write(info, siginfo.pack(taken))
    return taken.signal


def _take(task: Task, wanted: int) -> SigInfo | None:
    for pending in (task.signals.pending, task.process.pending):
        ready = pending.mask & wanted
        if ready:
            return pending.take(next_signal(ready))
    return None


@note(Sysno.RT_SIGTIMEDWAIT, Sysno.RT_SIGTIMEDWAIT_TIME64)
def _taken_name(task: Task, call: Call, result: int) -> str | None:
    return signal_name(result)


class _FrameArgument(Argument):
    """No argument at all: a trace shows the mask in the frame that the stack pointer tells of."""

    words = 0

    def __init__(self, rt: bool) -> None:
        self.rt = rt

    def expression(self, word: int) -> str:
        return str(int(self.rt))

    def describe(self, task: Task, call: Call, word: int) -> Described:
        try:
            mask = frame.mask_in_frame(task, self.rt)
        except SysError:
            return ("omit",)
        return ("struct", [("mask", ("sigset", mask))], False)


@syscall(Sysno.SIGRETURN)
def sigreturn(task: Task, rt: Annotated[int, _FrameArgument(rt=False)]) -> Ending:
    """Go back from a handler to what it interrupted; SIGSEGV where the frame is no frame."""
    try:
        frame.restore(task, bool(rt))
        if task.tracing is not None:
            task.tracing.original = NO_CALL
    except SysError:
        _refuse(task)
    return REPLACED


@syscall(Sysno.RT_SIGRETURN)
def rt_sigreturn(task: Task, rt: Annotated[int, _FrameArgument(rt=True)]) -> Ending:
    """The same from a handler with SA_SIGINFO."""
    return sigreturn(task, rt)


def _refuse(task: Task) -> None:
    """Linux gives SIGSEGV and 0 as the result."""
    send.force(task, SigInfo(Signal.SIGSEGV, SiCode.SI_KERNEL))


@syscall(Sysno.RESTART_SYSCALL)
def restart_syscall(task: Task) -> int:
    """Without a call to go on with: EINTR. With one the kernel goes on with it itself."""
    raise SysError(Errno.EINTR)
