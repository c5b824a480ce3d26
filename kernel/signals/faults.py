"""Faults: the signal that a program's own instruction earns it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulator.machine import traps
from emulator.machine.machine import EIP
from emulator.machine.traps import Access, CpuFault, Interrupt, PageFault, Trap
from kernel.abi import signals as abi
from kernel.abi.signals import SiCode, Signal
from kernel.signals import send
from kernel.signals.state import Fault, SigInfo

if TYPE_CHECKING:
    from kernel.mm.fault import MemoryFault
    from kernel.task.task import Task

_USER, _WRITE, _FETCH = 4, 2, 16
_OPEN_GATES = (traps.BREAKPOINT, traps.OVERFLOW)
"""INT n that ring 3 may use, beside system calls."""
_X87_CODES = (
    (0x01, abi.FPE_FLTINV), (0x04, abi.FPE_FLTDIV), (0x08, abi.FPE_FLTOVF),
    (0x12, abi.FPE_FLTUND), (0x20, abi.FPE_FLTRES),
)  # fmt: skip


def raise_fault(task: Task, trap: Trap) -> None:
    """Send the current task the signal for a CPU exception or an INT n that means nothing."""
    error = 0
    if isinstance(trap, Interrupt):
        vector = trap.vector
        if vector not in _OPEN_GATES:
            vector, error = traps.GENERAL_PROTECTION, _refuse_interrupt(task, vector)
    else:
        assert isinstance(trap, CpuFault)
        vector, error = trap.vector, trap.error
    info = _signal_of(task, vector, error)
    if info is not None:
        shown = 0 if vector == traps.DEBUG else error
        _force(task, info, vector, shown, task.signals.fault.cr2)


def raise_memory_fault(task: Task, fault: MemoryFault, trap: PageFault) -> None:
    """Send the current task SIGSEGV or SIGBUS for an access that no area allows."""
    error = _USER | trap.present
    if trap.access is Access.WRITE:
        error |= _WRITE
    elif trap.access is Access.EXECUTE:
        error |= _FETCH
    info = SigInfo(fault.signal, fault.code, address=fault.address)
    _force(task, info, traps.PAGE_FAULT, error, fault.address)


def _force(task: Task, info: SigInfo, vector: int, error: int, cr2: int) -> None:
    task.signals.fault = Fault(vector, error, cr2)
    send.force(task, info)


def _refuse_interrupt(task: Task, vector: int) -> int:
    """INT n without a gate is a general protection fault at the INT; its error code."""
    registers = task.system.machine.registers
    registers[EIP] = (registers[EIP] - 2) & 0xFFFF_FFFF
    return 8 * vector + 2


def _signal_of(task: Task, vector: int, error: int) -> SigInfo | None:
    address = task.system.machine.registers[EIP]
    if vector == traps.DIVIDE_ERROR:
        return SigInfo(Signal.SIGFPE, abi.FPE_INTDIV, address=address)
    if vector == traps.DEBUG:
        code = abi.TRAP_BRKPT if error else _debug_code(task)
        return SigInfo(Signal.SIGTRAP, code, address=address)
    if vector == traps.INVALID_OPCODE:
        return SigInfo(Signal.SIGILL, abi.ILL_ILLOPN, address=address)
    if vector == traps.X87_FLOATING_POINT:
        return _x87(task, address)
    if vector in (traps.SEGMENT_NOT_PRESENT, traps.STACK_SEGMENT):
        return SigInfo(Signal.SIGBUS, SiCode.SI_KERNEL)
    if vector == traps.BREAKPOINT:
        return SigInfo(Signal.SIGTRAP, SiCode.SI_KERNEL)
    return SigInfo(Signal.SIGSEGV, SiCode.SI_KERNEL)


def _debug_code(task: Task) -> int:
    """Whether it was a step, or an address in the debug registers."""
    debug = None if task.tracing is None else task.tracing.debug
    return abi.TRAP_HWBKPT if debug is not None and debug.is_breakpoint else abi.TRAP_TRACE


def _x87(task: Task, address: int) -> SigInfo | None:
    """The first unmasked exception in Linux's order; None where there is none after all."""
    image = task.system.machine.read_fxsave()
    control, status = struct.unpack_from("<HH", image)
    unmasked = status & ~control
    for bits, code in _X87_CODES:
        if unmasked & bits:
            return SigInfo(Signal.SIGFPE, code, address=address)
    return None
