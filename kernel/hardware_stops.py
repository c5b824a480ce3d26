"""Hardware breakpoints and watchpoints: running a task whose debug registers are armed.

The CPU emulator has no debug registers. Pages with something to wait for are guarded in the page
tables: code cannot be fetched there, data not be touched. What then faults is run alone, with the
guards down, and what it does is compared with what is waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine import paging
from emulator.machine.disassembly import accesses
from emulator.machine.machine import EIP, ESP
from emulator.machine.traps import BUDGET_SPENT, SINGLE_STEP, Access, PageFault, Trap
from kernel.check import instruction
from kernel.task.debug_registers import DebugRegisters, Kind

if TYPE_CHECKING:
    from kernel.mm.page_tables import PageTables
    from kernel.task.task import Task

_PAGE = ~0xFFF
_LONGEST = 15


def run(task: Task, debug: DebugRegisters, budget: int, is_stepping: bool) -> Trap:
    """Run the current task until a trap, which SINGLE_STEP is for stops of this kind, too."""
    machine, spent = task.system.machine, 0
    must_step = is_stepping
    while spent < budget:
        at = machine.registers[EIP]
        slots = 0 if at == debug.passed else _executed(debug, at)
        if slots:
            debug.passed = at
            debug.met(slots, is_step=False)
            machine.spent = spent
            return SINGLE_STEP
        if must_step or at & _PAGE in _code_pages(debug):
            trap = _step(task, debug, budget - spent, is_stepping)
            must_step = is_stepping
        else:
            trap = _run_guarded(task, debug, budget - spent)
            must_step = True
        spent += max(machine.spent, 1)
        if trap is not None:
            machine.spent = spent
            return trap
    machine.spent = spent
    return BUDGET_SPENT


def _executed(debug: DebugRegisters, at: int) -> int:
    """Slots whose instruction this is, as bits."""
    return sum(
        1 << each
        for each in debug.armed()
        if debug.slot(each)[0] is Kind.EXECUTE and debug.addresses[each] == at
    )


def _code_pages(debug: DebugRegisters) -> set[int]:
    return {
        debug.addresses[each] & _PAGE
        for each in debug.armed()
        if debug.slot(each)[0] is Kind.EXECUTE
    }


# ---- many instructions -------------------------------------------------------------------------


def _run_guarded(task: Task, debug: DebugRegisters, budget: int) -> Trap | None:
    """Run with the guards up; None where one of them was met."""
    machine, tables = task.system.machine, task.memory.tables
    saved = _put_up(tables, debug)
    machine.flush_tlb()
    try:
        trap = machine.run(budget)
    finally:
        for page, entry in saved.items():
            tables.set(page, tables.get(page) & _TOUCHED | entry)
        machine.flush_tlb()
    debug.passed = None
    if isinstance(trap, PageFault) and trap.address & _PAGE in saved:
        return None if _is_allowed(saved[trap.address & _PAGE], trap.access) else trap
    return trap


_TOUCHED = paging.ACCESSED | paging.DIRTY
"""What the CPU itself writes into entries."""


def _put_up(tables: PageTables, debug: DebugRegisters) -> dict[int, int]:
    """Guard every page that something is waited for at; their entries as they were."""
    saved: dict[int, int] = {}
    for each in debug.armed():
        kind, _ = debug.slot(each)
        page = debug.addresses[each] & _PAGE  # all of it: it is aligned
        entry = tables.get(page)
        if not entry & paging.PRESENT:
            continue
        saved.setdefault(page, entry)
        if kind is Kind.EXECUTE:
            tables.set(page, entry | paging.NO_EXECUTE)
        else:
            tables.set(page, entry & ~(paging.WRITABLE if kind is Kind.WRITE else paging.USER))
    return saved


def _is_allowed(entry: int, access: Access) -> bool:
    """Whether the page tables, without guards, let the program do that."""
    if access is Access.EXECUTE:
        return not entry & paging.NO_EXECUTE
    return access is Access.READ or bool(entry & paging.WRITABLE)


# ---- one instruction ---------------------------------------------------------------------------


def _step(task: Task, debug: DebugRegisters, budget: int, is_stepping: bool) -> Trap | None:
    """Run one instruction without guards; None where nothing of it was waited for."""
    machine, memory = task.system.machine, task.memory
    at = instruction.look(machine, memory)
    watched = [each for each in debug.armed() if debug.slot(each)[0] is not Kind.EXECUTE]
    code = instruction.peek(memory, at.eip, _LONGEST) if watched else b""
    touched = accesses(code, at.eip, machine.registers) if watched else []
    before = [instruction.peek(memory, debug.addresses[each], 4) for each in watched]
    trap = instruction.step(machine, memory, at, budget)
    if trap is not None and trap != SINGLE_STEP:
        return trap
    debug.passed = None
    touched += _stack_accesses(at.esp, machine.registers[ESP])
    slots = 0
    for each, old in zip(watched, before, strict=True):
        kind, length = debug.slot(each)
        start = debug.addresses[each]
        is_changed = instruction.peek(memory, start, 4)[:length] != old[:length]
        if is_changed or _is_touched(touched, start, length, kind):
            slots |= 1 << each
    if slots or is_stepping or trap is not None:
        debug.met(slots, is_stepping or trap is not None)
        return SINGLE_STEP
    return None


def _stack_accesses(before: int, after: int) -> list[tuple[int, int, bool]]:
    """What pushing wrote or popping read."""
    if after < before and before - after <= 32:
        return [(after, before - after, True)]
    return [(before, after - before, False)] if 0 < after - before <= 32 else []


def _is_touched(touched: list[tuple[int, int, bool]], start: int, length: int, kind: Kind) -> bool:
    return any(
        at < start + length and start < at + size and (writes or kind is Kind.ACCESS)
        for at, size, writes in touched
    )
