"""V22: --fork=copy is the fork of old, which copies the whole data space within the call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.machine import paging
from kernel.events import PageFaulted, TaskCreated
from tests.vfork.watching import CHILD, FIRST, Watched


@pytest.fixture
def run(guest: Callable[[str], Path]) -> Watched:
    run = Watched(guest("vfork/spawn"), ["fork", "write", "1"], "--fork=copy")
    run.until(lambda: bool(run.seen(TaskCreated)))
    return run


def test_v22_every_resident_page_is_copied_within_the_call(run: Watched) -> None:
    parent, child = run.task(FIRST).memory, run.task(CHILD).memory
    pages = parent.resident_pages()
    assert run.system.frames.counters.pages_copied == pages >= 256
    assert child.resident_pages() == pages


def test_v22_no_frame_is_shared(run: Watched) -> None:
    frames = []
    for pid in (FIRST, CHILD):
        tables = run.task(pid).memory.tables
        indices = [index for _, index in tables.present(0, 0xC000_0000)]
        frames.append({paging.frame_of(tables.entries[index]) for index in indices})
    assert not frames[0] & frames[1]


def test_v22_copies_hold_what_the_pages_held(run: Watched) -> None:
    parent, child = run.task(FIRST).memory, run.task(CHILD).memory
    for area in parent.areas:
        for page, _ in parent.tables.present(area.start, area.end):
            assert parent.read(page, 4096) == child.read(page, 4096)


def test_v22_nothing_is_copied_later(run: Watched) -> None:
    copied = run.system.frames.counters.pages_copied
    assert run.run() == 0
    assert run.system.frames.counters.pages_copied == copied
    assert not [event for event in run.seen(PageFaulted) if event.kind == "copy"]


def test_v22_vfork_and_the_usual_fork_copy_less(guest: Callable[[str], Path]) -> None:
    def copied(way: str, options: str) -> int:
        run = Watched(guest("vfork/spawn"), [way, "exit", "1"], options)
        assert run.run() == 0
        return run.system.frames.counters.pages_copied

    assert copied("vfork", "--fork=copy") == 0
    assert copied("fork", "--fork=cow") <= 2
    assert copied("fork", "--fork=copy") >= 256
