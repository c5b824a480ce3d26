"""A record: events as lines of JSON, and those lines as equal events again.

The first line names the schema and its version, every other line is one event: its class under
"event", then its fields. Text is escaped to ASCII, so that nothing a guest says acts on a reader.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Any

from kernel import events
from kernel.errors import BadGuest
from kernel.events import Described, Event, StackFrame

SCHEMA = "emu386-record"
VERSION = 2
HEADER = json.dumps({"schema": SCHEMA, "version": VERSION}, separators=(",", ":")) + "\n"
_LISTS = frozenset({"array", "struct"})
"""Kinds of described values whose first detail is a list."""


@dataclass(frozen=True)
class Shape:
    """A type of a field: how JSON Schema calls it, and how it is made of what JSON gives back."""

    schema: dict[str, Any]
    read: Callable[[Any], Any] | None = None
    """None: as it is."""
    write: str = "_anything"
    """The function that makes JSON of it; "" where a number is written as it is."""

    def text(self, name: str) -> str:
        """Python source: the JSON of the field with this name."""
        return f"{self.write}(event.{name})" if self.write else f"event.{name}"


_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def dataclass_of(kind: type[Event]) -> Any:
    """The class, as what `fields` takes: the type checker does not see what it is made with."""
    return kind


def _text_or_null(value: str | None) -> str:
    return "null" if value is None else encode_basestring_ascii(value)


def _numbers(values: tuple[int, ...]) -> str:
    return str([*values])


def _anything(value: Any) -> str:
    return "null" if value is None else "[]" if value == () else _encode(value)


def _described(value: list[Any]) -> Described:
    kind = value[0]
    if kind == "array":
        return (kind, [_described(each) for each in value[1]], *value[2:])
    if kind == "struct":
        named = [(name, _described(each)) for name, each in value[1]]
        return (kind, named, *value[2:])
    if kind == "brief":
        return (kind, _described(value[1]), _described(value[2]))
    return tuple(value)


def _maybe_described(value: list[Any] | None) -> Described | None:
    return None if value is None else _described(value)


def _all_described(values: list[Any]) -> tuple[Described | None, ...]:
    return tuple([_maybe_described(value) for value in values])


def _tuples(values: list[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple([tuple(each) for each in values])


def _many(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_A_VALUE = {"$ref": "#/$defs/described"}
_A_VALUE_OR_NULL = {"anyOf": [_A_VALUE, {"type": "null"}]}
_PAIR = {
    "type": "array",
    "prefixItems": [{"type": "string"}, {"type": ["integer", "string"]}],
    "minItems": 2,
    "maxItems": 2,
}
_FRAME = {
    "type": "array",
    "prefixItems": [{"type": kind} for kind in ("string", "string", "integer", "integer")],
    "minItems": 4,
    "maxItems": 4,
}
SHAPES: dict[Any, Shape] = {
    int: Shape({"type": "integer"}, write=""),
    str: Shape({"type": "string"}, write="_string"),
    int | None: Shape({"type": ["integer", "null"]}),
    str | None: Shape({"type": ["string", "null"]}, write="_text_or_null"),
    tuple[int, ...]: Shape(_many({"type": "integer"}), tuple, "_numbers"),
    Described: Shape(_A_VALUE, _described),
    Described | None: Shape(_A_VALUE_OR_NULL, _maybe_described),
    tuple[Described, ...]: Shape(_many(_A_VALUE), _all_described),
    tuple[Described | None, ...]: Shape(_many(_A_VALUE_OR_NULL), _all_described),
    tuple[tuple[str, int | str], ...]: Shape(_many(_PAIR), _tuples),
    tuple[StackFrame, ...]: Shape(_many(_FRAME), _tuples),
}
_WRITERS: dict[str, Any] = {
    "_string": encode_basestring_ascii, "_text_or_null": _text_or_null,
    "_numbers": _numbers, "_anything": _anything,
}  # fmt: skip
KINDS: dict[str, type[Event]] = {
    name: kind
    for name, kind in vars(events).items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


class _Codec:
    """Both directions for one class of events.

    The line of an event is one expression, made once: records are written while a guest runs.
    """

    def __init__(self, kind: type[Event]) -> None:
        self.kind = kind
        self.names = ("event", *(field.name for field in fields(dataclass_of(kind))))
        self.values = attrgetter(*self.names[1:])
        shapes = [(field.name, SHAPES[field.type]) for field in fields(dataclass_of(kind))]
        self.readers = [(name, shape.read) for name, shape in shapes if shape.read is not None]
        members = "".join([f',"{name}":{{{shape.text(name)}}}' for name, shape in shapes])
        line = f'{{{{"event":"{kind.__name__}"{members}}}}}\n'
        self.text: Callable[[Event], str] = eval(f"lambda event: f{line!r}", dict(_WRITERS))

    def plain(self, event: Event) -> dict[str, Any]:
        return dict(zip(self.names, (self.kind.__name__, *self.values(event)), strict=True))

    def event(self, plain: dict[str, Any]) -> Event:
        for name, read in self.readers:
            plain[name] = read(plain[name])
        return self.kind(**plain)


_CODECS = {kind: _Codec(kind) for kind in KINDS.values()}


def plain(event: Event) -> dict[str, Any]:
    """The event as a dictionary: "event", then its fields."""
    return _CODECS[type(event)].plain(event)


def lines(told: Iterable[Event]) -> str:
    """These events, a line each."""
    codecs = _CODECS
    return "".join([codecs[type(event)].text(event) for event in told])


def events_of(text: Iterable[str], name: str = "record") -> Iterator[Event]:
    """The events of a record's lines; a last line that was cut short is passed over.

    Raises BadGuest, which names the record, where the text is no record of this version.
    """
    rest = iter(text)
    _check_header(next(rest, ""), name)
    for number, line in enumerate(rest, 2):
        if not line.endswith("\n"):
            return
        try:
            found = json.loads(line)
            yield _CODECS[KINDS[found.pop("event")]].event(found)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            raise BadGuest(f"{name}: line {number} is not an event") from None


def _check_header(line: str, name: str) -> None:
    try:
        header = json.loads(line)
        schema, version = header["schema"], header["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        schema = version = None
    if schema != SCHEMA:
        raise BadGuest(f"{name}: not a record of emu386")
    if version != VERSION:
        raise BadGuest(
            f"{name}: a record of version {version}; this emu386 reads version {VERSION}"
        )
