"""What C's operators do with values: promotions, pointers, comparisons."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from emulator.debug.c.types import (
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    LONG_DOUBLE,
    LONG_LONG,
    UNSIGNED,
    UNSIGNED_LONG_LONG,
    Array,
    Base,
    Enum,
    Function,
    Pointer,
    Record,
    Type,
    strip,
)
from emulator.debug.c.values import Number, Value, address_of, decayed, integer, made, number
from emulator.debug.command_table import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.debug.c.target import Target

_COMPARISONS: dict[str, Callable[[Number, Number], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
    "<=": operator.le, ">=": operator.ge,
}  # fmt: skip
_MOST_SHIFTED = 64


def unary(target: Target, sign: str, value: Value) -> Value:
    """`-x`, `!x`, `~x`, `*x`, `&x`, `+x`."""
    if sign == "*":
        return dereferenced(target, value)
    if sign == "&":
        return made(Pointer(value.type), address_of(value))
    content = number(target, value)
    if sign == "!":
        return made(INT, not content)
    kind = _promoted(value.type)
    if sign == "~":
        return made(kind, ~integer(target, value))
    return made(kind, -content if sign == "-" else content)


def dereferenced(target: Target, value: Value) -> Value:
    """What a pointer points to, or a number as if it were a pointer to int."""
    kind = strip(value.type)
    if isinstance(kind, Function):
        return value
    if isinstance(kind, Array):
        return value.part(kind.element, 0)
    if isinstance(kind, Pointer):
        if not strip(kind.target).size:
            raise CommandError("Attempt to take contents of a non-pointer value.")
        return Value(kind.target, integer(target, value))
    if isinstance(kind, Base) and not kind.is_float:
        return Value(INT, integer(target, value) & 0xFFFF_FFFF)
    raise CommandError("Attempt to take contents of a non-pointer value.")


def indexed(target: Target, value: Value, index: Value) -> Value:
    """`array[index]`, also of an array that lies in no memory."""
    kind, at = strip(value.type), integer(target, index)
    if isinstance(kind, Array):
        if value.address is None and not 0 <= at < (kind.count or 0):
            raise CommandError(f"no such vector element: {at}")
        return value.part(kind.element, 8 * at * kind.element.size)
    if not isinstance(kind, Pointer):
        raise CommandError("cannot subscript something of type that is neither array nor pointer")
    return dereferenced(target, binary(target, "+", value, index))


def member(target: Target, value: Value, name: str) -> Value:
    """`value.name`; of a pointer, of what it points to."""
    if isinstance(strip(value.type), Pointer):
        value = dereferenced(target, value)
    kind = strip(value.type)
    if not isinstance(kind, Record):
        raise CommandError("Attempt to extract a component of a value that is not a structure.")
    found = kind.find(name)
    if found is None:
        raise CommandError(f"There is no member named {name}.")
    return value.part(found.type, found.offset, found.bits)


def repeated(target: Target, value: Value, count: Value) -> Value:
    """gdb's `first@count`: an array that begins with a value."""
    length = integer(target, count)
    if length <= 0:
        raise CommandError(f"Invalid number {length} of repetitions.")
    return Value(Array(value.type, length), address_of(value))


def binary(target: Target, sign: str, left: Value, right: Value) -> Value:
    """Arithmetic and comparisons."""
    left, right = decayed(left), decayed(right)
    if isinstance(strip(left.type), Pointer) or isinstance(strip(right.type), Pointer):
        return _with_pointer(target, sign, left, right)
    kind = _common(left.type, right.type)
    a, b = number(target, left), number(target, right)
    if sign in _COMPARISONS:
        a, b = number(target, made(kind, a)), number(target, made(kind, b))
        return made(INT, _COMPARISONS[sign](a, b))
    if isinstance(a, float) or isinstance(b, float):
        return made(kind, _of_floats(sign, float(a), float(b)))
    a, b = integer(target, made(kind, a)), integer(target, made(kind, b))
    if sign in ("<<", ">>"):
        kind = _promoted(left.type)
    return made(kind, _of_integers(sign, a, b))


def _with_pointer(target: Target, sign: str, left: Value, right: Value) -> Value:
    a, b = integer(target, left), integer(target, right)
    if sign in _COMPARISONS:
        return made(INT, _COMPARISONS[sign](a & 0xFFFF_FFFF, b & 0xFFFF_FFFF))
    first, second = strip(left.type), strip(right.type)
    if isinstance(first, Pointer) and isinstance(second, Pointer) and sign == "-":
        return made(LONG, (a - b) // max(first.target.size, 1))
    if isinstance(first, Pointer) and not isinstance(second, Pointer) and sign in "+-":
        step = max(first.target.size, 1) * b
        return made(left.type, a + step if sign == "+" else a - step)
    if isinstance(second, Pointer) and not isinstance(first, Pointer) and sign == "+":
        return made(right.type, b + max(second.target.size, 1) * a)
    raise CommandError("Argument to arithmetic operation not a number or boolean.")


def _of_integers(sign: str, a: int, b: int) -> int:
    match sign:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "&":
            return a & b
        case "|":
            return a | b
        case "^":
            return a ^ b
        case "<<":
            return a << b if 0 <= b < _MOST_SHIFTED else 0
        case ">>":
            return a >> b if 0 <= b < _MOST_SHIFTED else 0
    if not b:
        raise CommandError("Division by zero")
    quotient = abs(a) // abs(b) * (-1 if (a < 0) != (b < 0) else 1)
    return quotient if sign == "/" else a - b * quotient


def _of_floats(sign: str, a: float, b: float) -> float:
    match sign:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/" if b:
            return a / b
        case "/":
            is_nan = not a or math.isnan(a)
            return math.nan if is_nan else math.copysign(math.inf, a) * math.copysign(1, b)
    raise CommandError("Integer only operation on floating point numbers.")


def _promoted(kind: Type) -> Base:
    """What C makes of a number before it works with it."""
    base = strip(kind)
    if isinstance(base, Enum):
        return INT if base.is_signed else UNSIGNED
    if not isinstance(base, Base):
        raise CommandError("Argument to arithmetic operation not a number or boolean.")
    return INT if base.size < INT.size else base


def _common(left: Type, right: Type) -> Base:
    """The type that both operands become."""
    a, b = _promoted(left), _promoted(right)
    if a.is_float or b.is_float:
        size = max(kind.size for kind in (a, b) if kind.is_float)
        return {4: FLOAT, 8: DOUBLE}.get(size, LONG_DOUBLE)
    size = max(a.size, b.size)
    is_signed = all(kind.is_signed for kind in (a, b) if kind.size == size)
    if size > INT.size:
        return LONG_LONG if is_signed else UNSIGNED_LONG_LONG
    return INT if is_signed else UNSIGNED
