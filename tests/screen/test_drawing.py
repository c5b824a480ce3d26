"""Drawing: pictures as text of exactly the size there is, and what a reader finds in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text

from emulator.debug import moves
from emulator.debug.picture.model import Picture
from emulator.debug.screen.lines import Border, box, fit, line
from emulator.debug.screen.panes import PANES, descriptors, memory, tasks
from emulator.debug.screen.stage import stage
from tests.screen.pictures import AFTER_EXEC, DURING_VFORK, Spectator

Guest = Callable[[str], Path]
SIZES = [(80, 17), (40, 8), (81, 20), (120, 22), (160, 30), (250, 60), (20, 4), (30, 6), (1, 1)]


@pytest.fixture(scope="module")
def life(guest: Guest) -> list[Picture]:
    """A picture after every process event of a vfork, the beginning and the end included."""
    spectator = Spectator(guest("vfork_exec"))
    pictures = [spectator.picture]
    while not spectator.stepper.at_end:
        pictures.append(spectator.move(moves.process_event))
    return pictures


@pytest.mark.parametrize("size", SIZES)
def test_a_stage_fills_its_room_exactly(life: list[Picture], size: tuple[int, int]) -> None:
    width, height = size
    for picture in life:
        lines = stage(picture, width, height).plain.split("\n")
        assert [cell_len(line) for line in lines] == [width] * height


def test_a_shared_space_is_drawn_once_hanging_on_both(guest: Guest) -> None:
    picture = Spectator(guest("vfork_exec")).move(*DURING_VFORK)
    text = stage(picture, 80, 17).plain
    assert text.count("CR3") == 1
    assert "one address space, shared by 100 and 101" in text
    *_, columns, bracket, words = text.split("\n")
    hangs = [at for at, character in enumerate(bracket) if character in "╚╝"]
    assert [columns[at] for at in hangs] == ["┬", "┳"]
    assert words.strip().startswith(picture.spaces[0].name)


def test_after_exec_each_stands_on_its_own(guest: Guest) -> None:
    text = stage(Spectator(guest("vfork_exec")).move(*AFTER_EXEC), 80, 17).plain
    assert text.count("CR3") == 2
    assert "100 alone" in text
    assert "101 alone" in text
    assert "╚" not in text


def test_after_a_fork_the_pages_still_shared_are_counted(guest: Guest) -> None:
    spectator = Spectator(guest("fork_cow"))
    while len(spectator.picture.spaces) < 2:
        spectator.move(moves.process_event)
    *_, facts = stage(spectator.picture, 80, 17).plain.split("\n")
    assert "4 pages, 4 also in mm#2, 2 copy-on-write" in facts
    assert "4 pages, 4 also in mm#1, 2 copy-on-write" in facts


def test_the_reason_for_waiting_is_there_without_colour(guest: Guest) -> None:
    text = stage(Spectator(guest("vfork_exec")).move(*DURING_VFORK), 80, 17).plain
    first, second, *_ = text.split("\n")
    assert first.startswith("┌╌ 100 vfork_exec ╌")
    assert "┏━ 101 vfork_exec ━" in first
    assert "suspended: child 101 has not exec'd" in second


def test_changed_registers_are_marked_without_colour(guest: Guest) -> None:
    text = stage(Spectator(guest("vfork_exec")).move(*DURING_VFORK), 80, 17).plain
    assert "eax*00000065" in text
    assert "eax*00000000" in text
    assert text.count("*0") == 2


def test_the_arrow_is_hollow_while_something_else_comes_first(guest: Guest) -> None:
    spectator = Spectator(guest("vfork_exec"))
    assert "▶" in stage(spectator.picture, 80, 17).plain
    assert "▷" in stage(spectator.move(moves.vfork), 80, 17).plain
    assert "▶" not in stage(spectator.picture, 80, 17).plain
    text = stage(spectator.move(moves.instruction), 80, 17).plain
    assert (text.count("▷"), text.count("▶")) == (1, 1)


def test_an_ended_run_has_an_empty_stage(life: list[Picture]) -> None:
    assert "No process is left." in stage(life[-1], 80, 17).plain


def test_panes_show_who_waits_for_what_and_who_shares(guest: Guest) -> None:
    spectator = Spectator(guest("pipe"))
    while len(spectator.picture.tasks) < 2:
        spectator.move(moves.system_call)
    while "waits for" not in "".join(row.reason for row in spectator.picture.tasks):
        spectator.move(moves.system_call)
    picture = spectator.picture
    assert any("read waits for pipe readable" in each.plain for each in tasks(picture))
    assert any("also in mm#2" in each.plain for each in memory(picture))
    assert any("same open file as 101's" in each.plain for each in descriptors(picture))


def test_every_pane_has_something_to_say_at_every_moment(life: list[Picture]) -> None:
    for picture in life:
        assert all(draw(picture) for _, draw in PANES.values())


def test_a_box_has_its_titles_and_its_connector() -> None:
    border = Border("1234", "-", "|", "+")
    drawn = box([line("ab"), line("c")], 12, 4, line("t"), line("n"), border, connector=5)
    assert [each.plain for each in drawn] == [
        "1- t -- n -2", "|ab        |", "|c         |", "3----+-----4"
    ]  # fmt: skip


def test_what_is_too_long_is_cut_with_a_sign() -> None:
    assert fit(Text("abcdef"), 4).plain == "abc…"
    assert fit(Text("ab"), 4).plain == "ab  "
