"""Pictures: what they say of a stopped machine, and that taking them changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from emulator.debug import moves
from emulator.debug.picture.model import Picture, Standing
from emulator.debug.picture.source import source_line
from emulator.debug.picture.transcript import Transcript
from emulator.views.line_options import Options
from emulator.views.strace import Strace
from kernel.check.program import Program
from kernel.events import ConsoleOutput
from tests.screen.pictures import AFTER_EXEC, DURING_VFORK, Spectator

Guest = Callable[[str], Path]


def standings(picture: Picture) -> list[tuple[int, Standing, str]]:
    return [(row.tid, row.standing, row.reason) for row in picture.tasks]


def test_during_a_vfork_both_stand_on_one_space_and_the_parent_has_a_reason(guest: Guest) -> None:
    picture = Spectator(guest("vfork_exec")).move(*DURING_VFORK)
    assert standings(picture) == [
        (100, Standing.SUSPENDED, "child 101 has not exec'd"),
        (101, Standing.NEXT, ""),
    ]
    assert [task.row.tid for task in picture.shown] == [100, 101]
    (space,) = picture.spaces
    assert space.users == (100, 101)
    assert {task.row.memory for task in picture.shown} == {space.name}


def test_the_page_directory_is_the_one_that_the_cpu_would_walk(guest: Guest) -> None:
    spectator = Spectator(guest("vfork_exec"))
    picture = spectator.move(*AFTER_EXEC)
    roots = {space.name: space.root for space in picture.spaces}
    tasks = [spectator.stepper.find_task(tid) for tid in (100, 101)]
    assert [task and task.memory.tables.root for task in tasks] == list(roots.values())
    assert len(set(roots.values())) == 2


def test_one_call_returns_twice_and_both_results_are_marked(guest: Guest) -> None:
    picture = Spectator(guest("vfork_exec")).move(*DURING_VFORK)
    changed = [
        [(register.name, register.value) for register in task.registers if register.changed]
        for task in picture.shown
    ]
    assert changed == [[("eax", 101)], [("eax", 0)]]


def test_an_entered_call_is_not_yet_a_call_that_goes_on(guest: Guest) -> None:
    spectator = Spectator(guest("vfork_exec"))
    assert standings(spectator.move(moves.vfork)) == [(100, Standing.NEXT, "has entered vfork")]
    reasons = [row.reason for row in spectator.move(*AFTER_EXEC[1:]).tasks]
    assert reasons == ["", "execve is about to return"]


def test_who_is_over_says_how_until_it_is_waited_for(guest: Guest) -> None:
    spectator = Spectator(guest("vfork_exec"))
    while not any(row.standing is Standing.OVER for row in spectator.picture.tasks):
        spectator.move(moves.process_event)
    _, over = spectator.picture.shown
    assert over.row.reason == "exited with 7, not waited for"
    assert (over.code, over.stack, over.descriptors, over.row.memory) == ((), (), (), "")
    while len(spectator.picture.tasks) > 1:
        spectator.move(moves.process_event)
    assert [row.tid for row in spectator.picture.tasks] == [100]


def stacks(picture: Picture) -> list[tuple[int, tuple[tuple[str, int], ...]]]:
    """Of each space's stack: pages to copy on write, and who maps them, too."""
    areas = [area for space in picture.spaces for area in space.areas if area.path == "[stack]"]
    return [(area.copy_on_write, area.shared) for area in areas]


def test_after_a_fork_pages_are_shared_and_copied_by_the_first_write(guest: Guest) -> None:
    spectator = Spectator(guest("fork_cow"))
    while len(spectator.picture.spaces) < 2:
        spectator.move(moves.process_event)
    assert stacks(spectator.picture) == [(1, (("mm#2", 1),)), (1, (("mm#1", 1),))]
    while stacks(spectator.picture)[0][1]:
        spectator.move(moves.instruction)
    # the writer has a page of its own; the other finds out that it is alone by its own first write
    assert sorted(stacks(spectator.picture)) == [(0, ()), (1, ())]


def test_sharing_is_mutual(guest: Guest) -> None:
    spectator = Spectator(guest("fork_cow"))
    seen = set()
    while not spectator.stepper.at_end:
        spaces = spectator.move(moves.system_call).spaces
        if len(spaces) == 2:
            counts = [dict(space.shared) for space in spaces]
            assert counts[0].get("mm#2", 0) == counts[1].get("mm#1", 0)
            seen.add(counts[0].get("mm#2", 0))
    assert len(seen) > 1


def test_descriptors_tell_who_has_the_same_open_file(guest: Guest) -> None:
    spectator = Spectator(guest("pipe"))
    while len(spectator.picture.tasks) < 2:
        spectator.move(moves.system_call)
    parent, child = spectator.picture.shown
    assert [each.number for each in parent.descriptors] == list(range(7))
    assert [each.shared for each in parent.descriptors] == [(101,)] * 7
    assert [each.access for each in child.descriptors[3:]] == ["r", "w", "r", "w"]


def test_the_next_instruction_has_a_symbol_a_line_and_its_system_call(guest: Guest) -> None:
    spectator = Spectator(guest("vfork_exec"))
    while "int 0x80" not in [line.text for line in spectator.picture.shown[0].code if line.is_next]:
        spectator.move(moves.over)
    (shown,) = spectator.picture.shown
    (line,) = [line for line in shown.code if line.is_next]
    assert (line.note, line.source) == ("vfork()", "vfork_exec.S:17")
    assert shown.place == "_start+0xa (vfork_exec.S:17)"
    assert shown.source == "17  int $0x80"
    assert shown.code.index(line) > 0


class Named:
    """A program that says its source is a certain file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def line_of(self, address: int) -> str:
        return f"{self.path.name}:1"

    def source_of(self, file: str) -> str:
        return str(self.path)


def test_a_source_is_a_plain_file_and_its_text_is_inert(tmp_path: Path) -> None:
    plain, pipe = tmp_path / "plain.c", tmp_path / "pipe.c"
    plain.write_bytes(b"\tint x;\x1b[2J\n")
    os.mkfifo(pipe)
    named = [Named(path) for path in (plain, pipe, Path("/dev/zero"), tmp_path / "none.c")]
    assert [source_line(cast("Program", each), 0) for each in named] == [
        "1  int x;\\x1b[2J", "", "", "",
    ]  # fmt: skip


def test_pointers_on_the_stack_are_followed_to_their_text(guest: Guest) -> None:
    (shown,) = Spectator(guest("hello"), "an argument").picture.shown
    assert '"an argument"' in [word.meaning for word in shown.stack]


@pytest.mark.parametrize("moved", [DURING_VFORK, AFTER_EXEC])
def test_looking_changes_nothing(guest: Guest, moved: tuple[moves.Move, ...]) -> None:
    spectator = Spectator(guest("vfork_exec"))
    spectator.move(*moved)
    ram = spectator.stepper.machine.ram.mapping
    before, position = bytes(ram), spectator.stepper.position
    spectator.look(100)
    spectator.look(101)
    assert bytes(ram) == before
    assert spectator.stepper.position == position


def test_a_transcript_is_what_strace_would_have_written_up_to_each_event(guest: Guest) -> None:
    spectator = Spectator(guest("pipe"))
    spectator.move(moves.run)
    events = spectator.stepper.history.events
    strace, text = Strace(Options(quiet=frozenset({"attach"}))), ""
    for event in events:
        text += strace.feed(event)
        shown = spectator.transcript.calls.last_lines(event.sequence + 1, 1000)
        assert list(shown) == text.splitlines()


def test_output_never_acts_on_a_terminal() -> None:
    transcript = Transcript()
    transcript.feed([ConsoleOutput(0, 0, 100, 1, "a\x1b[2J\tb\x9b\nc")])
    assert transcript.output.last_lines(1, 10) == ("a\\x1b[2J   b\\x9b", "c")
    assert transcript.output.last_lines(0, 10) == ()


def test_another_process_can_be_looked_at(guest: Guest) -> None:
    spectator = Spectator(guest("orphan_zombie"))
    while len(spectator.picture.tasks) < 3:
        before = spectator.picture.position
        spectator.move(moves.process_event)
        assert spectator.picture.position > before, "never three of them"
    for row in spectator.picture.tasks:
        picture = spectator.look(row.tid)
        assert picture.focus == row.tid
        assert row.tid in [task.row.tid for task in picture.shown]
