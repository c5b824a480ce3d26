"""Thread-local variables: where a thread has those of its program.

The ABI says it for every C library (ELF Handling For Thread-Local Storage, variant II): the block
of the program ends at the thread pointer, its size rounded up to its alignment.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.process import Aux
from kernel.errors import SysError
from kernel.task import tls

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from kernel.task.task import Task

_PT_TLS = 7


class _Header(NamedTuple):
    """A program header (elf(5))."""

    kind: int
    offset: int
    address: int
    physical: int
    file_size: int
    memory_size: int
    flags: int
    alignment: int


def address_of(stepper: Stepper, task: Task, offset: int) -> int:
    """Address of the variable at an offset of the program's block.

    ENOENT: the program has none. EINVAL: the thread has not set up its own yet.
    """
    sizes = [
        (header.memory_size, header.alignment or 1)
        for header in _program_headers(stepper, task)
        if header.kind == _PT_TLS
    ]
    if not sizes:
        raise SysError(Errno.ENOENT)
    size, alignment = sizes[0]
    block = thread_pointer(stepper, task) - (size + alignment - 1) // alignment * alignment
    return block + offset & 0xFFFF_FFFF


def thread_pointer(stepper: Stepper, task: Task) -> int:
    """Base of the segment in %gs; EINVAL where that is no TLS descriptor."""
    entry = stepper.registers(task)["gs"] >> 3
    return tls.unpack(tls.packed(stepper.tls(task), entry)).base


def _program_headers(stepper: Stepper, task: Task) -> Iterator[_Header]:
    """As they are in memory, where the auxiliary vector says."""
    known = dict(struct.iter_unpack("<II", task.memory.auxiliary))
    size, count = known.get(Aux.AT_PHENT, 0), known.get(Aux.AT_PHNUM, 0)
    table = stepper.read_memory(task, known.get(Aux.AT_PHDR, 0), size * count)
    for at in range(0, len(table), size):
        yield _Header(*struct.unpack_from("<8I", table, at))
