"""Screens in tests: a guest on a screen that no terminal shows, and keys pressed in it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from emulator.debug.screen.app import Screen
from emulator.debug.screen.run import Run
from emulator.debug.step_streams import TypedInput
from emulator.session import Options
from emulator.stepper import Stepper
from kernel.fs.layout import Bind

SMALL, LARGE = (80, 24), (120, 42)


def screen(program: Path, *arguments: str) -> Screen:
    """A screen on which the guest has not begun; it is in /demo, wherever it is on the host."""
    shown = Bind(os.fsencode(program.parent), b"/demo")
    options = Options(is_isolated=True, binds=(shown,))
    streams = TypedInput()
    path = f"/demo/{program.name}"
    return Screen(Run(Stepper(path, arguments, options, streams), path, streams))


async def settle(pilot: Pilot[None]) -> None:
    """Wait until what was pressed has had its effect."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[None], keys: str) -> None:
    """Keys with blanks between them, each when the one before has had its effect."""
    for key in keys.split():
        await pilot.press(key)
        await settle(pilot)


def play(
    shown: Screen,
    steps: Callable[[Pilot[None]], Awaitable[None]],
    size: tuple[int, int] = SMALL,
) -> None:
    """Run the screen with somebody at its keys."""

    async def played() -> None:
        async with shown.run_test(size=size) as pilot:
            await settle(pilot)
            await steps(pilot)

    asyncio.run(played())
