"""The checker: begins a watch with each vfork, and turns what it found into events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine.machine import ESP
from kernel import events
from kernel.check import deadlock
from kernel.check.draft import NOTE, Draft
from kernel.check.frames import find_call_site
from kernel.check.instruction import peek
from kernel.check.program import Program, program_of
from kernel.check.settings import CheckSettings
from kernel.check.watch import Watch

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task


class Checker:
    """The check of one system; `found` counts findings, notes left out."""

    def __init__(self, system: System, settings: CheckSettings) -> None:
        self.system = system
        self.settings = settings
        self.found = 0

    def begin(self, parent: Task, child: Task, own_stack: bool) -> None:
        """`parent`, the current task, has just made a vfork child."""
        if parent.memory.executable is None:
            return
        program = program_of(parent.memory.executable)
        site = find_call_site(program, parent.memory, self.system.machine.registers)
        stack = child.context.words[ESP] if own_stack else 0
        child.watch = Watch(self, child, parent, site, stack)

    def finish(self) -> None:
        """The run is over: tell what was found of children that still run."""
        for task in self.system.tasks.tasks():
            if task.watch is not None:
                self.report(task.watch)

    # ---- events ------------------------------------------------------------------------------

    def report(self, watch: Watch) -> None:
        """Emit everything found so far."""
        judge = watch.judge
        judge.settle_arguments()
        for draft in judge.drafts.values():
            self._complete(watch, draft)
            self._emit(watch, draft, judge.program)
        judge.drafts.clear()

    def stopped(self, watch: Watch) -> None:
        """The child has stopped: nobody may ever continue it."""
        self._deadlocked(watch, deadlock.facts_of_stop(watch.task, watch.parent))

    def all_asleep(self) -> None:
        """Every task sleeps, and no deadline will wake one."""
        for task in self.system.tasks.tasks():
            if task.watch is not None:
                self._deadlocked(
                    task.watch,
                    deadlock.facts_of_sleep(task, task.watch.parent, task.watch.judge.program),
                )

    def _deadlocked(self, watch: Watch, facts: dict[str, int | str] | None) -> None:
        if facts is None or watch.is_stop_told or not deadlock.is_suspended(watch.parent):
            return
        watch.is_stop_told = True
        self.report(watch)
        draft = Draft("W6", deadlock.instruction_of(watch.task))
        draft.count = 1
        draft.facts |= facts
        self._emit(watch, draft, watch.judge.program)

    def _complete(self, watch: Watch, draft: Draft) -> None:
        """What can be said only now: how the parent finds its frame, what was written in exit."""
        judge, memory = watch.judge, watch.judge.memory
        draft.facts["shared"] = int(memory is watch.parent.memory)
        slot = draft.facts.get("slot")
        if isinstance(slot, int):
            address = int.from_bytes(peek(memory, slot, 4), "little")
            draft.facts["return after"] = address
            draft.facts["return after place"] = judge.program.place(address)
            draft.facts["return before place"] = judge.program.place(
                int(draft.facts["return before"])
            )
        if draft.rule in ("W2", "W3"):
            names = dict.fromkeys(judge.name_of(address) for address in sorted(draft.before))
            draft.facts["modified"] = ", ".join(names)
            draft.facts["octets"] = len(draft.before)
        if draft.rule == "W2":
            now = peek(memory, judge.site.esp, len(judge.frame_before))
            differ = sum(a != b for a, b in zip(judge.frame_before, now, strict=True))
            draft.facts |= {"frame size": len(now), "frame octets changed": differ}

    def _emit(self, watch: Watch, draft: Draft, program: Program) -> None:
        start, end = draft.span
        before, after = draft.octets(watch.judge.memory)
        place = program.place(draft.instruction) if draft.instruction else ""
        self.found += draft.rule != NOTE
        self.system.journal.emit(
            events.Finding, self.system.clock.now, watch.task.tid, draft.rule, watch.parent.tid,
            draft.instruction, place, start, end - start, draft.touched, before, after,
            draft.count, tuple(draft.facts.items()),
        )  # fmt: skip
