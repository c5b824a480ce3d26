"""strace's -e inject: which calls are tampered with, how, and how often."""

from __future__ import annotations

import re
from typing import Any

from emulator.views import selection
from kernel.clock import NANOSECONDS
from kernel.errors import BadGuest
from kernel.task.injection import Injection

_UNITS = {"": 1000, "us": 1000, "ns": 1, "ms": NANOSECONDS // 1000, "s": NANOSECONDS}
_EFFECTS = frozenset({
    "value", "signal", "delay_enter", "delay_exit", "poke_enter", "poke_exit",
})  # fmt: skip
_POKE = re.compile(r"@arg([1-6])=((?:[0-9A-Fa-f]{2})+)")
_WHEN = re.compile(r"([1-9]\d*)(?:\.\.([1-9]\d*))?(\+([1-9]\d*)?)?")


def injection(text: str, is_fault: bool = False) -> Injection:
    """`CALLS:error=E:when=1+2` and the like; of -e fault, which fails with ENOSYS by itself."""
    names, *words = text.split(":")
    calls = selection.calls(names)
    chosen: dict[str, Any] = {}
    for word in words:
        for name, value in _read(word, text).items():
            if name in chosen:
                raise _bad(text)
            chosen[name] = value
    if is_fault and "value" not in chosen:
        chosen["value"] = -selection.error("ENOSYS")
    if not chosen.keys() & _EFFECTS or ("instead" in chosen and "value" not in chosen):
        raise _bad(text)
    chosen.pop("instead", None)
    return Injection(calls, **chosen)


def _bad(text: str) -> BadGuest:
    return BadGuest(f"invalid inject argument '{text}'")


def _read(word: str, text: str) -> dict[str, Any]:
    """One word as fields of an Injection."""
    name, _, value = word.partition("=")
    if name == "error":
        return {"value": -selection.error(value)}
    if name == "retval":
        return {"value": _value(value, text)}
    if name == "signal":
        return {"signal": selection.signal(value)}
    if name in ("delay_enter", "delay_exit"):
        return {name: _nanoseconds(value, text)}
    if name in ("poke_enter", "poke_exit"):
        return {name: _pokes(value, text)}
    if name == "syscall":
        return {"instead": _harmless(value, text)}
    if name == "when":
        return _when(value, text)
    raise _bad(text)


def _value(word: str, text: str) -> int:
    try:
        value = int(word, 0)
    except ValueError:
        raise _bad(text) from None
    if not 0 <= value < 1 << 32:
        raise _bad(text)
    return value


def _pokes(words: str, text: str) -> tuple[tuple[int, bytes], ...]:
    """`@arg1=00FF,@arg2=…`: number of an argument, and octets in hexadecimal."""
    matches = [_POKE.fullmatch(word) for word in words.split(",")]
    if not all(matches):
        raise _bad(text)
    return tuple((int(match[1]), bytes.fromhex(match[2])) for match in matches if match)


def _harmless(name: str, text: str) -> str:
    """A call without effects, made in place of the one that fails: that is none that shows."""
    if name not in selection.calls("%pure"):
        raise _bad(text)
    return name


def _nanoseconds(word: str, text: str) -> int:
    match = re.fullmatch(r"(\d+)(s|ms|us|ns|)", word, re.ASCII)
    if match is None:
        raise _bad(text)
    return int(match[1]) * _UNITS[match[2]]


def _when(word: str, text: str) -> dict[str, Any]:
    """FIRST[..LAST][+[STEP]]; FIRST alone is that one call."""
    match = _WHEN.fullmatch(word)
    if match is None:
        raise _bad(text)
    first = int(match[1])
    last = int(match[2]) if match[2] else None if match[3] else first
    if last is not None and last < first:
        raise _bad(text)
    return {"first": first, "last": last, "step": int(match[4] or 1)}
