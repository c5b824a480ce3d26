"""The JSON Schema of a record's lines, made from the classes of events.

`python -m emulator.views.record_schema` writes it to record.schema.json beside this file.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from emulator.views.record import KINDS, SCHEMA, SHAPES, VERSION, dataclass_of
from kernel.events import Event

FILE = Path(__file__).with_name("record.schema.json")
_INTEGER = {"type": "integer"}
_STRING = {"type": "string"}
_FLAG = {"type": "boolean"}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_VALUE = {"$ref": "#/$defs/described"}
_NAMED = {"type": "array", "prefixItems": [_STRING, _VALUE], "minItems": 2, "maxItems": 2}
_DETAILS: dict[str, list[dict[str, Any]]] = {
    "int": [_INTEGER],
    "hex": [_INTEGER],
    "ptr": [_INTEGER],
    "oct": [_INTEGER],
    "fd": [_INTEGER, _TEXT_OR_NULL],
    "bytes": [_STRING, _FLAG],
    "path": [_STRING, _FLAG],
    "abstract": [_STRING],
    "octets": [_STRING, _FLAG],
    "flags": [_INTEGER, _STRING],
    "array": [{"type": "array", "items": _VALUE}, _FLAG],
    "struct": [{"type": "array", "items": _NAMED}, _FLAG],
    "sigset": [_INTEGER, _INTEGER],
    "signal": [_INTEGER],
    "wstatus": [_INTEGER],
    "timespec": [_INTEGER, _INTEGER],
    "brief": [_VALUE, _VALUE],
    "text": [_STRING],
    "omit": [],
}
_LAST_IS_OPTIONAL = frozenset({"sigset"})


def schema() -> dict[str, Any]:
    """The schema of one line."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{SCHEMA}, version {VERSION}",
        "description": "One line of a record: the header first, then one event each.",
        "anyOf": [{"$ref": "#/$defs/header"}] + [{"$ref": f"#/$defs/{name}"} for name in KINDS],
        "$defs": {"header": _header()}
        | {name: _event(name, kind) for name, kind in KINDS.items()}
        | {"described": _described()},
    }


def _header() -> dict[str, Any]:
    return _object({"schema": {"const": SCHEMA}, "version": {"const": VERSION}})


def _event(name: str, kind: type[Event]) -> dict[str, Any]:
    members = {"event": {"const": name}}
    members |= {field.name: SHAPES[field.type].schema for field in fields(dataclass_of(kind))}
    sentence = (kind.__doc__ or "").partition("\n\n")[0]
    return {"description": " ".join(sentence.split())} | _object(members)


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _described() -> dict[str, Any]:
    """By kind, each asked for first: to try them all would take time exponential in the depth."""
    return {
        "type": "array",
        "minItems": 1,
        "prefixItems": [{"enum": list(_DETAILS)}],
        "allOf": [
            {"if": {"prefixItems": [{"const": name}]}, "then": _kind(name, details)}
            for name, details in _DETAILS.items()
        ],
    }


def _kind(name: str, details: list[dict[str, Any]]) -> dict[str, Any]:
    parts = [{"const": name}, *details]
    return {
        "prefixItems": parts,
        "minItems": len(parts) - (name in _LAST_IS_OPTIONAL),
        "maxItems": len(parts),
    }


def text() -> str:
    """The published file."""
    return json.dumps(schema(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
