"""Commands that run by source lines, and out of functions; forwards and backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug import source_steps
from emulator.debug.command_table import CommandError, command
from emulator.debug.commands.running import repeat
from emulator.machine.machine import EAX
from emulator.stops import Reason, Stopped

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode


@command("step", "s", usage="[N]", repeats=True)
def step(mode: LineMode, argument: str) -> None:
    """Run to the next source line, into functions that have lines; an instruction where none has.

    Of the task looked at, whatever others do meanwhile.
    """
    repeat(
        mode, argument, lambda: source_steps.step_line(mode.stepper, mode.task, mode.stops.active())
    )


@command("next", "n", usage="[N]", repeats=True)
def next_(mode: LineMode, argument: str) -> None:
    """Like step, but not into functions."""
    stepper = mode.stepper
    repeat(
        mode,
        argument,
        lambda: source_steps.step_line(stepper, mode.task, mode.stops.active(), True),
    )


@command("reverse-step", "rs", usage="[N]", repeats=True)
def reverse_step(mode: LineMode, argument: str) -> None:
    """Go back to where the source line began, or the one before, into functions that have lines."""
    repeat(mode, argument, lambda: source_steps.step_line_back(mode.stepper, mode.task))


@command("reverse-next", "rn", usage="[N]", repeats=True)
def reverse_next(mode: LineMode, argument: str) -> None:
    """Like reverse-step, but not into functions."""
    repeat(mode, argument, lambda: source_steps.step_line_back(mode.stepper, mode.task, True))


@command("finish", "fin")
def finish(mode: LineMode, argument: str) -> None:
    """Run until the function has returned, and tell what it returned in EAX."""
    task = mode.task
    stopped = mode.move(
        lambda: _known(source_steps.finish(mode.stepper, task, mode.stops.active()))
    )
    mode.arrived(stopped)
    if stopped.reason is Reason.STEP and mode.task.tid == task.tid:
        value = mode.task.registers[EAX]
        mode.say(f"It returned {value} ({value:#x})")


@command("reverse-finish")
def reverse_finish(mode: LineMode, argument: str) -> None:
    """Go back to the call of the function."""
    mode.arrived(mode.move(lambda: _known(source_steps.finish_back(mode.stepper, mode.task))))


def _known(stopped: Stopped | None) -> Stopped:
    if stopped is None:
        raise CommandError("it cannot be told from where this function was called")
    return stopped
