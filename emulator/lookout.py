"""The lookout: whether a stepped run has met one of its stops.

Addresses, and words of RAM whose change matters, are armed in the CPU, so that the run is fast; all
else is seen in the events of a step, and by comparing memory after whatever the kernel has done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from emulator.machine import paging
from emulator.machine.host_code import MOST_ADDRESSES, MOST_WATCHED
from emulator.machine.stepping_cpu import MemoryAccess, SteppingCpu, WatchedRange, WatchedWord
from emulator.machine.traps import Access
from emulator.stops import (
    AccessWatch,
    BeforeSignal,
    Breakpoint,
    Catch,
    Reason,
    Stop,
    Stopped,
    Watchpoint,
    caught,
)
from kernel.abi.memory import PAGE_SIZE
from kernel.events import Event, PageFaulted
from kernel.mm.address_space import AddressSpace
from kernel.mm.peek import peek
from kernel.stepping import SteppedKernel
from kernel.task.task import Task

_WORD = 8


class _Watched(NamedTuple):
    """One watchpoint in one address space, and what was there before the step."""

    stop: Watchpoint
    memory: AddressSpace
    content: bytes


class Lookout:
    """Looks for `stops` (only those of task `tid`, if it is given) from where `kernel` is now."""

    def __init__(
        self, kernel: SteppedKernel, stops: Collection[Stop] = (), tid: int | None = None
    ) -> None:
        assert isinstance(kernel.machine, SteppingCpu)
        self._kernel = kernel
        self._machine = kernel.machine
        self._machine.arm((), ())
        self._machine.watch_accesses(())
        self._tid = tid
        self._breakpoints: list[Breakpoint] = []
        self._watchpoints: list[Watchpoint] = []
        self._access_watches: list[AccessWatch] = []
        self._signals: list[BeforeSignal] = []
        self._catches: list[Catch] = []
        for stop in stops:
            if isinstance(stop, Breakpoint):
                self._breakpoints.append(stop)
            elif isinstance(stop, Watchpoint):
                self._watchpoints.append(stop)
            elif isinstance(stop, AccessWatch):
                self._access_watches.append(stop)
            elif isinstance(stop, BeforeSignal):
                self._signals.append(stop)
            else:
                self._catches.append(stop)
        self._passed = kernel.steps
        """Position at which breakpoints were told already."""
        self._retried = (-1, 0)
        """Position at which the current task tries an instruction again after a fault, and who."""
        self._watched: list[_Watched] = []

    # ---- before a step -----------------------------------------------------------------------

    def arm(self, budget: int) -> int:
        """Prepare the CPU for what comes next; no more than so many steps may be taken then."""
        if self._access_watches:
            self._machine.watch_accesses(self._ranges())
        if not self._breakpoints and not self._watchpoints:
            return budget
        task, machine = self._kernel.system.scheduler.current, self._machine
        addresses = self._addresses(task)
        was_told = self._kernel.steps == self._passed
        if was_told and task is not None and task.call is None and task.instruction in addresses:
            addresses, budget = set(), 1
        self._watched = self._look()
        words = self._words() if task is not None else []
        if len(addresses) > MOST_ADDRESSES or len(words) > MOST_WATCHED:
            addresses, words, budget = set(), [], 1  # looked at after each step
        machine.arm(addresses, words)
        return budget

    def _addresses(self, task: Task | None) -> set[int]:
        if task is None or (self._tid is not None and task.tid != self._tid):
            return set()
        return {stop.address for stop in self._breakpoints if stop.tid in (None, task.tid)}

    def _look(self) -> list[_Watched]:
        return [
            _Watched(stop, memory, peek(memory, stop.address, stop.length))
            for stop in self._watchpoints
            for memory in self._spaces(stop)
        ]

    def _spaces(self, stop: Watchpoint | AccessWatch) -> list[AddressSpace]:
        """The address spaces in which a stop holds."""
        system = self._kernel.system
        if stop.tid is None:
            return list(system.frames.commitments.spaces)
        task = system.tasks.find(stop.tid)
        return [] if task is None or task.memory_left else [task.memory]

    def _ranges(self) -> tuple[WatchedRange, ...]:
        """Where in RAM the octets are whose reading counts, in the memory of who runs next."""
        task = self._kernel.system.scheduler.current
        if task is None or task.memory_left or self._tid not in (None, task.tid):
            return ()
        return tuple(
            place
            for stop in self._access_watches
            if task.memory in self._spaces(stop)
            for place in _places(task.memory, stop)
        )

    def _words(self) -> list[WatchedWord]:
        """The words of RAM that the watched octets lie in now, where they lie in any."""
        masks: dict[int, int] = {}
        for stop, memory, _ in self._watched:
            for address in range(stop.address, stop.address + stop.length):
                entry = memory.tables.get(address)
                if entry & paging.PRESENT:
                    physical = (entry & paging.FRAME_BITS) | address & 0xFFF
                    start, place = physical & ~(_WORD - 1), physical & (_WORD - 1)
                    masks[start] = masks.get(start, 0) | 0xFF << 8 * place
        entries = self._machine.ram.entries
        return [WatchedWord(at, entries[at // _WORD], mask) for at, mask in masks.items()]

    # ---- after a step ------------------------------------------------------------------------

    def seen(self, ran: Task | None, fresh: list[Event]) -> Stopped | None:
        """What was met by the steps that `ran` has just taken, with these events."""
        for event in fresh:
            if _is_retried(event):
                self._retried = self._kernel.steps, event.pid
        for event in fresh:
            met = caught(self._catches, event, self._tid)
            if met is not None:
                return Stopped(met[0], self._kernel.steps, event.pid, met[1], event)
        return (
            self._seen_access(ran)
            or self._seen_change(ran)
            or self._seen_signal()
            or self.seen_breakpoint()
        )

    def _seen_access(self, ran: Task | None) -> Stopped | None:
        """What the last instruction has read, in memory that its task still has."""
        accesses = self._machine.accesses if self._access_watches else ()
        if not accesses or ran is None or ran.memory_left:
            return None
        for stop in self._access_watches:
            if ran.memory in self._spaces(stop) and any(
                _is_met(place, access) for place in _places(ran.memory, stop) for access in accesses
            ):
                return Stopped(Reason.ACCESS, self._kernel.steps, ran.tid, stop)
        return None

    def _seen_signal(self) -> Stopped | None:
        """A signal that the next step acts on."""
        info = self._kernel.upcoming_signal if self._signals else None
        if info is None:
            return None
        task = self._kernel.system.scheduler.current
        assert task is not None
        for stop in self._signals:
            if info.signal in stop.signals and self._tid in (None, task.tid):
                return Stopped(Reason.SIGNAL_WAITS, self._kernel.steps, task.tid, stop)
        return None

    def _seen_change(self, ran: Task | None) -> Stopped | None:
        for stop, memory, content in self._watched:
            if not memory.users:
                continue
            now, tid = peek(memory, stop.address, stop.length), self._tid_in(memory, ran)
            if now != content and self._tid in (None, tid):
                change, position = (content, now), self._kernel.steps
                return Stopped(Reason.WATCHPOINT, position, tid, stop, change=change)
        return None

    def _tid_in(self, memory: AddressSpace, ran: Task | None) -> int:
        if ran is not None and ran.memory is memory:
            return ran.tid
        users = (task for task in self._kernel.system.tasks.tasks() if _uses(task, memory))
        return next((task.tid for task in users), 0)

    def seen_breakpoint(self) -> Stopped | None:
        """A breakpoint here, unless it was told, or its instruction is only tried again."""
        position = self._kernel.steps
        task = self._kernel.system.scheduler.current
        if not self._breakpoints or task is None or task.call is not None:
            return None
        if position == self._passed or task.instruction not in self._addresses(task):
            return None
        self._passed = position
        if self._retried == (position, task.tid):
            return None
        stop = next(
            stop for stop in self._breakpoints
            if stop.address == task.instruction and stop.tid in (None, task.tid)
        )  # fmt: skip
        return Stopped(Reason.BREAKPOINT, position, task.tid, stop)


def _uses(task: Task, memory: AddressSpace) -> bool:
    return not task.memory_left and getattr(task, "memory", None) is memory


def _places(memory: AddressSpace, stop: AccessWatch) -> Iterator[WatchedRange]:
    """The parts of RAM that watched octets lie in, page by page, where they lie in any."""
    address, end = stop.address, stop.address + stop.length
    while address < end:
        page_end = min((address | PAGE_SIZE - 1) + 1, end)
        entry = memory.tables.get(address)
        if entry & paging.PRESENT:
            physical = (entry & paging.FRAME_BITS) | address & PAGE_SIZE - 1
            yield WatchedRange(physical, page_end - address, stop.writes)
        address = page_end


def _is_met(place: WatchedRange, access: MemoryAccess) -> bool:
    start, end = access.physical, access.physical + access.size
    is_meant = place.writes or not access.is_write
    return is_meant and start < place.physical + place.length and place.physical < end


def _is_retried(event: Event) -> bool:
    """Whether the instruction that faulted is the task's next one, for the second time."""
    if not isinstance(event, PageFaulted):
        return False
    return event.kind != "bad" and event.access != Access.EXECUTE.value


class Turn(Lookout):
    """Stops when task `tid` gets the CPU or gives it away."""

    def __init__(self, kernel: SteppedKernel, tid: int) -> None:
        super().__init__(kernel)
        self._of = tid
        self._has_it = self._is_its()

    def _is_its(self) -> bool:
        task = self._kernel.system.scheduler.current
        return task is not None and task.tid == self._of

    def seen(self, ran: Task | None, fresh: list[Event]) -> Stopped | None:
        if self._is_its() == self._has_it:
            return None
        return Stopped(Reason.STEP, self._kernel.steps, self._of)
