"""V3: no page table is copied: the same CR3, and every octet of every table as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from kernel.events import Suspended
from kernel.mm.address_space import AddressSpace
from kernel.task.task import Task
from tests.vfork.watching import CHILD, FIRST, Watched


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    return Watched(guest("vfork/spawn"), ["vfork", "exit", "1"])


def tables_in_ram(memory: AddressSpace) -> dict[int, bytes]:
    """The octets of every frame that is a page table, directory or root, found as the CPU does."""
    entries, found = memory.frames.ram.entries, {}

    def read(frame: int) -> list[int]:
        found[frame] = bytes(entries[frame << 9 : (frame + 1) << 9])
        return [entry >> 12 & 0xFFFFFF for entry in entries[frame << 9 : (frame + 1) << 9] if entry]

    root = memory.tables.root >> 12
    for directory in read(root)[:3]:
        for table in read(directory):
            read(table)
    return found


def before_and_during(run: Watched) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is known of the memory before the block that ends with vfork, and after it."""
    before: dict[str, Any] = {}

    def is_suspended() -> bool:
        nonlocal before
        if run.seen(Suspended):
            return True
        before = facts(run.task(FIRST))
        return False

    run.until(is_suspended)
    return before, facts(run.task(FIRST))


def facts(task: Task) -> dict[str, Any]:
    frames = task.system.frames
    return {
        "CR3": task.memory.tables.root,
        "tables": tables_in_ram(task.memory),
        "count": task.memory.tables.count,
        "allocated": frames.allocated,
        "counters": asdict(frames.counters),
    }


def test_v03_tables_hold_the_same_octets_before_and_during(run: Watched) -> None:
    before, during = before_and_during(run)
    assert before["tables"] == during["tables"]
    assert len(run.task(FIRST).memory.tables.leaves) >= 3


def test_v03_both_run_on_one_cr3(run: Watched) -> None:
    before, during = before_and_during(run)
    run.until(lambda: run.system.scheduler.current is run.task(CHILD))
    assert run.task(CHILD).memory.tables.root == before["CR3"] == during["CR3"]


def test_v03_no_table_and_no_page_is_allocated(run: Watched) -> None:
    before, during = before_and_during(run)
    child = run.task(CHILD)
    assert child.files.charge is not None
    assert child.sighand.charge is not None
    own = (*child.structure, *child.files.charge.frames, *child.sighand.charge.frames)
    assert (during["count"], during["counters"]) == (before["count"], before["counters"])
    assert during["allocated"] == before["allocated"] + len(own)
    assert len(own) == 4
