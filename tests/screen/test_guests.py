"""Every process of guests that live otherwise than a vfork can be looked at, at any time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.debug import moves
from emulator.debug.picture.model import Picture, Standing
from emulator.debug.screen.panes import PANES
from emulator.debug.screen.stage import stage
from tests.screen.pictures import Spectator


def lives(program: Path, most: int) -> list[Picture]:
    """Pictures of each task after every process event, `most` of these at most."""
    spectator, found = Spectator(program), []
    for _ in range(most):
        told = moves.process_event(spectator.stepper)
        tids = [row.tid for row in spectator.look().tasks]
        found += [spectator.look(tid, told=told) for tid in tids]
        if spectator.stepper.at_end:
            break
    return found


@pytest.mark.parametrize(
    ("name", "standings"),
    [
        ("orphan_zombie", {Standing.NEXT, Standing.READY, Standing.ASLEEP, Standing.OVER}),
        ("libc/threads", {Standing.NEXT, Standing.READY, Standing.ASLEEP}),
        ("libc/stop_continue", {Standing.NEXT, Standing.STOPPED}),
    ],
)
def test_guests(guest: Callable[[str], Path], name: str, standings: set[Standing]) -> None:
    pictures = lives(guest(name), 40)
    for picture in pictures:
        assert picture.focus in [task.row.tid for task in picture.shown]
        lines = stage(picture, 90, 20).plain.split("\n")
        assert [len(line) for line in lines] == [90] * 20
        assert all(draw(picture) for _, draw in PANES.values())
    seen = {row.standing for picture in pictures for row in picture.tasks}
    assert seen >= standings
