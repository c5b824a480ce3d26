"""Trace points: where a traced task stops on its way through the kernel (ptrace(2)).

Each returns whether the task stopped; the kernel then takes the CPU away. What was going on lies in
the task (`call`, `ending`), so that the next time it runs it goes on from there.
"""

from __future__ import annotations

from emulator.machine.machine import EAX, EFLAGS, EIP
from emulator.machine.traps import Trap
from kernel.abi.errno import Errno
from kernel.abi.ptrace import TraceEvent
from kernel.abi.signals import TRAP_BRKPT, Signal
from kernel.errors import REPLACED, Ending, Restart
from kernel.signals import send
from kernel.signals.state import SigInfo
from kernel.task import tracing
from kernel.task.task import Task
from kernel.task.tracing import NO_CALL, StopKind

_TRAP_FLAG = 0x100
_RESTART_CODES = {
    Restart.SYS: 512,
    Restart.NOHAND: 514,
    Restart.BLOCK: 516,
    Restart.NEVER: int(Errno.EINTR),
}
"""Linux's own errors for calls that a signal interrupted; only tracers see them."""


def run(task: Task, budget: int) -> Trap:
    """Run the current task, which is traced, as its tracer said: on, or for one instruction."""
    machine, state = task.system.machine, task.tracing
    assert state is not None
    state.original = NO_CALL
    if state.debug is not None and state.debug.armed():
        from kernel import hardware_stops  # few tracers use them

        return hardware_stops.run(task, state.debug, budget, state.is_stepping)
    if not state.is_stepping:
        return machine.run(budget)
    machine.registers[EFLAGS] |= _TRAP_FLAG
    trap = machine.run(budget)
    machine.registers[EFLAGS] &= ~_TRAP_FLAG
    return trap


def at_entry(task: Task, number: int) -> bool:
    """A system call begins. Its tracer may change number and arguments, or have it not made."""
    state = task.tracing
    if state is None:
        return False
    state.original = number
    if not state.stops_at_calls():
        return False
    task.system.machine.registers[EAX] = -Errno.ENOSYS & 0xFFFF_FFFF
    tracing.stop_at_call(task, StopKind.ENTRY)
    return True


def before_ending(task: Task, ending: Ending) -> bool:
    """A call is about to end in this way, after an event that the tracer asked for: clone, exec."""
    state = task.tracing
    if state is None or state.event is None:
        return False
    event, state.event = state.event, None
    task.ending = 0 if ending is REPLACED else ending
    tracing.stop_for_event(task, event, state.message)
    return True


def after_hold(task: Task) -> bool:
    """A vfork parent was released: it will return, after an event if the tracer asked for it."""
    state, hold = task.tracing, task.held
    assert hold is not None
    if state is None or not state.wants(TraceEvent.PTRACE_EVENT_VFORK_DONE):
        return False
    task.held, task.ending = None, hold.value
    tracing.stop_for_event(task, TraceEvent.PTRACE_EVENT_VFORK_DONE, hold.value)
    return True


def at_exit(task: Task) -> bool:
    """A system call has ended; under a tracer that steps, so has the step."""
    state = task.tracing
    if state is None or task.is_ending:
        return False
    if state.stops_at_calls() and not state.is_emulated:
        tracing.stop_at_call(task, StopKind.EXIT)
        return True
    if state.is_stepping:
        at = task.system.machine.registers[EIP]
        send.send_to_task(task, SigInfo(Signal.SIGTRAP, TRAP_BRKPT, address=at))
    return False


def at_interruption(task: Task) -> bool:
    """A signal ended the sleep of a call: its tracer sees Linux's restart code."""
    if task.tracing is None:
        return False
    assert task.signals.interrupted is not None
    code = _RESTART_CODES[task.signals.interrupted]
    task.system.machine.registers[EAX] = -code & 0xFFFF_FFFF
    return at_exit(task)


def before_end(task: Task) -> bool:
    """The task is to end, of itself or by a signal."""
    if not tracing.stops_at_exit(task):
        return False
    tracing.stop_at_exit(task)
    return True
