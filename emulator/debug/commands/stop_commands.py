"""Commands that say where to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.c.types import VOID, Pointer, strip
from emulator.debug.c.values import address_of
from emulator.debug.command_table import CommandError, command
from emulator.debug.commands.running import numbers_named
from emulator.debug.event_kinds import kinds_named
from emulator.debug.expressions import evaluate, location
from emulator.debug.numbered_stops import kind_of
from emulator.debug.where import symbol_suffix
from emulator.stops import AccessWatch, Breakpoint, CatchCall, CatchEvent, CatchSignal, Watchpoint
from kernel.abi.signals import Signal

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode

_LONGEST_WATCH = 128


@command("break", "b", "br", usage="[*ADDRESS | SYMBOL | FILE:LINE] [task TID]")
def break_(mode: LineMode, argument: str) -> None:
    """Stop before an instruction, whichever task comes there, or only task TID.

    Guest memory is not changed by that. A symbol means its very first instruction.
    """
    _break(mode, argument, is_temporary=False)


@command("tbreak", "tb", usage="[*ADDRESS | SYMBOL | FILE:LINE] [task TID]")
def tbreak(mode: LineMode, argument: str) -> None:
    """The same, once."""
    _break(mode, argument, is_temporary=True)


def _break(mode: LineMode, argument: str, is_temporary: bool) -> None:
    place, tid = _split_task(mode, argument)
    address = location(mode, place)
    program = mode.stepper.program(mode.task)
    line = program.line_of(address) if program is not None else ""
    text = f"{address:#x}{symbol_suffix(program, address)}" + (f" at {line}" if line else "")
    text += "" if tid is None else f" in task {tid}"
    made = mode.stops.add(Breakpoint(address, tid), text, is_temporary)
    kind = "Temporary breakpoint" if is_temporary else "Breakpoint"
    mode.say(f"{kind} {made.number}: {text}")


def _split_task(mode: LineMode, argument: str) -> tuple[str, int | None]:
    place, word, number = argument.rpartition("task ")
    if not word:
        return argument, None
    return place, evaluate(mode, number)


@command("watch", usage="EXPRESSION | *ADDRESS [LENGTH] [task TID]")
def watch(mode: LineMode, argument: str) -> None:
    """Stop after the step that changes memory: a variable, or LENGTH octets (4) at an address.

    The kernel's own writes count, too. With a task, it is that task's memory, whoever changes it.
    The place is watched, also when the function whose variable it was has returned.
    """
    argument, tid = _split_task(mode, argument)
    address, length, name = _watched(mode, argument)
    text = f"{length} octets at {address:#x}{name}"
    made = mode.stops.add(Watchpoint(address, length, tid), text)
    mode.say(f"Watchpoint {made.number}: {text}")


@command("rwatch", usage="EXPRESSION | *ADDRESS [LENGTH] [task TID]")
def rwatch(mode: LineMode, argument: str) -> None:
    """Stop after the instruction that reads memory; what the kernel reads is not counted."""
    _watch_accesses(mode, argument, "Read watchpoint", writes=False)


@command("awatch", usage="EXPRESSION | *ADDRESS [LENGTH] [task TID]")
def awatch(mode: LineMode, argument: str) -> None:
    """Stop after the instruction that reads or writes memory, also one that changes nothing."""
    _watch_accesses(mode, argument, "Access watchpoint", writes=True)


def _watch_accesses(mode: LineMode, argument: str, kind: str, writes: bool) -> None:
    argument, tid = _split_task(mode, argument)
    address, length, name = _watched(mode, argument)
    text = f"{length} octets at {address:#x}{name}"
    made = mode.stops.add(AccessWatch(address, length, writes, tid), text)
    mode.say(f"{kind} {made.number}: {text}")


def _watched(mode: LineMode, argument: str) -> tuple[int, int, str]:
    """Address, length in octets, and name of what is to be watched."""
    text, _, last = argument.strip().rpartition(" ")
    has_length = bool(text) and last.isdecimal() and text.startswith("*")
    text = text if has_length else argument.strip()
    if not text:
        raise CommandError("watch what? A variable, or *ADDRESS")
    if text.startswith("*") and (has_length or _points_to_nothing(mode, text[1:])):
        address, length = evaluate(mode, text[1:]), int(last) if has_length else 4
    else:
        value = mode.scope().value(text)
        address, length = address_of(value), value.type.size
    found = mode.program.object_at(address)
    if found is not None and found.is_sized and text.isidentifier():
        length = max(length, found.end - found.start)
    if not 1 <= length <= _LONGEST_WATCH:
        raise CommandError(f"1 to {_LONGEST_WATCH} octets can be watched, not {length}")
    return address, length, f" <{found.name}>" if found is not None else ""


def _points_to_nothing(mode: LineMode, text: str) -> bool:
    """Whether an address has no type that tells a length, as `$sp`."""
    kind = strip(mode.scope().value(text).type)
    return isinstance(kind, Pointer) and strip(kind.target) is VOID


@command("catch syscall", usage="[NAME…]")
def catch_syscall(mode: LineMode, argument: str) -> None:
    """Stop when a system call, any or one of these, is made, and when it has ended."""
    made = mode.stops.add(
        CatchCall(numbers_named(argument)), f"system calls {argument or '(any)'}"
    )  # fmt: skip
    mode.say(f"Catchpoint {made.number}: {made.text}")


@command("catch signal", usage="[NAME…]")
def catch_signal(mode: LineMode, argument: str) -> None:
    """Stop when a task acts on a signal, any or one of these."""
    numbers = frozenset(_signal(word) for word in argument.split()) or None
    made = mode.stops.add(CatchSignal(numbers), f"signals {argument or '(any)'}")
    mode.say(f"Catchpoint {made.number}: {made.text}")


def _signal(word: str) -> int:
    name = word.upper() if word.upper().startswith("SIG") else f"SIG{word.upper()}"
    if word.isdigit():
        return int(word)
    if name not in Signal.__members__:
        raise CommandError(f"no signal {word!r}")
    return int(Signal[name])


@command("catch event", usage="[KIND…]")
def catch_event(mode: LineMode, argument: str) -> None:
    """Stop after events: process events (see `help event`), or those of these kinds."""
    made = mode.stops.add(CatchEvent(kinds_named(argument)), f"events {argument or '(process)'}")
    mode.say(f"Catchpoint {made.number}: {made.text}")


@command("delete", "d", "del", usage="[NUMBER…]")
def delete(mode: LineMode, argument: str) -> None:
    """Forget the stops of these numbers, or all."""
    if not argument:
        mode.stops.all.clear()
    for word in argument.split():
        mode.stops.delete(evaluate(mode, word))


@command("info breakpoints", "info b", "info watchpoints")
def info_breakpoints(mode: LineMode, argument: str) -> None:
    """The stops, with their numbers and how often each was met."""
    if not mode.stops.all:
        mode.say("No breakpoints or watchpoints.")
    for item in mode.stops.all.values():
        kind = kind_of(item.stop).lower()
        hits = f", met {item.hits} time{'' if item.hits == 1 else 's'}" if item.hits else ""
        once = ", once" if item.is_temporary else ""
        mode.say(f"{item.number:3}  {kind:<17} {item.text}{once}{hits}")
