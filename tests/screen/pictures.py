"""Pictures of demos at the moments that matter."""

from __future__ import annotations

from pathlib import Path

from emulator.debug import moves
from emulator.debug.moves import Move
from emulator.debug.picture.model import Picture
from emulator.debug.picture.take import Moment, take
from emulator.debug.picture.transcript import Transcript
from emulator.stepper import Stepper
from tests.elf.files import File


class Spectator:
    """Steps a guest and takes a picture after each move."""

    def __init__(self, program: Path, *arguments: str) -> None:
        self.stepper = Stepper(str(program), arguments)
        self.transcript = Transcript()
        self.picture = self.look()

    def look(self, focus: int = 0, before: Picture | None = None, told: str = "") -> Picture:
        stepper = self.stepper
        self.transcript.feed(stepper.history.events)
        event = stepper.system.journal.sequence
        moment = Moment("guest", stepper.position, event, told, stepper.task)
        return take(stepper.system, moment, self.transcript, before, focus)

    def move(self, *made: Move) -> Picture:
        """The picture after these moves."""
        for move in made:
            told = move(self.stepper)
            self.picture = self.look(before=self.picture, told=told)
        return self.picture


DURING_VFORK = (moves.vfork, moves.instruction)
AFTER_EXEC = (*DURING_VFORK, moves.system_call, moves.instruction)


def hand_made(folder: Path, code: bytes) -> Path:
    """A program of just these instructions."""
    program = folder / "program"
    program.write_bytes(File(code=code).pack())
    program.chmod(0o755)
    return program
