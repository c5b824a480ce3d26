"""A stopped task's registers, as its tracer reads and writes them (struct user of ptrace(2))."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emulator.machine.machine import EAX, EBP, EBX, ECX, EDI, EDX, EFLAGS, EIP, ESI, ESP
from emulator.machine.segments import USER_CS, USER_DS
from kernel.abi.errno import Errno
from kernel.abi.ptrace import (
    DEBUG_REGISTERS_AT,
    FP_REGISTERS_SIZE,
    USER_REGISTERS,
    USER_REGS,
    USER_SIZE,
)
from kernel.abi.signal_frames import CHANGEABLE_FLAGS
from kernel.errors import SysError
from kernel.signals import fpu_frame
from kernel.task.debug_registers import DebugRegisters

if TYPE_CHECKING:
    from emulator.machine.machine import Machine
    from kernel.task.task import Task

_GENERAL = {
    "ebx": EBX, "ecx": ECX, "edx": EDX, "esi": ESI, "edi": EDI, "ebp": EBP, "eax": EAX,
    "eip": EIP, "eflags": EFLAGS, "esp": ESP,
}  # fmt: skip
_DATA_SEGMENTS = ("ds", "es", "fs", "gs")
_FIXED_SEGMENTS = {"cs": USER_CS, "ss": USER_DS}
_WORD = 4


@contextmanager
def _loaded(task: Task) -> Iterator[Machine]:
    """The machine with the stopped task's registers in it; those of the current one come back."""
    machine, current = task.system.machine, task.system.scheduler.current
    assert current is not None
    machine.store(current.context)
    machine.load(task.context, task.memory.tables.root)
    try:
        yield machine
    finally:
        machine.store(task.context)
        machine.load(current.context, current.memory.tables.root)


# ---- general registers -------------------------------------------------------------------------


def read_all(task: Task) -> bytes:
    """struct user_regs_struct: 68 octets."""
    assert task.tracing is not None
    words = task.context.words
    values = {name: words[index] for name, index in _GENERAL.items()}
    values["orig_eax"] = task.tracing.original
    with _loaded(task) as machine:
        for name in (*_DATA_SEGMENTS, *_FIXED_SEGMENTS):
            values[name] = machine.segment(name)
    return USER_REGS.pack(*[values[name] for name in USER_REGISTERS])


def write_all(task: Task, image: bytes) -> None:
    """Replace them; EIO for a selector that is no user program's."""
    values = dict(zip(USER_REGISTERS, USER_REGS.unpack(image), strict=True))
    for name, fixed in _FIXED_SEGMENTS.items():
        if values[name] & 0xFFFF != fixed:
            raise SysError(Errno.EIO)
    with _loaded(task) as machine:
        old = {name: machine.segment(name) for name in _DATA_SEGMENTS}
        for name in _DATA_SEGMENTS:
            selector = values[name] & 0xFFFF
            if selector != old[name] and not machine.set_segment(name, selector):
                for each, selector in old.items():
                    machine.set_segment(each, selector)
                raise SysError(Errno.EIO)
    for name in _GENERAL:
        _write_general(task, name, values[name])
    _write_original(task, values["orig_eax"])


def _write_general(task: Task, name: str, value: int) -> None:
    words, index = task.context.words, _GENERAL[name]
    if name == "eflags":
        value = words[index] & ~CHANGEABLE_FLAGS | value & CHANGEABLE_FLAGS
    words[index] = value


def _write_original(task: Task, value: int) -> None:
    """orig_eax: another number of the call to be made; below 0, no call is to be made again."""
    assert task.tracing is not None
    task.tracing.original = value
    if value & 0x8000_0000 and task.signals.interrupted is not None:
        task.call = task.signals.interrupted = None


def peek(task: Task, offset: int) -> int:
    """One word of struct user; EIO for an offset that is none."""
    if offset % _WORD or not 0 <= offset < USER_SIZE:
        raise SysError(Errno.EIO)
    if offset >= DEBUG_REGISTERS_AT:
        return _debug(task).read((offset - DEBUG_REGISTERS_AT) // _WORD)
    if offset >= USER_REGS.size:
        return 0
    word: int = USER_REGS.unpack(read_all(task))[offset // _WORD]
    return word


def poke(task: Task, offset: int, value: int) -> None:
    """Change one word of struct user: a register; EIO for an offset that cannot be written.

    EINVAL for what a debug register cannot be.
    """
    if offset % _WORD or not 0 <= offset < USER_SIZE:
        raise SysError(Errno.EIO)
    if offset >= DEBUG_REGISTERS_AT:
        _debug(task).write((offset - DEBUG_REGISTERS_AT) // _WORD, value)
        return
    if offset >= USER_REGS.size:
        raise SysError(Errno.EIO)
    image = bytearray(read_all(task))
    image[offset : offset + _WORD] = value.to_bytes(_WORD, "little")
    write_all(task, bytes(image))


def _debug(task: Task) -> DebugRegisters:
    """The debug registers that the tracer has given the task."""
    assert task.tracing is not None
    if task.tracing.debug is None:
        task.tracing.debug = DebugRegisters()
    return task.tracing.debug


# ---- x87 and SSE -------------------------------------------------------------------------------


def read_fxsave(task: Task) -> bytes:
    """The 512 octets that FXSAVE writes."""
    with _loaded(task) as machine:
        return machine.read_fxsave()


def write_fxsave(task: Task, image: bytes) -> None:
    """Load such an image."""
    with _loaded(task) as machine:
        machine.write_fxsave(image)


def read_x87(task: Task) -> bytes:
    """struct user_i387_struct: the 108 octets of FSAVE."""
    return fpu_frame.to_frame(read_fxsave(task))[:FP_REGISTERS_SIZE]


def write_x87(task: Task, image: bytes) -> None:
    """Load such a structure; SSE stays as it is."""
    frame = fpu_frame.to_frame(read_fxsave(task))
    write_fxsave(task, fpu_frame.from_frame(image + frame[FP_REGISTERS_SIZE:]))
