"""Values: a type with octets, which lie in memory or were worked out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emulator.debug.c.numbers import float_of, floats_octets
from emulator.debug.c.types import (
    INT,
    Array,
    Base,
    Enum,
    Function,
    Kind,
    Pointer,
    Record,
    Type,
    strip,
)
from emulator.debug.command_table import CommandError

if TYPE_CHECKING:
    from emulator.debug.c.target import Target

Number = int | float


@dataclass(frozen=True)
class Value:
    """`octets` are None as long as they have not been read from `address`.

    `bits` is a bit field's place from the address on: offset and width. Neither octets nor an
    address: the compiler has kept the value nowhere.
    """

    type: Type
    address: int | None = None
    octets: bytes | None = None
    bits: tuple[int, int] | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it was optimized out."""
        return self.octets is None and self.address is None

    def read(self, target: Target) -> Value:
        """The same with its octets; CommandError where there is no such memory."""
        if self.octets is not None or self.address is None:
            return self
        if self.bits is None:
            return replace(self, octets=target.read(self.address, max(self.type.size, 0)))
        offset, width = self.bits
        data = target.read(self.address + offset // 8, (offset % 8 + width + 7) // 8)
        return replace(self, octets=_field(data, offset % 8, width, self.type))

    def part(self, kind: Type, offset: int, bits: int | None = None) -> Value:
        """A part of another type, that begins `offset` bits on and may be a bit field."""
        at = offset // 8
        address = None if self.address is None else self.address + at
        if bits is not None:
            address, place = self.address, (offset, bits)
            octets = None if self.octets is None else _field(self.octets, offset, bits, kind)
            return Value(kind, address, octets, place)
        octets = None if self.octets is None else self.octets[at : at + kind.size]
        return Value(kind, address, octets)


def _field(data: bytes, offset: int, width: int, kind: Type) -> bytes:
    """A bit field as wide as its type."""
    value = int.from_bytes(data, "little") >> offset & (1 << width) - 1
    if _is_signed(strip(kind)) and value >> width - 1:
        value -= 1 << width
    return (value & (1 << 8 * kind.size) - 1).to_bytes(kind.size, "little")


def _is_signed(kind: Type) -> bool:
    return isinstance(kind, Base | Enum) and kind.is_signed


def number(target: Target, value: Value) -> Number:
    """A scalar as a number; an array or function is its address. CommandError for records."""
    kind = strip(value.type)
    if isinstance(kind, Array | Function):
        return address_of(value)
    if isinstance(kind, Record) or not kind.size:
        raise CommandError("Value can't be converted to integer.")
    octets = value.read(target).octets
    if octets is None:
        raise CommandError("value has been optimized out")
    octets = octets[: kind.size]
    if isinstance(kind, Base) and kind.is_float:
        return float_of(octets)
    return int.from_bytes(octets, "little", signed=_is_signed(kind))


def integer(target: Target, value: Value) -> int:
    """The same without what is behind a float's point."""
    found = number(target, value)
    try:
        return int(found)
    except (OverflowError, ValueError):
        raise CommandError("Value can't be converted to integer.") from None


def address_of(value: Value) -> int:
    """Where a value lies; CommandError where it lies in no memory."""
    if value.bits is not None or value.address is None:
        raise CommandError("Attempt to take address of value not located in memory.")
    return value.address


def made(kind: Type, content: Number) -> Value:
    """A value of a scalar type, cut to its size as C does."""
    base = strip(kind)
    if isinstance(base, Base) and base.is_float:
        return Value(kind, None, floats_octets(float(content), base.size))
    whole = int(content != 0) if isinstance(base, Base) and base.kind is Kind.BOOL else int(content)
    return Value(kind, None, (whole & (1 << 8 * base.size) - 1).to_bytes(base.size, "little"))


def decayed(value: Value) -> Value:
    """An array as a pointer to its first element, a function as a pointer to it; else the same."""
    kind = strip(value.type)
    if isinstance(kind, Array):
        return made(Pointer(kind.element), address_of(value))
    return made(Pointer(value.type), address_of(value)) if isinstance(kind, Function) else value


def converted(target: Target, kind: Type, value: Value) -> Value:
    """A cast; CommandError where there is none."""
    base = strip(kind)
    if not base.size and not isinstance(base, Record | Array):
        return Value(kind, None, b"")
    if isinstance(base, Base | Enum | Pointer):
        return made(kind, number(target, decayed(value)))
    if strip(value.type).size == base.size or value.address is not None:
        return replace(value, type=kind, octets=None if value.address is not None else value.octets)
    raise CommandError("Invalid cast.")


SIZE = INT
"""The type of sizes, as gdb has it."""
