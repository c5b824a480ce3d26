"""V23: vfork costs the same at any size; fork grows with page tables, the old fork with data."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from emulator.demos.guest_run import GuestRun

SIZES = (1, 16, 256)
"""MiB resident in the parent."""
RAM = "--ram=640M"


class Cost(NamedTuple):
    """What one call took, and the child's exit after it; frames are those of the call alone."""

    tables: int
    pages: int
    frames: int
    faults: int


@pytest.fixture(scope="module")
def cost(guest: Callable[[str], Path]) -> Callable[..., Cost]:
    @cache
    def measure(way: str, mebibytes: int, option: str = "--fork=cow") -> Cost:
        words = [way, "exit", str(mebibytes)]
        run = GuestRun(str(guest("vfork/spawn")), words, [RAM, option])
        system, kernel = run.session.system, run.session.kernel
        frames, faults = 0, 0
        while system.tasks.find(101) is None:
            frames, faults = system.frames.allocated, system.frames.counters.faults
            kernel.run(1)
        frames = system.frames.allocated - frames
        assert run.run() == 0
        after = system.frames.counters
        return Cost(after.tables_copied, after.pages_copied, frames, after.faults - faults)

    return measure


def test_v23_vfork_costs_the_same_at_every_size(cost: Callable[..., Cost]) -> None:
    costs = [cost("vfork", size) for size in SIZES]
    assert costs == [Cost(0, 0, 4, costs[0].faults)] * len(SIZES)


def test_v23_forks_tables_grow_with_the_parent(cost: Callable[..., Cost]) -> None:
    """A table maps 2 MiB."""
    one, sixteen, many = (cost("fork", size) for size in SIZES)
    assert many.tables - sixteen.tables == (256 - 16) // 2
    assert 7 <= sixteen.tables - one.tables <= 8
    assert one.pages == sixteen.pages == many.pages <= 2


def test_v23_the_old_forks_copies_grow_with_the_data(cost: Callable[..., Cost]) -> None:
    one, sixteen, many = (cost("fork", size, "--fork=copy") for size in SIZES)
    assert sixteen.pages - one.pages == 15 * 256
    assert many.pages - sixteen.pages == 240 * 256


def test_v23_vfork_of_a_large_parent_costs_less_than_any_fork_of_a_small_one(
    cost: Callable[..., Cost],
) -> None:
    assert cost("vfork", 256).frames < cost("fork", 1).frames
    assert cost("vfork", 256).tables < cost("fork", 1).tables
