"""Floating-point numbers: from octets, to octets, and as text."""

from __future__ import annotations

import math
import struct
from decimal import Context, Decimal

_FORMATS = {4: "<f", 8: "<d"}
_DIGITS = {4: 9, 8: 17}
_MANTISSAS = {4: 23, 8: 52}
_EXTENDED_DIGITS = 21
_BIAS = 16383 + 63
_LEAST_EXPONENT = -4


def float_of(octets: bytes) -> float:
    """The number, as near as a double comes to it."""
    form = _FORMATS.get(len(octets))
    if form is not None:
        return float(struct.unpack(form, octets)[0])
    mantissa, exponent, sign = _extended(octets)
    if exponent == 0x7FFF:
        return math.copysign(math.nan if mantissa << 1 & (1 << 64) - 1 else math.inf, sign)
    try:
        return sign * math.ldexp(mantissa, max(exponent, 1) - _BIAS)
    except OverflowError:
        return sign * math.inf


def floats_octets(number: float, size: int) -> bytes:
    """The other way; too large a number is infinite."""
    if size == 4:
        try:
            return struct.pack("<f", number)
        except OverflowError:
            return struct.pack("<f", math.copysign(math.inf, number))
    if size == 8:
        return struct.pack("<d", number)
    sign = 0x8000 if math.copysign(1, number) < 0 else 0
    if not number or not math.isfinite(number):
        top = 0x7FFF if number else 0
        mantissa = (3 << 62 if math.isnan(number) else 1 << 63) if number else 0
    else:
        fraction, exponent = math.frexp(abs(number))
        mantissa, top = int(math.ldexp(fraction, 64)), exponent + 16382
    return mantissa.to_bytes(8, "little") + (sign | top).to_bytes(2, "little") + bytes(size - 10)


def float_text(octets: bytes) -> str:
    """As many digits as tell it from every other number of its size."""
    number, size = float_of(octets), len(octets)
    if math.isnan(number):
        bits = int.from_bytes(octets, "little")
        sign = "-" if bits >> (8 * size if size in _MANTISSAS else 80) - 1 & 1 else ""
        return f"{sign}nan({bits & (1 << _MANTISSAS.get(size, 64)) - 1:#x})"
    if size in _DIGITS:
        return f"{number:.{_DIGITS[size]}g}"
    mantissa, exponent, _ = _extended(octets)
    if not mantissa or exponent == 0x7FFF:
        return f"{number:g}"
    return _general(_exact(octets))


def _extended(octets: bytes) -> tuple[int, int, int]:
    """The x87's format: mantissa, exponent, and 1 or -1."""
    top = int.from_bytes(octets[8:10], "little")
    return int.from_bytes(octets[:8], "little"), top & 0x7FFF, -1 if top & 0x8000 else 1


def _exact(octets: bytes) -> Decimal:
    mantissa, exponent, sign = _extended(octets)
    context = Context(prec=64)
    power = context.power(Decimal(2), Decimal(max(exponent, 1) - _BIAS))
    return context.multiply(Decimal(sign * mantissa), power)


def _general(number: Decimal) -> str:
    """What C's %Lg prints with so many digits."""
    rounded = Context(prec=_EXTENDED_DIGITS).plus(number).normalize()
    exponent = rounded.adjusted()
    if _LEAST_EXPONENT <= exponent < _EXTENDED_DIGITS:
        return format(rounded, "f")
    digits = "".join(map(str, rounded.as_tuple().digits))
    text = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{'-' if rounded < 0 else ''}{text}e{exponent:+03d}"
