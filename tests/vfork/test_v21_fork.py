"""V21: fork copies all page tables within the call, and a page when one side writes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.machine import paging
from kernel.events import PageFaulted, TaskCreated
from kernel.mm.counters import Counters
from tests.vfork.watching import CHILD, FIRST, Watched

PAGES = 256
"""Resident pages of the one MiB that the guest maps, besides its own few."""


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    return Watched(guest("vfork/spawn"), ["fork", "write", "1"])


def counters_of(run: Watched) -> Counters:
    return run.system.frames.counters


def until_forked(run: Watched) -> None:
    run.until(lambda: bool(run.seen(TaskCreated)))


def entries_of(run: Watched, pid: int) -> dict[int, int]:
    """Page table entries by address."""
    tables = run.task(pid).memory.tables
    return {page: tables.entries[index] for page, index in tables.present(0, 0xC000_0000)}


def test_v21_all_tables_are_copied_within_the_call(run: Watched) -> None:
    until_forked(run)
    parent, child = run.task(FIRST).memory.tables, run.task(CHILD).memory.tables
    assert child.leaves.keys() == parent.leaves.keys()
    assert not set(child.leaves.values()) & set(parent.leaves.values())
    assert child.root != parent.root
    assert counters_of(run).tables_copied == len(parent.leaves)


def test_v21_fork_itself_copies_no_page(run: Watched) -> None:
    until_forked(run)
    assert counters_of(run).pages_copied == 0
    assert entries_of(run, FIRST).keys() == entries_of(run, CHILD).keys()
    frames = [
        {page: paging.frame_of(entry) for page, entry in entries_of(run, pid).items()}
        for pid in (FIRST, CHILD)
    ]
    assert frames[0] == frames[1]


def test_v21_no_page_can_be_written_in_either_process(run: Watched) -> None:
    until_forked(run)
    for pid in (FIRST, CHILD):
        assert not any(entry & paging.WRITABLE for entry in entries_of(run, pid).values())


def test_v21_a_write_copies_one_page_and_costs_one_fault(run: Watched) -> None:
    until_forked(run)
    run.run()
    copies = [event for event in run.seen(PageFaulted) if event.kind == "copy"]
    assert counters_of(run).pages_copied == len(copies)
    assert len({(event.pid, event.address >> 12) for event in copies}) == len(copies)
    assert PAGES <= len(copies) <= PAGES + 2


def test_v21_last_user_of_a_page_writes_without_a_copy(run: Watched) -> None:
    until_forked(run)
    before = counters_of(run).pages_copied
    run.until(lambda: run.task(CHILD).memory_left)
    copied = counters_of(run).pages_copied
    run.run()
    assert counters_of(run).pages_copied == copied > before
