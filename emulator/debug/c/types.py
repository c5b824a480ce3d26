"""C types, as a program's debugging information or an expression names them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum as Choice


class Kind(Choice):
    """How the octets of a base type are read."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    CHAR = "char"
    UNSIGNED_CHAR = "unsigned char"
    BOOL = "bool"
    FLOAT = "float"
    FLAGS = "flags"
    """The register EFLAGS."""


_SIGNED = (Kind.SIGNED, Kind.CHAR)


class Type:
    """What all types have: `size` in octets (0: void, or not known)."""

    size: int


@dataclass(eq=False)
class Void(Type):
    """No value."""

    size: int = 0


@dataclass(eq=False)
class Base(Type):
    """A number, `size` octets long."""

    name: str
    size: int
    kind: Kind

    @property
    def is_signed(self) -> bool:
        return self.kind in _SIGNED

    @property
    def is_float(self) -> bool:
        return self.kind is Kind.FLOAT

    @property
    def is_char(self) -> bool:
        """Whether it is shown as a character, and an array of it as a string."""
        return self.size == 1 and self.kind not in (Kind.BOOL, Kind.FLAGS)


@dataclass(eq=False)
class Pointer(Type):
    """To a value of another type, or to nothing in particular (Void)."""

    target: Type
    size: int = 4


@dataclass(eq=False)
class Array(Type):
    """`count` elements; None where the declaration does not tell."""

    element: Type
    count: int | None

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.element.size * (self.count or 0)


@dataclass(eq=False)
class Function(Type):
    """`parameters` are None for a declaration without a prototype, `f()`."""

    result: Type
    parameters: list[Type] | None = None
    is_variadic: bool = False
    size: int = 1


@dataclass(eq=False)
class Member:
    """One field of a record: `offset` in bits; `bits` is the width of a bit field, else None."""

    name: str
    type: Type
    offset: int
    bits: int | None = None


@dataclass(eq=False)
class Record(Type):
    """A struct or union; `tag` is empty where it has none."""

    keyword: str
    tag: str
    size: int
    members: list[Member] = field(default_factory=list)
    is_incomplete: bool = False

    def find(self, name: str) -> Member | None:
        """The member of this name, also from within members that have none."""
        for member in self.members:
            if member.name == name:
                return member
            inner = strip(member.type)
            if not member.name and isinstance(inner, Record) and (found := inner.find(name)):
                return Member(name, found.type, member.offset + found.offset, found.bits)
        return None


@dataclass(eq=False)
class Enum(Type):
    """Named numbers."""

    tag: str
    size: int
    is_signed: bool
    values: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_flags(self) -> bool:
        """Whether every name is one bit or none."""
        return all(value >= 0 and not value & (value - 1) for _, value in self.values)


@dataclass(eq=False)
class Typedef(Type):
    """Another name of a type."""

    name: str
    target: Type

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.target.size


@dataclass(eq=False)
class Qualified(Type):
    """A type with `const`, `volatile`, `restrict` or `_Atomic` before it."""

    word: str
    target: Type

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.target.size


def strip(kind: Type) -> Type:
    """The type itself, without other names and qualifiers."""
    while isinstance(kind, Typedef | Qualified):
        kind = kind.target
    return kind


def unqualified(kind: Type) -> Type:
    """Without qualifiers, by the name it has."""
    while isinstance(kind, Qualified):
        kind = kind.target
    return kind


VOID = Void()
CHAR = Base("char", 1, Kind.CHAR)
INT = Base("int", 4, Kind.SIGNED)
UNSIGNED = Base("unsigned int", 4, Kind.UNSIGNED)
LONG = Base("long", 4, Kind.SIGNED)
UNSIGNED_LONG = Base("unsigned long", 4, Kind.UNSIGNED)
LONG_LONG = Base("long long", 8, Kind.SIGNED)
UNSIGNED_LONG_LONG = Base("unsigned long long", 8, Kind.UNSIGNED)
FLOAT = Base("float", 4, Kind.FLOAT)
DOUBLE = Base("double", 8, Kind.FLOAT)
LONG_DOUBLE = Base("long double", 12, Kind.FLOAT)
UNTYPED_CODE = Function(INT)
"""A function of which nothing but its name is known."""
_BASES = (
    CHAR, INT, UNSIGNED, LONG, UNSIGNED_LONG, LONG_LONG, UNSIGNED_LONG_LONG,
    FLOAT, DOUBLE, LONG_DOUBLE,
    Base("signed char", 1, Kind.CHAR), Base("unsigned char", 1, Kind.UNSIGNED_CHAR),
    Base("short", 2, Kind.SIGNED), Base("unsigned short", 2, Kind.UNSIGNED),
    Base("_Bool", 1, Kind.BOOL),
)  # fmt: skip
WORDS = frozenset(word for base in _BASES for word in base.name.split()) | {"signed", "void"}
"""The words that name i386's own types."""


def _canonical(words: list[str]) -> tuple[str, ...]:
    """Equal for names of the same type: `long int` and `signed long`."""
    optional = {"int"} if "char" in words else {"int", "signed"}
    return tuple(sorted(word for word in words if word not in optional))


_BY_WORDS: dict[tuple[str, ...], Type] = {_canonical(base.name.split()): base for base in _BASES}
_BY_WORDS["void",] = VOID


def from_words(words: list[str]) -> Type | None:
    """What a list of such words means, in any order; None where they do not go together."""
    return _BY_WORDS.get(_canonical(words))
