"""Calls that do not exist here: ENOSYS, and a line for people, once for each number."""

from __future__ import annotations

from emulator.machine.machine import EAX
from kernel import events
from kernel.abi.errno import Errno
from kernel.call_report import call_name
from kernel.syscalls.refused import REFUSED, SILENT
from kernel.task.task import Task


def refuse(task: Task, number: int) -> None:
    """End the current task's call, whose number is not in the table."""
    system, name = task.system, call_name(number)
    system.machine.registers[EAX] = -Errno.ENOSYS & 0xFFFF_FFFF
    if number not in SILENT and number not in system.unsupported:
        system.unsupported.add(number)
        why = f"; {REFUSED[number]}" if number in REFUSED else ""
        system.notice(f"unsupported system call {name} (number {number}): ENOSYS{why}")
    if system.journal.recording:
        task.emit(events.UnsupportedCall, number, name)
        details = (number, name, -Errno.ENOSYS, "ENOSYS", (), None, None)
        task.emit(events.SyscallExited, *details)
    task.call = None
