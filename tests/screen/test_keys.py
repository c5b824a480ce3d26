"""Keys: what each of them does to the run and to what is seen of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from emulator.debug.picture.model import Picture
from emulator.debug.screen import keys
from emulator.debug.screen.app import Screen
from emulator.debug.screen.help import Help
from emulator.debug.screen.prompt import Prompt
from emulator.debug.screen.widgets import Header, Pane
from tests.screen.pictures import hand_made
from tests.screen.screens import LARGE, play, press, screen, settle

Guest = Callable[[str], Path]
LOOP = b"\xeb\xfe"
UNKNOWN_CALL = bytes.fromhex("b8f0010000 cd80 b801000000 bb00000000 cd80")  # call 496, exit(0)


def after(shown: Screen, pressed: str) -> Picture:
    """The picture when these keys have been pressed."""
    pictures: list[Picture] = []

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, pressed)
        assert shown.picture is not None
        pictures.append(shown.picture)

    play(shown, steps)
    return pictures[0]


@pytest.mark.parametrize(
    ("pressed", "told"),
    [
        ("", "before the first instruction"),
        ("n", ""),
        ("y", "100 calls vfork()"),
        ("y y", '101 calls execve("/demo/child", ["/demo/child"], 0x804a1b0 /* 0 vars */)'),
        ("p", "parent 100 suspended: child 101 has not exec'd"),
        ("p p", "parent 100 goes on: child 101 executed"),
        ("v", "100 calls vfork()"),
        ("v s", "parent 100 suspended: child 101 has not exec'd"),
        ("v v", "no vfork comes any more"),
        ("c", "the guest has ended with status 0"),
        ("c C", "the beginning"),
        ("c V", "100 calls vfork()"),
        ("c Y", "100 calls exit_group(0)"),
        ("c P", "101 reaped"),
        ("p p b", "parent 100 suspended: child 101 has not exec'd"),
        ("y y b", "100 calls vfork()"),
        ("p s s b b", "parent 100 suspended: child 101 has not exec'd"),
        ("c b", "the beginning"),
        ("g e 9 enter", "parent 100 suspended: child 101 has not exec'd"),
        ("g x enter", "not a step (12) or an event (e7): x"),
        ("p g 5 escape", "parent 100 suspended: child 101 has not exec'd"),
    ],
)
def test_moves(guest: Guest, pressed: str, told: str) -> None:
    assert after(screen(guest("vfork_exec")), pressed).told == told


def test_each_way_back_leads_to_where_it_came_from(guest: Guest) -> None:
    shown = screen(guest("vfork_exec"))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "y")
        for key in "snyp":
            await press(pilot, key)
            there = shown.picture
            await press(pilot, f"{key} {key.upper()}")
            assert shown.picture is not None
            assert there is not None
            assert (key, shown.picture.position) == (key, there.position)

    play(shown, steps)


def test_every_move_has_a_key_and_its_way_back() -> None:
    for key in keys.MOVES:
        assert key.unit == "" or f"{key.unit}_back" in keys.BY_NAME
        assert f"  {key.key}  " in keys.HELP or f" {key.key}\n" in keys.HELP


def test_tab_looks_at_the_next_process_and_moves_nothing(guest: Guest) -> None:
    shown = screen(guest("vfork_exec"))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "p")
        first = shown.picture
        assert first is not None
        for key, focus in (("tab", 100), ("tab", 101), ("shift+tab", 100)):
            await press(pilot, key)
            assert shown.picture is not None
            assert shown.picture == replace(first, focus=focus)

    play(shown, steps)


def test_keys_typed_ahead_have_their_turn_in_order(guest: Guest) -> None:
    shown = screen(guest("vfork_exec"))

    async def steps(pilot: Pilot[None]) -> None:
        for key in "vsysb":
            shown.simulate_key(key)
        await settle(pilot)
        assert shown.picture is not None
        assert (
            shown.picture.told
            == '101 calls execve("/demo/child", ["/demo/child"], 0x804a1b0 /* 0 vars */)'
        )

    play(shown, steps)


def test_panes_are_chosen_by_number_and_by_mouse(guest: Guest) -> None:
    shown = screen(guest("vfork_exec"))

    async def steps(pilot: Pilot[None]) -> None:
        for key, name in (("2", "tasks"), ("3", "memory"), ("6", "kernel"), ("1", "calls")):
            await press(pilot, key)
            assert [pane.name for pane in shown.query(Pane) if pane.display] == [name]
        await pilot.click("#tabs", offset=(15, 0))
        await settle(pilot)
        assert [pane.name for pane in shown.query(Pane) if pane.display] == ["tasks"]
        await pilot.click("#footer", offset=(18, 0))
        await settle(pilot)
        assert shown.picture is not None
        assert shown.picture.told == "100 calls vfork()"

    play(shown, steps)


def test_a_large_screen_has_all_panes_at_once(guest: Guest) -> None:
    shown = screen(guest("vfork_exec"))

    async def steps(pilot: Pilot[None]) -> None:
        assert all(pane.display for pane in shown.query(Pane))
        assert all(pane.virtual_size.height for pane in shown.query(Pane))
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert sum(pane.display for pane in shown.query(Pane)) == 1

    play(shown, steps, LARGE)


def test_the_chosen_pane_scrolls(guest: Guest) -> None:
    shown = screen(guest("vfork_exec"))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "c 6")
        pane = shown.query_one("#pane-kernel", Pane)
        end = pane.scroll_offset.y
        await press(pilot, "pageup")
        assert pane.scroll_offset.y < end
        await press(pilot, "pagedown")
        assert pane.scroll_offset.y == end

    play(shown, steps)


def test_help_comes_and_goes(guest: Guest) -> None:
    shown = screen(guest("vfork_exec"))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "question_mark")
        assert isinstance(shown.screen, Help)
        await press(pilot, "s")
        assert not isinstance(shown.screen, Help)
        assert shown.picture is not None
        assert shown.picture.position == 0

    play(shown, steps)


@pytest.mark.parametrize(("key", "status"), [("q", None), ("ctrl+c", 130)])
def test_leaving(guest: Guest, key: str, status: int | None) -> None:
    shown = screen(guest("vfork_exec"))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "y")
        await pilot.press(key)

    play(shown, steps)
    assert shown.return_code == (status or 0)


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
def test_what_runs_for_ever_can_be_stopped_and_the_screen_stays_alive(
    tmp_path: Path, key: str
) -> None:
    shown = screen(hand_made(tmp_path, LOOP))

    async def steps(pilot: Pilot[None]) -> None:
        await pilot.press("c")
        while not shown.query_one(Header).is_running:
            await asyncio.sleep(0.01)
        await pilot.press("3")
        assert shown.query_one("#pane-memory", Pane).display
        await press(pilot, key)
        assert shown.picture is not None
        assert shown.picture.told == "stopped by you"
        assert shown.picture.position > 0
        await press(pilot, "s")

    play(shown, steps)


def test_what_the_kernel_tells_people_is_told_once(tmp_path: Path) -> None:
    shown = screen(hand_made(tmp_path, UNKNOWN_CALL))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        assert shown.picture is not None
        assert shown.picture.told == (
            "unsupported system call syscall_0x1f0 (number 496): ENOSYS;"
            " the guest has ended with status 0"
        )
        await press(pilot, "C c")
        assert shown.picture.told == "the guest has ended with status 0"

    play(shown, steps)


def test_input_is_typed_when_the_guest_asks_and_its_end_can_be_typed(guest: Guest) -> None:
    shown = screen(guest("libc/sh"), "-c", "cat")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        assert shown.picture is not None
        assert shown.picture.wants_input
        assert shown.query_one(Prompt).has_class("-open")
        shown.query_one(Input).value = "typed"
        await press(pilot, "enter")
        assert any("typed" in text for text in shown.picture.output)
        await press(pilot, "ctrl+d")
        assert shown.picture.told.startswith("the guest has ended")

    play(shown, steps)


def test_going_back_behind_input_does_not_ask_again(guest: Guest) -> None:
    shown = screen(guest("libc/sh"), "-c", "cat")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "c")
        shown.query_one(Input).value = "typed"
        await press(pilot, "enter escape C")
        assert shown.picture is not None
        assert shown.picture.output == ()
        assert not shown.query_one(Prompt).has_class("-open")
        await press(pilot, "c")
        assert any("typed" in text for text in shown.picture.output)

    play(shown, steps)
