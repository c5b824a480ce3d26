"""Values as gdb prints them."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from emulator.debug.c import formats
from emulator.debug.c.declarations import name_of
from emulator.debug.c.numbers import float_text
from emulator.debug.c.strings import MOST, REPEATS, character, quoted
from emulator.debug.c.types import (
    Array,
    Base,
    Enum,
    Function,
    Kind,
    Pointer,
    Record,
    Type,
    Void,
    strip,
    unqualified,
)
from emulator.debug.c.values import Value, integer
from emulator.debug.command_table import CommandError

if TYPE_CHECKING:
    from emulator.debug.c.target import Target

GONE = "<optimized out>"
FLAGS = (
    (0, "CF"), (2, "PF"), (4, "AF"), (6, "ZF"), (7, "SF"), (8, "TF"), (9, "IF"), (10, "DF"),
    (11, "OF"), (14, "NT"), (16, "RF"), (18, "AC"), (21, "ID"),
)  # fmt: skip
"""The flags of EFLAGS by their bits."""
_PLAIN_TARGET = "char"
_NUMBER = re.compile(r"\.\d+$")
"""What compilers put behind the name of a function's static variable."""


def shown(target: Target, value: Value, letter: str = "") -> str:
    """A value by itself: a pointer with its type, unless a string tells what it is."""
    kind = strip(value.type)
    text = Printer(target, letter).text(value)
    if letter or value.is_gone:
        return text
    if isinstance(kind, Pointer) and not _is_plain(value.type):
        return f"({name_of(value.type)}) {text}"
    return text


def _is_plain(kind: Type) -> bool:
    kind = unqualified(kind)
    if not isinstance(kind, Pointer):
        return False
    pointed_to = unqualified(kind.target)
    return isinstance(pointed_to, Base) and pointed_to.name == _PLAIN_TARGET


class Printer:
    """Prints values of a target; `letter` is a format, `is_summary` leaves out what has parts."""

    def __init__(self, target: Target, letter: str = "", is_summary: bool = False) -> None:
        self._target, self._letter, self._is_summary = target, letter, is_summary

    def text(self, value: Value) -> str:
        """A value, or a part of one."""
        kind = strip(value.type)
        if self._is_summary and isinstance(kind, Record | Array):
            return "..."
        if value.is_gone:
            return GONE
        if isinstance(kind, Void):
            return "void"
        if isinstance(kind, Function) and not self._letter:
            return f"{{{name_of(value.type)}}} {self._address(value.address or 0)}"
        value = value.read(self._target)
        if isinstance(kind, Record):
            return self._record(value, kind)
        if isinstance(kind, Array):
            return self._array(value, kind)
        assert value.octets is not None
        if self._letter == "s" and isinstance(kind, Pointer) and _is_character(kind.target):
            return self._pointer(value, kind)
        if self._letter:
            is_unsigned = isinstance(kind, Base) and not kind.is_signed and self._letter == "c"
            letter = self._letter
            if is_unsigned:
                return f"{value.octets[0]} '{character(value.octets[0])}'"
            if letter == "s":
                return self._scalar(value, kind, value.octets)
            return formats.formatted(value.octets, letter, self._symbol)
        return self._scalar(value, kind, value.octets)

    # ---- parts -------------------------------------------------------------------------------

    def _record(self, value: Value, kind: Record) -> str:
        parts = []
        for member in kind.members:
            text = self.text(value.part(member.type, member.offset, member.bits))
            parts.append(f"{member.name} = {text}" if member.name else text)
        if kind.is_incomplete:
            return "<incomplete type>"
        return f"{{{', '.join(parts)}}}"

    def _array(self, value: Value, kind: Array) -> str:
        assert value.octets is not None
        if self._letter in ("", "s") and _is_character(kind.element) and kind.count:
            return quoted(value.octets)
        return f"{{{self._elements(value.octets, kind)}}}"

    def _elements(self, octets: bytes, kind: Array) -> str:
        size = kind.element.size
        each = [octets[at : at + size] for at in range(0, len(octets), size or 1)]
        parts: list[str] = []
        room = MOST
        for same, group in groupby(each):
            if room <= 0:
                return ", ".join(parts) + "..."
            count, text = len(list(group)), self.text(Value(kind.element, None, same))
            if count > REPEATS:
                parts.append(f"{text} <repeats {count} times>")
                room -= REPEATS
            else:
                parts += [text] * min(count, room)
                if count > room:
                    return ", ".join(parts) + "..."
                room -= count
        return ", ".join(parts)

    # ---- scalars -----------------------------------------------------------------------------

    def _scalar(self, value: Value, kind: Type, octets: bytes) -> str:
        if isinstance(kind, Pointer):
            return self._pointer(value, kind)
        whole = integer(self._target, value) if not _is_float(kind) else 0
        if isinstance(kind, Enum):
            return _enum(kind, whole)
        assert isinstance(kind, Base)
        match kind.kind:
            case Kind.FLOAT:
                return float_text(octets)
            case Kind.BOOL:
                return {0: "false", 1: "true"}.get(whole, str(whole))
            case Kind.FLAGS:
                return " ".join(["[", *[sign for bit, sign in FLAGS if whole >> bit & 1], "]"])
        return f"{whole} '{character(octets[0])}'" if kind.is_char else str(whole)

    def _pointer(self, value: Value, kind: Pointer) -> str:
        address = integer(self._target, value)
        text = self._address(address)
        if not address or not _is_character(kind.target):
            return text
        return f"{text} {self.string(address)}"

    def string(self, address: int) -> str:
        """The string that begins at an address."""
        target = self._target
        data = target.stepper.read_memory(target.task, address, MOST)
        text, end, _ = data.partition(b"\0")
        if not end and len(data) < MOST:
            at = (address + len(data)) & 0xFFFF_FFFF
            start = quoted(text, True) if text else ""
            return f"{start}<error: Cannot access memory at address {at:#x}>"
        return quoted(text, is_cut=not end)

    def _address(self, address: int) -> str:
        return f"{address:#x}{self._symbol(address)}"

    def _symbol(self, address: int) -> str:
        """` <main+4>`, or nothing."""
        program = self._target.program
        found = program.object_at(address) or program.function_at(address)
        if found is None:
            return ""
        offset, name = address - found.start, _NUMBER.sub("", found.name)
        return f" <{name}+{offset}>" if offset else f" <{name}>"


def _is_float(kind: Type) -> bool:
    return isinstance(kind, Base) and kind.is_float


def _is_character(kind: Type) -> bool:
    base = strip(kind)
    return isinstance(base, Base) and base.is_char


def _enum(kind: Enum, value: int) -> str:
    named = next((name for name, number in kind.values if number == value), None)
    if named is not None:
        return named
    if not kind.is_flags or not value:
        return str(value)
    parts = []
    for name, number in kind.values:
        if value & number:
            parts.append(name)
            value &= ~number
    if value:
        parts.append(f"unknown: {value:#x}")
    return f"({' | '.join(parts)})"


def contents(target: Target, value: Value) -> str:
    """A variable's value in a list of variables; what is wrong where it cannot be read."""
    try:
        return Printer(target).text(value)
    except CommandError as error:
        return f"<error: {error}>"


def argument_text(target: Target, value: Value) -> str:
    """A parameter's value in a backtrace: `...` for what has parts."""
    try:
        return Printer(target, is_summary=True).text(value)
    except CommandError as error:
        return f"<error reading variable: {error}>"
