"""Tampering with system calls: errors, values, signals, delays and octets put in on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.abi.signals import SiCode
from kernel.errors import Block, Ending, Restart, SysError
from kernel.mm import remote
from kernel.signals.send import send_to_task
from kernel.signals.state import SigInfo

if TYPE_CHECKING:
    from kernel.task.task import Call, Task

Invoke = Callable[["Task", tuple[int, ...]], Ending]
Pokes = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True)
class Injection:
    """What happens to which calls, and to which of them: strace's -e inject.

    `value` (-errno for an error) is returned without making the call; delays are in nanoseconds.
    There is none at the end of calls that return to no one or once a child lets them (execve,
    exit, vfork).
    Each task counts its own calls from 1: `first`, then every `step`th up to `last`.
    `poke_enter` and `poke_exit` say what is stored where an argument (1 for the first) points to.
    """

    calls: frozenset[str]
    value: int | None = None
    poke_enter: Pokes = ()
    poke_exit: Pokes = ()
    signal: int | None = None
    delay_enter: int = 0
    delay_exit: int = 0
    first: int = 1
    last: int | None = None
    step: int = 1

    def is_due(self, count: int) -> bool:
        """Whether the task's call with this number is tampered with."""
        if count < self.first or (self.last is not None and count > self.last):
            return False
        return (count - self.first) % self.step == 0


_NOTHING = Injection(frozenset())


@dataclass
class _Tampered:
    """A call in flight, what is injected into it, and how far that has come."""

    call: Call
    injection: Injection
    until: int | None = None
    """When the delay at hand ends."""
    value: int | None = None
    """The result, while the delay at the call's end lasts."""


class Injector:
    """Makes calls in place of the kernel, which asks for it only where something is injected."""

    def __init__(self, injections: tuple[Injection, ...]) -> None:
        self.injections = injections
        self._counts: dict[tuple[int, int], int] = {}
        self._in_flight: dict[int, _Tampered] = {}

    def invoke(self, name: str, task: Task, call: Call, invoke: Invoke) -> Ending:
        """Make a call, or try it again, with what is injected; raises Block during a delay."""
        state = self._in_flight.get(task.tid)
        if state is None or state.call is not call:
            state = self.begin(name, task, call)
        self._wait(state, task)
        if state.value is None:
            ending = self._ending(state, task, invoke)
            if not isinstance(ending, int):  # the call does not return now, or replaced registers
                return ending
            state.value = ending
            _poke(task, call, state.injection.poke_exit)
            self._delay(state, task, state.injection.delay_exit)
            self._wait(state, task)
        del self._in_flight[task.tid]
        return state.value

    def begin(self, name: str, task: Task, call: Call) -> _Tampered:
        """A call has been entered: what happens before it is even shown."""
        injection = self._due(name, task)
        state = self._in_flight[task.tid] = _Tampered(call, injection)
        _poke(task, call, injection.poke_enter)
        if injection.signal is not None:
            send_to_task(task, SigInfo(injection.signal, SiCode.SI_KERNEL))
        self._delay(state, task, injection.delay_enter)
        return state

    def _due(self, name: str, task: Task) -> Injection:
        for number, injection in enumerate(self.injections):
            if name in injection.calls:
                key = (task.tid, number)
                count = self._counts[key] = self._counts.get(key, 0) + 1
                if injection.is_due(count):
                    return injection
        return _NOTHING

    def _ending(self, state: _Tampered, task: Task, invoke: Invoke) -> Ending:
        if state.injection.value is not None:
            _mark(state.call, "INJECTED")
            return state.injection.value
        try:
            return invoke(task, state.call.words)
        except SysError as error:
            return -int(error.errno)

    def _delay(self, state: _Tampered, task: Task, nanoseconds: int) -> None:
        if nanoseconds:
            state.until = task.system.clock.now + nanoseconds

    def _wait(self, state: _Tampered, task: Task) -> None:
        """Sleep until the delay is over."""
        if state.until is None:
            return
        if task.system.clock.now < state.until:
            raise Block(deadline=state.until, restart=Restart.NEVER, deaf=True)
        state.until = None
        if "DELAYED" not in state.call.tampered:
            state.call.tampered += ("DELAYED",)


_POKED = "INJECTED: args"


def _poke(task: Task, call: Call, pokes: Pokes) -> None:
    """Store octets where the call's arguments point to."""
    for number, octets in pokes:
        try:
            remote.write(task.memory, call.words[number - 1], octets)
        except SysError:
            task.system.notice(f"pid {task.tid}: argument {number} points to nothing to poke")
    if pokes:
        _mark(call, _POKED)


def _mark(call: Call, mark: str) -> None:
    """Note for a trace what was done; both arguments and result are one note."""
    if mark in call.tampered:
        return
    if {mark, *call.tampered} >= {"INJECTED", _POKED}:
        rest = tuple(each for each in call.tampered if each not in ("INJECTED", _POKED))
        call.tampered = (f"{_POKED}, retval", *rest)
    else:
        call.tampered += (mark,)
