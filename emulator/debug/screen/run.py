"""A run behind the screen: it moves in one thread of its own, so that the screen stays alive."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from emulator.debug.picture.take import Moment, take
from emulator.debug.picture.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.debug.moves import Move
    from emulator.debug.picture.model import Picture
    from emulator.debug.step_streams import TypedInput
    from emulator.stepper import Stepper

T = TypeVar("T")


class Run:
    """A stepper, and the pictures taken of it. Only `interrupt` acts in the caller's thread."""

    def __init__(self, stepper: Stepper, program: str, streams: TypedInput) -> None:
        self.stepper = stepper
        self.streams = streams
        self._program = program
        self._transcript = Transcript()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="guest")
        self._before: Picture | None = None
        self._picture: Picture | None = None
        self._told = ""
        self._noticed = 0
        """How much of what the kernel tells people was shown."""

    async def move(self, move: Move) -> Picture:
        """Make a move; the picture after it, in which changes are marked."""
        return await self._in_thread(lambda: self._moved(move))

    async def look_further(self, step: int) -> Picture:
        """The same moment with the next process in view, or the one before (`step` -1)."""
        return await self._in_thread(lambda: self._looked(step))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _moved(self, move: Move) -> Picture:
        stepper = self.stepper
        told = move(stepper)
        fresh, self._noticed = stepper.notices[self._noticed :], len(stepper.notices)
        self._told = "; ".join([*fresh, told] if told else fresh)
        self._before = self._picture
        picture = self._taken(0)
        stepper.stopper.interrupted = False  # who asked too late does not stop the next move
        return picture

    def _looked(self, step: int) -> Picture:
        picture = self._picture or self._taken(0)
        tids = [row.tid for row in picture.tasks]
        if picture.focus not in tids:
            return picture
        return self._taken(tids[(tids.index(picture.focus) + step) % len(tids)])

    def _taken(self, focus: int) -> Picture:
        stepper = self.stepper
        self._transcript.feed(stepper.history.events)
        moment = Moment(
            self._program, stepper.position, stepper.system.journal.sequence, self._told,
            stepper.task,
        )  # fmt: skip
        self._picture = take(stepper.system, moment, self._transcript, self._before, focus)
        return self._picture

    def interrupt(self) -> None:
        """Make a move that goes on end soon; from any thread."""
        self.stepper.interrupt()

    def close(self) -> None:
        """End what runs, and wait for the thread."""
        self.stepper.interrupt()
        self._thread.shutdown(cancel_futures=True)
