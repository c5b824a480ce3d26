"""Page faults: the memory sees to them, or the task pays for them."""

from __future__ import annotations

from emulator.machine.traps import PageFault
from kernel import events
from kernel.abi.process import signal_status
from kernel.abi.signals import Signal
from kernel.errors import SysError
from kernel.mm.fault import MemoryFault
from kernel.signals import faults
from kernel.task import exit as exiting
from kernel.task.task import Task

_FAULTS_PER_COUNT = 256
"""A recorded run has RAM counted at each so many page faults."""


def handle(task: Task, trap: PageFault) -> None:
    """Let the current task go on, send it a signal, or kill it where there is no memory left."""
    recording = task.system.journal.recording
    try:
        kind = task.memory.fault(trap.address, trap.access)
    except MemoryFault as fault:
        if recording:
            task.emit(events.PageFaulted, trap.address, trap.access.value, "bad")
        faults.raise_memory_fault(task, fault, trap)
        return
    except SysError:
        task.system.notice(f"out of memory: pid {task.pid} ({task.name}) is killed")
        exiting.kill_process(task.process, signal_status(Signal.SIGKILL, dumped=False))
        return
    task.minor_faults += 1
    counters = task.system.frames.counters
    counters.faults += 1
    if recording:
        task.emit(events.PageFaulted, trap.address, trap.access.value, kind)
        if counters.faults % _FAULTS_PER_COUNT == 0:
            task.tell_frames()
