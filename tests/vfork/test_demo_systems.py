"""V24: `emu386 demo vfork-systems` shows what the guests found under each name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.demos import vfork_systems
from kernel.errors import BadGuest
from kernel.task.semantics import SYSTEMS


@pytest.fixture(scope="module", autouse=True)
def built(guest: Callable[[str], Path]) -> None:
    guest("vfork/column_memory")


def test_v24_every_guest_answers_under_every_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert vfork_systems.show([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == list(SYSTEMS)
    answers = {line[:43].strip(): line[43:].split("  ") for line in lines[1:]}
    assert len(answers) == 13
    for question, cells in answers.items():
        found = [cell.strip() for cell in cells if cell.strip()]
        assert len(found) == len(SYSTEMS), question
        assert len(set(found)) > 1, question


def test_v24_two_systems_that_differ_in_one_thing(capsys: pytest.CaptureFixture[str]) -> None:
    """bsd and netbsd differ in limits alone, linux and bsd in the end and on the terminal."""
    vfork_systems.show(["bsd", "netbsd"])
    assert capsys.readouterr().out.split() == ["bsd", "netbsd"]
    vfork_systems.show(["linux", "bsd"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "SIGTERM ends the waiting parent at once",
        "background child reads",
        "background child writes",
        "background child changes settings",
        "background child comes to the front",
    ]


def test_an_unknown_system_is_said_in_one_line() -> None:
    with pytest.raises(BadGuest, match="no system is called vms"):
        vfork_systems.show(["vms"])
