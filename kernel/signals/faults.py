"""Faults: the signal that a program's own instruction earns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine import traps
from emulator.machine.machine import EIP
from emulator.machine.traps import Access, CpuFault, Interrupt, PageFault, Trap
from kernel.abi import signals as abi
from kernel.abi.signals import SiCode, Signal
from kernel.signals import send
from kernel.signals.state import SigInfo

if TYPE_CHECKING:
    from kernel.mm.fault import MemoryFault
    from kernel.task.task import Task

_USER, _WRITE, _FETCH = 4, 2, 16
_OPEN_GATES = {traps.BREAKPOINT: Signal.SIGTRAP, traps.OVERFLOW: Signal.SIGSEGV}
"""INT n that ring 3 may use, beside system calls."""
_X87_CODES = (
    (0x01, abi.FPE_FLTINV), (0x04, abi.FPE_FLTDIV), (0x08, abi.FPE_FLTOVF),
    (0x12, abi.FPE_FLTUND), (0x20, abi.FPE_FLTRES),
)  # fmt: skip
_CONTROL_AT, _STATUS_AT = 0, 2


def raise_fault(task: Task, trap: Trap) -> None:
    """Send the current task the signal for a CPU exception or an INT n that means nothing."""
    if isinstance(trap, Interrupt):
        info: SigInfo | None = _interrupt(task, trap.vector)
    else:
        assert isinstance(trap, CpuFault)
        info = _exception(task, trap)
    if info is not None:
        send.force(task, info)


def raise_memory_fault(task: Task, fault: MemoryFault, trap: PageFault) -> None:
    """Send the current task SIGSEGV or SIGBUS for an access that no area allows."""
    error = _USER | trap.present
    if trap.access is Access.WRITE:
        error |= _WRITE
    elif trap.access is Access.EXECUTE:
        error |= _FETCH
    send.force(
        task,
        SigInfo(
            fault.signal, fault.code, address=fault.address, trap=traps.PAGE_FAULT, error=error
        ),
    )


def _interrupt(task: Task, vector: int) -> SigInfo:
    """INT3 and INTO have gates; every other INT n is a general protection fault at the INT."""
    signal = _OPEN_GATES.get(vector)
    if signal is not None:
        return SigInfo(signal, SiCode.SI_KERNEL, trap=vector)
    registers = task.system.machine.registers
    registers[EIP] = (registers[EIP] - 2) & 0xFFFF_FFFF
    return _general_protection(8 * vector + 2)


def _general_protection(error: int) -> SigInfo:
    return SigInfo(Signal.SIGSEGV, SiCode.SI_KERNEL, trap=traps.GENERAL_PROTECTION, error=error)


def _exception(task: Task, trap: CpuFault) -> SigInfo | None:
    vector = trap.vector
    address = task.system.machine.registers[EIP]
    if vector == traps.DIVIDE_ERROR:
        return SigInfo(Signal.SIGFPE, abi.FPE_INTDIV, address=address, trap=vector)
    if vector == traps.DEBUG:
        return SigInfo(Signal.SIGTRAP, abi.TRAP_TRACE, address=address, trap=vector)
    if vector == traps.INVALID_OPCODE:
        return SigInfo(Signal.SIGILL, abi.ILL_ILLOPN, address=address, trap=vector)
    if vector == traps.X87_FLOATING_POINT:
        return _x87(task, address)
    if vector == traps.BREAKPOINT:
        return SigInfo(Signal.SIGTRAP, SiCode.SI_KERNEL, trap=vector)
    if vector in (traps.OVERFLOW, traps.BOUND_RANGE):
        return SigInfo(Signal.SIGSEGV, SiCode.SI_KERNEL, trap=vector)
    return SigInfo(Signal.SIGSEGV, SiCode.SI_KERNEL, trap=vector, error=trap.error)


def _x87(task: Task, address: int) -> SigInfo | None:
    """The first unmasked exception in Linux's order; None where there is none after all."""
    image = task.system.machine.read_fxsave()
    control = int.from_bytes(image[_CONTROL_AT : _CONTROL_AT + 2], "little")
    status = int.from_bytes(image[_STATUS_AT : _STATUS_AT + 2], "little")
    unmasked = status & ~control
    for bits, code in _X87_CODES:
        if unmasked & bits:
            return SigInfo(Signal.SIGFPE, code, address=address, trap=traps.X87_FLOATING_POINT)
    return None
