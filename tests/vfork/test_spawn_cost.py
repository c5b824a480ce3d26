"""`emu386 demo spawn-cost`: what each way to start a program costs (V21 to V23 side by side)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.demos import spawn_cost
from emulator.demos.spawn_cost import FORK, OLD_FORK, SPAWN, VFORK, Cost, measure
from kernel.errors import BadGuest

BIG = 400
PAGES = 256
"""Of one MiB."""


@pytest.fixture(scope="module", autouse=True)
def built(guest: Callable[[str], Path]) -> None:
    guest("vfork/spawn_cost")


@pytest.fixture(scope="module")
def small() -> dict[str, Cost]:
    return measure(1, "1G")


@pytest.fixture(scope="module")
def big() -> dict[str, Cost]:
    return measure(BIG, "1G")


def test_v23_vfork_costs_a_parent_of_400_mib_what_it_costs_a_small_one(
    small: dict[str, Cost], big: dict[str, Cost]
) -> None:
    assert big[VFORK] == small[VFORK]
    assert big[SPAWN] == small[SPAWN]


def test_v23_vfork_and_spawn_copy_nothing_and_suspend_the_parent(small: dict[str, Cost]) -> None:
    for way in (VFORK, SPAWN):
        assert (small[way].tables_copied, small[way].pages_copied) == (0, 0)
        assert small[way].suspended > 0
    for way in (FORK, OLD_FORK):
        assert small[way].suspended == 0


def test_v21_forks_page_tables_grow_linearly(small: dict[str, Cost], big: dict[str, Cost]) -> None:
    """A table maps 2 MiB; the guest's own code and stack take some, whatever its size."""
    growth = [measure(size)[FORK].tables_copied - small[FORK].tables_copied for size in (17, 33)]
    assert growth == [8, 16]
    assert 0 <= big[FORK].tables_copied - small[FORK].tables_copied - (BIG - 1) // 2 <= 1
    assert big[FORK].pages_copied == small[FORK].pages_copied <= 2


def test_v22_the_old_fork_copies_every_resident_page(
    small: dict[str, Cost], big: dict[str, Cost]
) -> None:
    own = small[OLD_FORK].pages_copied - PAGES
    assert 0 < own < 10
    assert big[OLD_FORK].pages_copied == BIG * PAGES + own


def test_the_table_has_a_line_for_each_size_and_way(capsys: pytest.CaptureFixture[str]) -> None:
    assert spawn_cost.show(["1", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("MiB")[0].strip() for line in lines[1:]] == ["1"] * 4 + ["2"] * 4
    assert lines[3].split() == ["1", "MiB", "vfork", "0", "0", "0", *lines[3].split()[6:]]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize("name", ["plot.png", "plot.svg"])
def test_a_plot_is_written(name: str, tmp_path: Path, small: dict[str, Cost]) -> None:
    pytest.importorskip("matplotlib", reason="the optional extra `plot` is not installed")
    from emulator.demos.spawn_plot import plot

    plot({1: small, 2: small}, str(tmp_path / name))
    assert (tmp_path / name).read_bytes()[:5] in (b"\x89PNG\r", b"<?xml")


def test_without_matplotlib_one_line_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, small: dict[str, Cost]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    from emulator.demos.spawn_plot import plot

    with pytest.raises(BadGuest, match="needs matplotlib"):
        plot({1: small}, "plot.png")


def test_wrong_words_are_said_before_anything_runs() -> None:
    for words in (["x"], ["0"], ["--plot", "plot.txt"], ["--plot"]):
        with pytest.raises(BadGuest):
            spawn_cost.show(words)
