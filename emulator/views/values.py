"""Described values as text in strace's notation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from emulator.views.quoting import Hexadecimal, hexadecimal, in_angles, quoted
from emulator.views.signal_set import numbered_signal_set, signal_set
from emulator.views.wait_status import wait_status
from kernel.abi.signals import Signal, signal_name
from kernel.events import Described


class Constants(Enum):
    """How numbers that have names are written: strace's -X."""

    RAW = "raw"
    ABBREVIATED = "abbrev"
    VERBOSE = "verbose"


@dataclass(frozen=True, slots=True)
class Style:
    """How values are written; each field is one of strace's letters."""

    string_limit: int = 32
    """-s: octets of a string, and elements of an array while abbreviating."""
    hexadecimal: Hexadecimal = Hexadecimal.NEVER
    """-x, -xx."""
    abbreviate: bool = True
    """Off with -v: structures in full, arrays to their end."""
    paths: bool = False
    """-y: the path behind each descriptor."""
    constants: Constants = Constants.ABBREVIATED


DEFAULT = Style()


def text(value: Described, style: Style = DEFAULT) -> str:
    """The value in strace's notation; "" for an omitted one.

    The kinds are those of kernel.events and ("named", name, value), which views make.
    """
    return _WRITERS[value[0]](value, style)


def result_text(value: Described, style: Style = DEFAULT) -> str:
    """The same for what a call returns, where a null address is 0."""
    return text(("hex", value[1]) if value[0] == "ptr" else value, style)


def arguments_text(values: tuple[Described | None, ...], style: Style) -> str:
    """Arguments with commas between them; those omitted or None leave no trace."""
    return ", ".join(
        [
            _WRITERS[value[0]](value, style)
            for value in values
            if value is not None and value[0] != "omit"
        ]
    )


def _integer(value: Described, style: Style) -> str:
    return str(value[1])


def _hex(value: Described, style: Style) -> str:
    return f"{value[1]:#x}" if value[1] else "0"


def _pointer(value: Described, style: Style) -> str:
    return f"{value[1]:#x}" if value[1] else "NULL"


def _octal(value: Described, style: Style) -> str:
    return f"0{value[1]:02o}"


def _descriptor(value: Described, style: Style) -> str:
    _, number, path = value
    return f"{number}{in_angles(path)}" if style.paths and path is not None else str(number)


def _string(value: Described, style: Style) -> str:
    _, octets, more = value
    limit = style.string_limit
    if len(octets) > limit:
        octets, more = octets[:limit], True
    return quoted(octets, style.hexadecimal) + ("..." if more else "")


def _path(value: Described, style: Style) -> str:
    """Paths are written in full, whatever the limit."""
    return quoted(value[1], style.hexadecimal) + ("..." if value[2] else "")


def _abstract(value: Described, style: Style) -> str:
    """An abstract socket name, in full: @ stands for the NUL before it."""
    return "@" + quoted(value[1], style.hexadecimal)


def _octets(value: Described, style: Style) -> str:
    _, octets, more = value
    limit = style.string_limit
    return hexadecimal(octets[:limit]) + ("..." if more or len(octets) > limit else "")


def _flags(value: Described, style: Style) -> str:
    _, number, words = value
    if style.constants is Constants.ABBREVIATED:
        return str(words)
    rest, bar, last = words.rpartition("|")
    if last in Signal.__members__:  # clone's
        number -= Signal[last]
        signal = _signal(("signal", Signal[last]), style)
        return f"{_constant(number, rest, style)}|{signal}" if bar else signal
    return _constant(number, words, style)


def _constant(number: int, words: str, style: Style) -> str:
    """A number with its names, if they are asked for and it has any."""
    if words.startswith("S_IF"):
        written = f"0{number:o}"
    else:
        written = f"{number:#x}" if number > 0 else str(number)
    if style.constants is Constants.RAW or words.startswith("0x") or words == "0":
        return written
    return f"{written} /* {words} */"


def _array(value: Described, style: Style) -> str:
    _, items, more = value
    if style.abbreviate and len(items) > style.string_limit:
        items, more = items[: style.string_limit], True
    parts = [text(item, style) for item in items]
    if more:
        parts.append("...")
    return f"[{', '.join(parts)}]"


def _struct(value: Described, style: Style) -> str:
    _, fields, more = value
    parts = [
        f"{name}={text(field, style)}" if name else text(field, style)
        for name, field in fields
        if field[0] != "omit"
    ]
    if more:
        parts.append("...")
    return f"{{{', '.join(parts)}}}"


def _signal_set(value: Described, style: Style) -> str:
    if style.constants is Constants.ABBREVIATED:
        return signal_set(*value[1:])
    return numbered_signal_set(style.constants is Constants.VERBOSE, *value[1:])


def _signal(value: Described, style: Style) -> str:
    number = value[1]
    if style.constants is Constants.ABBREVIATED:
        return signal_name(number)
    if style.constants is Constants.RAW or number == 0:
        return str(number)
    return f"{number} /* {signal_name(number)} */"


def _wait_status(value: Described, style: Style) -> str:
    return f"[{wait_status(value[1])}]"


def _timespec(value: Described, style: Style) -> str:
    return f"{{tv_sec={value[1]}, tv_nsec={value[2]}}}"


def _named(value: Described, style: Style) -> str:
    return f"{value[1]}={text(value[2], style)}"


def _as_it_is(value: Described, style: Style) -> str:
    return str(value[1])


def _brief(value: Described, style: Style) -> str:
    return text(value[1] if style.abbreviate else value[2], style)


def _nothing(value: Described, style: Style) -> str:
    return ""


_WRITERS: dict[str, Callable[[Described, Style], str]] = {
    "int": _integer,
    "hex": _hex,
    "ptr": _pointer,
    "oct": _octal,
    "fd": _descriptor,
    "bytes": _string,
    "path": _path,
    "abstract": _abstract,
    "octets": _octets,
    "flags": _flags,
    "array": _array,
    "struct": _struct,
    "sigset": _signal_set,
    "signal": _signal,
    "wstatus": _wait_status,
    "timespec": _timespec,
    "named": _named,
    "text": _as_it_is,
    "brief": _brief,
    "omit": _nothing,
}
