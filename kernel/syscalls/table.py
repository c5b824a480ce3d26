"""The table of system calls, filled by the @syscall decorator.

One annotated function declares everything: the number, how each register word becomes a value,
and how a trace prints it. What is derived from the annotations is built when a call is first
made.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_type_hints

from kernel.abi.sysno import Sysno
from kernel.errors import Ending, Restart, SysError
from kernel.events import Described
from kernel.syscalls import index
from kernel.syscalls.arguments import Argument

if TYPE_CHECKING:
    from kernel.task.task import Call, Task

Function = Callable[..., Ending]


class Table(dict[int, "Entry"]):
    """Implemented calls by number. The file that declares one is imported when it is asked for."""

    def __missing__(self, number: int) -> Entry:
        for name in index.modules().get(number, ()):
            import_module(name)
        if number not in self:
            raise KeyError(number)
        return self[number]

    def find(self, number: int) -> Entry | None:
        """The call with this number, or None where there is none."""
        try:
            return self[number]
        except KeyError:
            return None


TABLE = Table()
SUBCALLS: dict[tuple[Sysno, int], Entry] = {}
"""Calls that a multiplexer (socketcall, ipc) makes, by its number and theirs."""


class Entry:
    """One call: its number, Linux name, function, and the meaning of its argument words."""

    def __init__(
        self, number: int, function: Function, name: str, restart: Restart, missing: str
    ) -> None:
        self.number = int(number)
        self.function = function
        self.name = name
        self.restart = restart
        self.missing = missing
        """What of the call Linux has and this kernel has not, for people; empty: nothing."""
        self.note: Callable[[Task, Call, int], str | None] | None = None
        self.interrupted: Callable[[Task, Call], None] | None = None
        """Called before a signal ends the call's sleep, to store what is left of it."""
        self.meant: Callable[[Task, Call], tuple[Entry, Call] | None] | None = None
        """Of a multiplexer: the call that is meant, for a trace, and its words."""
        self.invoke: Callable[[Task, tuple[int, ...]], Ending] = self._first_invocation
        self._arguments: list[tuple[int, Argument]] | None = None
        self._result: Argument | None = None

    @property
    def arguments(self) -> list[tuple[int, Argument]]:
        """Each argument with the index (0 to 5) of its first register word."""
        if self._arguments is None:
            self._read_annotations()
        assert self._arguments is not None
        return self._arguments

    def _read_annotations(self) -> None:
        hints = get_type_hints(self.function, include_extras=True)
        parameters = list(inspect.signature(self.function).parameters)[1:]
        arguments, word = [], 0
        for name in parameters:
            argument = _argument_of(hints[name])
            assert argument is not None, f"{self.name}: {name} has no Argument in its annotation"
            arguments.append((word, argument))
            word += argument.words
        self._arguments = arguments
        self._result = _argument_of(hints.get("return"))

    def _first_invocation(self, task: Task, words: tuple[int, ...]) -> Ending:
        """Compile `lambda task, w: function(task, decode0(task, w[0]), w[1], …)` and call it."""
        names: dict[str, Any] = {"function": self.function}
        parts = ["task"]
        for word, argument in self.arguments:
            names[f"decode{word}"] = argument.decode
            parts.append(argument.expression(word))
        self.invoke = eval(f"lambda task, w: function({', '.join(parts)})", names)
        return self.invoke(task, words)

    def store_what_is_left(self, task: Task, call: Call) -> int:
        """A signal ends the call's sleep: it may have to tell how much is left. 0 or -errno."""
        try:
            if self.interrupted is not None:
                self.interrupted(task, call)
        except SysError as error:
            return -error.errno
        return 0

    def describe_entry(self, task: Task, call: Call) -> tuple[Described | None, ...]:
        """The arguments as a trace prints them when the call begins; None: only at its end."""
        return tuple(
            [
                None if argument.is_late(call, word) else _described(argument, task, call, word)
                for word, argument in self.arguments
            ]
        )

    def describe_exit(
        self, task: Task, call: Call, result: int
    ) -> tuple[tuple[Described | None, ...], Described | None, str | None]:
        """The arguments printed at the end, the result where it is no plain number, and a note."""
        call.result = result
        arguments = tuple(
            [
                _described(argument, task, call, word)
                if argument.is_late(call, word)
                else _described_change(argument, task, call, word)
                if argument.changes
                else None
                for word, argument in self.arguments
            ]
        )
        value = None
        if self._result is not None and result >= 0:
            value = self._result.describe_value(task, call, result & 0xFFFF_FFFF)
        note = None
        if self.note is not None and result >= 0:
            with suppress(SysError):
                note = self.note(task, call, result)
        return arguments, value, note


def _described(argument: Argument, task: Task, call: Call, word: int) -> Described:
    """The argument, or the bare pointer where what it points to cannot be read."""
    try:
        return argument.describe(task, call, word)
    except SysError:
        return ("ptr", call.words[word])


def _described_change(argument: Argument, task: Task, call: Call, word: int) -> Described | None:
    """What the call made of the argument, if that can be read."""
    try:
        return argument.describe_change(task, call, word)
    except SysError:
        return None


def _argument_of(hint: Any) -> Argument | None:
    for item in getattr(hint, "__metadata__", ()):
        if isinstance(item, Argument):
            return item
    return None


def syscall(
    *numbers: Sysno, name: str | None = None, restart: Restart = Restart.SYS, missing: str = ""
) -> Callable[[Function], Function]:
    """Enter the function into the table under one or more numbers.

    Each entry's name is its number's Linux name. `restart` says what a signal does to the call
    while it sleeps, `missing` what of it is not there.
    """

    def enter(function: Function) -> Function:
        for number in numbers:
            assert number not in TABLE, f"{number.name} is declared twice"
            label = name or number.name.lower()
            TABLE[int(number)] = Entry(number, function, label, restart, missing)
        return function

    return enter


def subcall(multiplexer: Sysno, number: int, name: str) -> Callable[[Function], Function]:
    """Enter the function as what a multiplexer calls by this number of its own."""

    def enter(function: Function) -> Function:
        assert (multiplexer, number) not in SUBCALLS, f"{name} is declared twice"
        SUBCALLS[multiplexer, number] = Entry(multiplexer, function, name, Restart.SYS, "")
        return function

    return enter


def multiplexer(number: Sysno) -> Callable[[Any], Any]:
    """Declare how a multiplexer's call is understood, for traces."""

    def enter(function: Any) -> Any:
        TABLE[int(number)].meant = function
        return function

    return enter


def note(*numbers: Sysno) -> Callable[[Any], Any]:
    """Declare what a trace adds in parentheses after the result of these calls."""

    def enter(function: Any) -> Any:
        for number in numbers:
            TABLE[int(number)].note = function
        return function

    return enter


def on_interrupt(*numbers: Sysno) -> Callable[[Any], Any]:
    """Declare what is done when a signal ends the sleep of these calls; it may raise SysError."""

    def enter(function: Any) -> Any:
        for number in numbers:
            TABLE[int(number)].interrupted = function
        return function

    return enter
