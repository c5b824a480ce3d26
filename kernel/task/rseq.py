"""Restartable sequences: code that was interrupted is sent to its abort handler (rseq(2))."""

from __future__ import annotations

import struct

from emulator.machine.machine import EIP
from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.task.task import Task

SIZE = 32
FLAG_UNREGISTER = 1
_CPU, _NO_CPU = 0, 0xFFFF_FFFF


def register(task: Task, area: int, size: int, signature: int) -> None:
    """Remember the thread's struct rseq and tell it its CPU; EINVAL, EPERM, EBUSY, EFAULT."""
    if task.rseq_area:
        _check(task, area, size, signature)
        raise SysError(Errno.EBUSY)
    if area & 31 or size != SIZE:
        raise SysError(Errno.EINVAL)
    task.memory.write(area, struct.pack("<II", _CPU, _CPU))
    task.rseq_area, task.rseq_signature = area, signature


def unregister(task: Task, area: int, size: int, signature: int) -> None:
    """Forget it again; EINVAL where it is not what was registered, EPERM for a wrong signature."""
    if not area:
        raise SysError(Errno.EINVAL)
    _check(task, area, size, signature)
    task.memory.write(area, struct.pack("<II", _CPU, _NO_CPU))
    task.rseq_area = 0


def _check(task: Task, area: int, size: int, signature: int) -> None:
    if task.rseq_area != area or size != SIZE:
        raise SysError(Errno.EINVAL)
    if task.rseq_signature != signature:
        raise SysError(Errno.EPERM)


def abort(task: Task) -> None:
    """Before a preemption or a signal: inside a critical section, go to its abort handler.

    A critical section that cannot be read, or whose handler lacks the signature, is left alone
    where Linux would kill the program.
    """
    registers = task.system.machine.registers
    try:
        section = task.memory.read_word(task.rseq_area + 8)
        if not section:
            return
        _, _, start, _, length, _, handler, _ = struct.unpack("<8I", task.memory.read(section, 32))
        if task.memory.read_word(handler - 4 & 0xFFFF_FFFF) != task.rseq_signature:
            return
        if registers[EIP] - start & 0xFFFF_FFFF < length:
            registers[EIP] = handler
        task.memory.write_word(task.rseq_area + 8, 0)
    except SysError:
        return
