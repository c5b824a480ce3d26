"""The CPU for stepping: it counts instructions, and stops before an address or after a change.

A run of n instructions is the same as n runs of one. That costs some 10 ns an instruction, which
is why programs that are only to run do so on a `UnicornCpu` that counts blocks.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from emulator.machine import cpu_quirks, host_code, segments
from emulator.machine.contexts import FrozenContext, UnicornContext
from emulator.machine.machine import EFLAGS, EIP, SEGMENT_NAMES, Context
from emulator.machine.traps import BUDGET_SPENT, SINGLE_STEP, SYSCALL, PageFault, Trap
from emulator.machine.unicorn_cpu import (
    INSTRUCTION_HOOK,
    PUSHF,
    READ_HOOK,
    TRAP_FLAG,
    WRITE_HOOK,
    WRITING,
    UnicornCpu,
    register_number,
)

_WIDEST = 15
"""Octets before a range where an access may begin that reaches into it."""


class WatchedWord(NamedTuple):
    """Eight aligned octets of RAM: where, their value, and a mask of those that matter."""

    physical: int
    value: int
    mask: int


class MemoryAccess(NamedTuple):
    """What an instruction has done to RAM: where, how many octets, and whether it wrote them."""

    physical: int
    size: int
    is_write: bool


class WatchedRange(NamedTuple):
    """Octets of RAM whose reading is to be told, and with `writes` their writing, too."""

    physical: int
    length: int
    writes: bool


class SteppingCpu(UnicornCpu):
    """A `Machine` whose budget and `spent` are instructions attempted, exactly.

    A round of a repeated string instruction is one, and so is finding that no round is left; an
    instruction that faults is one at each attempt.
    """

    counted = INSTRUCTION_HOOK
    _ranges: tuple[WatchedRange, ...] = ()
    _hooks: tuple[int, ...] = ()
    _held_back = 0
    """What an access has taken from the budget, so that the run ends behind its instruction."""
    accesses: tuple[MemoryAccess, ...] = ()
    """To the watched ranges, by the last instruction of the last run, if it was completed."""

    def watch_accesses(self, ranges: tuple[WatchedRange, ...]) -> None:
        """From now on stop behind an instruction that reads one of these ranges.

        Only while there are any does memory access take Unicorn's slow way.
        """
        if ranges == self._ranges:
            return
        for hook in self._hooks:
            self._uc.hook_del(hook)
        self._ranges = ranges
        self._hooks = tuple(
            self._uc.hook_add(
                READ_HOOK | WRITE_HOOK * each.writes,
                self._note_access,
                begin=max(each.physical - _WIDEST, 0),
                end=each.physical + each.length - 1,
            )
            for each in ranges
        )
        self.forget_code()  # which has the fast way in it
        self.flush_tlb()

    def _note_access(
        self, uc: object, kind: int, at: int, size: int, value: int, data: object
    ) -> None:
        is_write = kind == WRITING
        for each in self._ranges:
            is_meant = each.writes or not is_write
            if is_meant and at < each.physical + each.length and each.physical < at + size:
                self.accesses += (MemoryAccess(at, size, is_write),)
                self._held_back += max(self._cell[host_code.BUDGET], 0)
                self._cell[host_code.BUDGET] = 0

    def arm(self, addresses: Collection[int], words: Collection[WatchedWord]) -> None:
        """From now on stop before the instructions at these addresses, and after a change of one
        of these words; ValueError where there are too many of either.
        """
        if len(addresses) > host_code.MOST_ADDRESSES or len(words) > host_code.MOST_WATCHED:
            raise ValueError("too many breakpoints, or too much memory watched, at a time")
        cell, at = self._cell, host_code.ADDRESSES
        cell[at] = len(addresses)
        for i, address in enumerate(addresses, at + 1):
            cell[i] = address
        at = host_code.WATCHED
        cell[at] = 3 * len(words)
        for i, word in enumerate(words):
            cell[at + 1 + 3 * i] = self.ram.host_address + word.physical
            self._cell_memory[at + 2 + 3 * i] = word.value
            self._cell_memory[at + 3 + 3 * i] = word.mask

    @property
    def was_hit(self) -> bool:
        """Whether the last run ended where `arm` asked for it."""
        return bool(self._cell[host_code.HIT])

    def run(self, budget: int) -> Trap:
        self._budget = budget
        self._cell[host_code.HIT] = 0
        self._held_back, self.accesses = 0, ()
        trap = super().run(budget)
        self.spent -= self._held_back
        if isinstance(trap, PageFault) and self._cell[host_code.AT] == self.registers[EIP]:
            self.accesses = ()  # it will be tried again
        if trap is not BUDGET_SPENT and trap is not SYSCALL:
            self._mend_flags(trap)
        return trap

    def _mend_flags(self, trap: Trap) -> None:
        """EFLAGS as they were before the instruction that faulted.

        With a hook on instructions Unicorn 2.1.3 loses them at a fault right behind the instruction
        that set them; what the hook itself has read is right, but for the flag by which `_approach`
        steps: that one is over.
        """
        if trap != SINGLE_STEP and self._cell[host_code.AT] == self.registers[EIP]:
            seen, stepping = self._cell[host_code.FLAGS], self.registers[EFLAGS] & TRAP_FLAG
            self.registers[EFLAGS] = seen & 0xFFFF_FFFF & ~TRAP_FLAG | stepping

    @property
    def page_directory(self) -> int:
        """Physical address of the address space in force."""
        return self._page_directory

    # ---- the state as data -------------------------------------------------------------------

    def freeze(self) -> FrozenContext:
        """The registers as they are now."""
        self.store(self._scratch)
        return self._scratch.freeze()

    def thaw(self, frozen: FrozenContext, page_directory: int) -> None:
        """Go on with such registers in an address space, whatever RAM held before."""
        self._scratch.thaw(frozen)
        self.tls = frozen.tls
        segments.write_tls(self.ram, frozen.tls)
        self.load(self._scratch, page_directory)
        self.switch_space(page_directory)
        self.forget_code()
        self.switch_space(page_directory)

    def look_into(self, context: Context) -> tuple[dict[str, int], bytes]:
        """The selectors by name, and the FXSAVE image, of registers that are not loaded."""
        live = self.new_context()
        self.store(live)
        self.load(context, self._page_directory)
        found = {name: self.segment(name) for name in SEGMENT_NAMES}, self.read_fxsave()
        self.load(live, self._page_directory)
        return found

    def thawed(self, frozen: FrozenContext) -> UnicornContext:
        """A new context of this value."""
        context = self.new_context()
        context.thaw(frozen)
        return context

    # ---- exact counts ------------------------------------------------------------------------

    def _counter(self, code: host_code.HostCode) -> int:
        return code.instruction

    def _count_block(self, uc: int, address: int, size: int, data: int) -> None:
        """What the host code does, for hosts that have none."""
        cell, octets = self._cell, self.ram.octets
        if not cell[host_code.FLAG] and cell[host_code.BUDGET] > 0:
            at, words = host_code.ADDRESSES, self._cell_memory
            is_hit = address in cell[at + 1 : at + 1 + cell[at]].tolist()
            at = host_code.WATCHED + 1
            for i in range(at, at + cell[host_code.WATCHED], 3):
                start = words[i] - self.ram.host_address
                value = int.from_bytes(octets[start : start + 8], "little")
                is_hit |= bool((value ^ words[i + 1]) & words[i + 2] & (1 << 64) - 1)
            if not is_hit:
                cell[host_code.BUDGET] -= 1
                cell[host_code.AT] = address
                cell[host_code.FLAGS] = self._read(register_number("eflags"))
                return
            cell[host_code.HIT] = 1
        self._stop()

    def _approach(self, fault: PageFault) -> Trap:
        """As for any CPU, but each step counts, and none is beyond the budget."""
        spent = self.spent
        trap: Trap = SINGLE_STEP
        while trap == SINGLE_STEP and spent < self._budget:
            at = cpu_quirks.walk(self.ram, self._page_directory, self.registers[EIP])
            if at is not None and self.ram.octets[at] == PUSHF:
                trap = fault
                break
            self.registers[EFLAGS] |= TRAP_FLAG
            trap = super().run(1)
            self.registers[EFLAGS] &= ~TRAP_FLAG
            spent += self.spent
        self.spent = spent
        return BUDGET_SPENT if trap == SINGLE_STEP else trap

    def _forge(self, vector: int) -> int:
        if self._forged is None:
            self._left = self._cell[host_code.BUDGET]
        return super()._forge(vector)

    def _forged_exception(self, vector: int) -> Trap:
        self.spent = self._budget - self._left
        return super()._forged_exception(vector)
