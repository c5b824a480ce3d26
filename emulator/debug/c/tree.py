"""Expressions as trees."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.debug.c.types import Base, Type
from emulator.debug.c.values import Number


@dataclass(frozen=True)
class Literal:
    """A number or a character."""

    type: Base
    value: Number


@dataclass(frozen=True)
class Text:
    """A string."""

    octets: bytes


@dataclass(frozen=True)
class Name:
    """A variable, function or enumerator."""

    name: str


@dataclass(frozen=True)
class Register:
    """`$eax`."""

    name: str


@dataclass(frozen=True)
class History:
    """`$3`: the third value that was printed; `$`, `$$`, `$$2`: the last, the one before it, …"""

    number: int
    from_end: bool


@dataclass(frozen=True)
class Unary:
    """An operator before what it works on; also `sizeof`."""

    operator: str
    operand: Node


@dataclass(frozen=True)
class Binary:
    """An operator between two; `[` is an index."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Conditional:
    """`test ? then : other`."""

    test: Node
    then: Node
    other: Node


@dataclass(frozen=True)
class Cast:
    """A value as another type."""

    type: Type
    operand: Node


@dataclass(frozen=True)
class Member:
    """`.name` or `->name`, as gdb takes either for the other."""

    operand: Node
    name: str


@dataclass(frozen=True)
class TypeName:
    """A type in a value's place."""

    type: Type


Node = (
    Literal | Text | Name | Register | History | Unary | Binary | Conditional | Cast | Member
    | TypeName
)  # fmt: skip
