"""Waiting for one of several futexes: futex_waitv(2)."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.futex import FUTEX2_SIZE_U32, FUTEX_PRIVATE_FLAG, FUTEX_WAITV_MAX
from kernel.abi.sysno import Sysno
from kernel.abi.time import ClockId
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, Hex, Size
from kernel.syscalls.clocks import Clock
from kernel.syscalls.table import syscall
from kernel.syscalls.time_values import InTimespec64, read_timespec
from kernel.task import futex
from kernel.task.task import Call, Task

_WAITER = struct.Struct("<QQII")


class _WaitersArgument(Argument):
    """An array of struct futex_waitv, whose length is the next word."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, count = call.words[word : word + 2]
        try:
            image = task.memory.read(address, _WAITER.size * min(count, FUTEX_WAITV_MAX))
        except SysError:
            return ("ptr", address)
        return ("array", [_describe(*waiter) for waiter in _WAITER.iter_unpack(image)], False)


def _describe(value: int, address: int, flags: int, reserved: int) -> Described:
    names = "FUTEX_32" if flags & FUTEX2_SIZE_U32 else ""
    names += "|FUTEX_PRIVATE_FLAG" if flags & FUTEX_PRIVATE_FLAG else ""
    fields: list[tuple[str, Described]] = [
        ("val", ("hex", value)),
        ("uaddr", ("ptr", address)),
        ("flags", ("flags", flags, names or (f"{flags:#x}" if flags else "0"))),
        ("__reserved", ("int", reserved) if reserved else ("omit",)),
    ]
    return ("struct", fields, False)


@syscall(Sysno.FUTEX_WAITV)
def futex_waitv(
    task: Task,
    waiters: Annotated[int, _WaitersArgument()],
    count: Size,
    flags: Hex,
    timeout: InTimespec64,
    clock: Clock,
) -> int:
    """Sleep until one of 1 to 128 words is woken for, or a moment of the clock: which of them.

    EAGAIN where one holds another value, EFAULT, EINTR, EINVAL, ETIMEDOUT.
    """
    if flags or not 1 <= count <= FUTEX_WAITV_MAX or not waiters:
        raise SysError(Errno.EINVAL)
    deadline = None
    if timeout:
        if clock not in (ClockId.CLOCK_MONOTONIC, ClockId.CLOCK_REALTIME):
            raise SysError(Errno.EINVAL)
        deadline = read_timespec(task, timeout, wide=True)
        if clock == ClockId.CLOCK_REALTIME:
            deadline -= task.system.clock.wall_at_boot
    return futex.wait_for_any(task, _read(task, waiters, count), deadline)


def _read(task: Task, address: int, count: int) -> list[tuple[int, int, bool]]:
    words = []
    image = task.memory.read(address, _WAITER.size * count)
    for value, at, flags, reserved in _WAITER.iter_unpack(image):
        if flags & ~FUTEX_PRIVATE_FLAG != FUTEX2_SIZE_U32 or reserved:
            raise SysError(Errno.EINVAL)
        words.append((at & 0xFFFF_FFFF, value & 0xFFFF_FFFF, bool(flags & FUTEX_PRIVATE_FLAG)))
    return words
