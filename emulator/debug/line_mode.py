"""Line mode: commands in gdb's words, for people and for scripts (`emu386 step --plain`)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

from emulator.debug.c.evaluation import Scope
from emulator.debug.c.target import Target, frame
from emulator.debug.c.values import Value
from emulator.debug.command_table import Command, CommandError, find
from emulator.debug.numbered_stops import NumberedStops
from emulator.debug.story import Story
from emulator.debug.told import end
from emulator.debug.where import where
from emulator.stepper import Stepper
from emulator.stops import Reason, Stopped
from kernel.check.program import Program
from kernel.task.task import Task

PROMPT = "(emu386) "
_FILES = (
    "running", "source_running", "stop_commands", "state", "memory", "pages", "sources",
    "variables", "frames", "usage",
)  # fmt: skip
for _file in _FILES:
    import_module(f"emulator.debug.commands.{_file}")


class LineMode:
    """The loop and what its commands share: the stepper, the stops, and which task is looked at.

    `only` is the task that `task TID` chose: running is counted in its steps; None for all.
    `level` is the frame looked at, 0 the innermost; `history` are the values that were printed.
    """

    def __init__(self, stepper: Stepper) -> None:
        self.stepper = stepper
        self.stops = NumberedStops()
        self.only: int | None = None
        self.level = 0
        self.history: list[Value] = []
        self._seen = 0 if stepper.task is None else stepper.task.tid
        self.story = Story()
        self.is_over = False
        self._again: tuple[Command, str] | None = None
        self._told = 0

    # ---- the loop ----------------------------------------------------------------------------

    def run(self) -> int:
        """Read and do commands until `quit` or the end of input; the guest's status, or 0."""
        read = _reader()
        self.story.skip_to(self.stepper)
        self.say(where(self.stepper))
        while not self.is_over:
            try:
                line = read(PROMPT)
            except EOFError:
                break
            except KeyboardInterrupt:
                self.say("")
                continue
            self.do(line)
        return self.stepper.status if self.stepper.at_end else 0

    def do(self, line: str) -> None:
        """One line; an empty one repeats the command before it, where that makes sense."""
        try:
            if not line.strip():
                if self._again is None:
                    return
                found, argument = self._again
            else:
                self._again = None
                found, argument = find(line)
            found.function(self, argument)
            self._again = (found, argument) if found.repeats else None
        except CommandError as error:
            self.say(str(error))

    def say(self, text: str) -> None:
        """One or more lines of answer."""
        print(text.rstrip("\n"), flush=True)

    # ---- what commands share -----------------------------------------------------------------

    @property
    def task(self) -> Task:
        """The task looked at: the chosen one, that of the last stop, or the one that runs next."""
        stepper = self.stepper
        for tid in (self.only, self._seen):
            task = None if tid is None else stepper.find_task(tid)
            if task is not None and stepper.memory(task) is not None:
                return task
        if stepper.task is None:
            raise CommandError("no task has memory and registers here")
        return stepper.task

    @property
    def program(self) -> Program:
        """What the task looked at runs."""
        program = self.stepper.program(self.task)
        if program is None:
            raise CommandError("this task has no program")
        return program

    def scope(self) -> Scope:
        """The names that can be used where the task looked at is."""
        task, program = self.task, self.program
        target = Target(self.stepper, task, program, frame(task, program, self.level))
        return Scope(target, self.history)

    def move(self, run: Callable[[], Stopped]) -> Stopped:
        """Run, forwards or backwards, with Ctrl-C noticed."""
        self.level = 0
        with self.stepper.stopper.watching(None):
            return run()

    def arrived(self, stopped: Stopped) -> None:
        """Tell where and why it stopped, and what happened in the last step."""
        self._seen = stopped.tid or self._seen
        for notice in self.stepper.notices[self._told :]:
            self.say(f"emu386: {notice}")
        self._told = len(self.stepper.notices)
        text = self.story.of_last_step(self.stepper)
        if text:
            self.say(text)
        reason = self.stops.met(stopped)
        if reason:
            self.say(reason)
        if stopped.reason is Reason.END:
            self.say(end(self.stepper))
        else:
            self.say(where(self.stepper))


def _reader() -> Callable[[str], str]:
    """`input`, with editing on a terminal; without a prompt where nobody is there to see it."""
    if not sys.stdin.isatty():
        return _read_plain
    with suppress(ImportError):
        import readline  # noqa: F401  (importing it gives input() a history)
    return input


def _read_plain(prompt: str) -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
