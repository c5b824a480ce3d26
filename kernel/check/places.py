"""Names of memory: which variable, frame, or mapping an address belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine.segments import TLS_FIRST
from kernel.check.errno_place import errno_address
from kernel.check.instruction import peek

if TYPE_CHECKING:
    from emulator.machine.machine import Machine
    from kernel.check.frames import CallSite
    from kernel.check.program import Program
    from kernel.mm.address_space import AddressSpace

ERRNO = "errno"


def name_of(program: Program, memory: AddressSpace, site: CallSite, address: int) -> str:
    """What lies at an address, for people; the same text for all of one thing."""
    symbol = program.object_at(address)
    if symbol is not None:
        return symbol.name
    for frame in site.wrappers + site.frames:
        if frame.cfa - 4 <= address < frame.cfa:
            return f"the return address of {frame.name}"
        if frame.low <= address < frame.cfa:
            return f"the frame of {frame.name}"
    return _mapping(memory, site, address)


def _mapping(memory: AddressSpace, site: CallSite, address: int) -> str:
    area = memory.find(address)
    if area is None:
        return "memory that is not mapped any more"
    if area.start <= site.esp < area.end:
        return "the parent's stack"
    if area.path == "[heap]":
        return "the heap"
    return f"memory mapped from {area.path}" if area.path else "mapped memory"


def thread_pointer(machine: Machine) -> int | None:
    """Where %gs:0 is, if %gs selects a TLS descriptor."""
    slot = (machine.segment("gs") >> 3) - TLS_FIRST
    if not 0 <= slot < len(machine.tls):
        return None
    descriptor = machine.tls[slot]
    return descriptor >> 16 & 0xFF_FFFF | descriptor >> 56 << 24


def errno_of(program: Program, memory: AddressSpace, machine: Machine) -> int | None:
    """Address of the current thread's errno, where there is a C library that tells."""
    base = thread_pointer(machine)
    if base is None:
        return None
    thread = int.from_bytes(peek(memory, base, 4), "little")
    return errno_address(program, memory, thread) if thread else None
