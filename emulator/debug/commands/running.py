"""Commands that run: by steps, to the next stop, call or event; forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from emulator.debug.command_table import CommandError, command
from emulator.debug.event_kinds import kinds_named
from emulator.debug.expressions import count_of, evaluate
from emulator.debug.over import step_back_over, step_over
from emulator.stops import CatchCall, CatchEvent, Reason, Stop, Stopped
from kernel import events
from kernel.abi.sysno import Sysno

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode


@command("stepi", "si", usage="[N]", repeats=True)
def stepi(mode: LineMode, argument: str) -> None:
    """Take a step, or N: each is an instruction, or a system call that was entered.

    Whoever runs next takes it, unless `task TID` has chosen a task: then until that one has.
    """
    count = count_of(mode, argument)
    mode.arrived(mode.move(lambda: mode.stepper.step(count, mode.only)))


@command("reverse-stepi", "rsi", usage="[N]", repeats=True)
def reverse_stepi(mode: LineMode, argument: str) -> None:
    """Take a step back, or N."""
    count = count_of(mode, argument)
    mode.arrived(mode.move(lambda: mode.stepper.back(count, mode.only)))


@command("nexti", "ni", usage="[N]", repeats=True)
def nexti(mode: LineMode, argument: str) -> None:
    """Like stepi, but a call of a function or of the system is one step of its task."""
    repeat(mode, argument, lambda: step_over(mode.stepper, mode.stops.active(), mode.only))


@command("reverse-nexti", "rni", usage="[N]", repeats=True)
def reverse_nexti(mode: LineMode, argument: str) -> None:
    """Like reverse-stepi, but to before a call of a function or of the system as a whole."""
    repeat(mode, argument, lambda: step_back_over(mode.stepper, mode.only))


@command("continue", "c", "fg", usage="[N]", repeats=True)
def continue_(mode: LineMode, argument: str) -> None:
    """Run until a breakpoint or another stop is met, for the Nth time from here, or to the end."""
    _run(mode, mode.stops.active(), count_of(mode, argument))


@command("reverse-continue", "rc", usage="[N]", repeats=True)
def reverse_continue(mode: LineMode, argument: str) -> None:
    """Go back to where a breakpoint or another stop was met last, or to the start."""
    _run_back(mode, mode.stops.active(), count_of(mode, argument))


@command("syscall", usage="[NAME…]", repeats=True)
def syscall(mode: LineMode, argument: str) -> None:
    """Run to where a system call is made next, of any name or of these; breakpoints count, too.

    Its entry is shown; `stepi` then attempts it.
    """
    catch = CatchCall(numbers_named(argument), exit=False)
    _run(mode, [catch, *mode.stops.active()])


@command("reverse-syscall", usage="[NAME…]", repeats=True)
def reverse_syscall(mode: LineMode, argument: str) -> None:
    """Go back to where a system call was made last."""
    catch = CatchCall(numbers_named(argument), exit=False)
    _run_back(mode, [catch, *mode.stops.active()])


@command("event", usage="[KIND…]", repeats=True)
def event(mode: LineMode, argument: str) -> None:
    """Run to the next process event: created, suspended, released, exec, exit, reaped, switch.

    Or to the next of these kinds, which may be any of those that `emu386 replay` shows.
    """
    _run(mode, [CatchEvent(kinds_named(argument)), *mode.stops.active()])


@command("reverse-event", usage="[KIND…]", repeats=True)
def reverse_event(mode: LineMode, argument: str) -> None:
    """Go back to the last process event before here."""
    _run_back(mode, [CatchEvent(kinds_named(argument)), *mode.stops.active()])


@command("vfork")
def vfork(mode: LineMode, argument: str) -> None:
    """Run to where a parent is suspended for a child that has its memory."""
    _run(mode, [CatchEvent(frozenset({events.Suspended}))])


@command("goto", usage="N | event N | start | end")
def goto(mode: LineMode, argument: str) -> None:
    """Go to a position, forwards or backwards; or to after the event of this number."""
    stepper, words = mode.stepper, argument.split()
    if words[:1] == ["event"] and len(words) == 2:
        number = evaluate(mode, words[1])
        run = lambda: stepper.goto_event(number)  # noqa: E731
    elif words == ["start"]:
        run = lambda: stepper.goto(0)  # noqa: E731
    elif words == ["end"]:
        run = lambda: stepper.run()  # noqa: E731
    elif argument:
        position = evaluate(mode, argument)
        run = lambda: stepper.goto(position)  # noqa: E731
    else:
        raise CommandError("goto needs a position, `event N`, `start` or `end`")
    mode.arrived(mode.move(run))


def numbers_named(text: str) -> frozenset[int] | None:
    """Numbers of the system calls of these names; None where none is named."""
    words = text.replace(",", " ").split()
    unknown = [word for word in words if word.upper() not in Sysno.__members__]
    if unknown:
        raise CommandError(f"no system call {unknown[0]!r}")
    return frozenset(int(Sysno[word.upper()]) for word in words) or None


def repeat(mode: LineMode, count: str, run: Callable[[], Stopped]) -> None:
    """Make a move so many times, until a stop is met, and tell where that led."""
    for _ in range(count_of(mode, count)):
        stopped = mode.move(run)
        if stopped.reason is not Reason.STEP:
            break
    mode.arrived(stopped)


def _run(mode: LineMode, stops: Collection[Stop], count: int = 1) -> None:
    for _ in range(count):
        stopped = mode.move(lambda: mode.stepper.run(stops, mode.only))
        if stopped.stop is None:
            break
    mode.arrived(stopped)


def _run_back(mode: LineMode, stops: Collection[Stop], count: int = 1) -> None:
    for _ in range(count):
        stopped = mode.move(lambda: mode.stepper.run_back(stops, mode.only))
        if stopped.stop is None:
            break
    mode.arrived(stopped)
