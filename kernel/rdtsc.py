"""RDTSC: the time-stamp counter, answered from the virtual clock so that runs are equal."""

from emulator.machine.machine import EAX, EDX, EIP
from emulator.machine.traps import GENERAL_PROTECTION, CpuFault, Trap
from kernel.errors import SysError
from kernel.task.task import Task

_RDTSC = b"\x0f\x31"


def answer_rdtsc(task: Task, trap: Trap) -> bool:
    """Where the trap is RDTSC, put nanoseconds since boot into edx:eax and go on behind it."""
    if (
        not isinstance(trap, CpuFault)
        or trap.vector != GENERAL_PROTECTION
        or task.traits.has_no_tsc
    ):
        return False
    registers = task.system.machine.registers
    try:
        if task.memory.read(registers[EIP], 2) != _RDTSC:
            return False
    except SysError:
        return False
    now = task.system.clock.now
    registers[EAX], registers[EDX] = now & 0xFFFF_FFFF, now >> 32 & 0xFFFF_FFFF
    registers[EIP] += 2
    return True
