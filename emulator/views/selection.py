"""Which calls, signals and outcomes a trace shows: the sets that follow strace's -e."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from emulator.views.call_classes import CLASSES, WITHOUT_PERCENT
from kernel.abi.errno import Errno
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.errors import BadGuest
from kernel.events import Described

CALLS = frozenset(item.name.lower() for item in Sysno) | {"forksys"}
SIGNALS = frozenset(range(1, 65))
OUTCOMES = frozenset({"successful", "failed", "unfinished", "unavailable", "detached"})
MESSAGES = frozenset({"attach", "exit", "path-resolution", "personality", "thread-execve"})
DETAILS = frozenset({"path", "dev", "socket", "pidfd"})
DESCRIPTORS = frozenset(range(1 << 16))

Item = TypeVar("Item")
_NUMBERS = frozenset(int(item) for item in Sysno)
_ABI = re.compile(r"^(.*)@(32|64|x32)$")


def parse(
    text: str, everything: frozenset[Item], members: Callable[[str], frozenset[Item]]
) -> frozenset[Item]:
    """`all`, `none` or members with commas between them; what a leading ! leaves of all."""
    negated = text.startswith("!")
    text = text.removeprefix("!")
    chosen: frozenset[Item] = frozenset()
    for word in text.split(","):
        if word != "none":
            chosen |= everything if word == "all" else members(word)
    return everything - chosen if negated else chosen


def calls(text: str) -> frozenset[str]:
    """Names of calls: of a name, number, %class or /regular expression."""
    return parse(text, CALLS, _calls_of)


def _calls_of(word: str) -> frozenset[str]:
    must_exist = not word.startswith("?")
    name = word.removeprefix("?")
    if match := _ABI.match(name):
        name, abi = match.groups()
        if abi != "32":
            return frozenset()
    if name.startswith("/"):
        return _matching(name[1:])
    if name.startswith("%") and name[1:] in CLASSES:
        return CLASSES[name[1:]]
    if name in WITHOUT_PERCENT:
        return CLASSES[name]
    if name in CALLS:
        return frozenset({name})
    if name.isascii() and name.isdigit() and int(name) in _NUMBERS:
        return frozenset({Sysno(int(name)).name.lower()})
    if must_exist:
        raise BadGuest(f"invalid system call '{word}'")
    return frozenset()


def _matching(expression: str) -> frozenset[str]:
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise BadGuest(f"invalid regular expression '{expression}': {error}") from None
    found = frozenset(name for name in CALLS if pattern.search(name))
    if not found:
        raise BadGuest(f"invalid system call '/{expression}'")
    return found


def signals(text: str) -> frozenset[int]:
    """Numbers of signals, given by number or by name with or without SIG."""
    return parse(text, SIGNALS, lambda word: frozenset({signal(word)}))


def signal(word: str) -> int:
    """The number of one signal."""
    name = "SIG" + word.upper().removeprefix("SIG")
    if name in Signal.__members__:
        return int(Signal[name])
    if word.isascii() and word.isdigit() and int(word) in SIGNALS:
        return int(word)
    raise BadGuest(f"invalid signal '{word}'")


def error(word: str) -> int:
    """The number of an errno, given by name or number."""
    if word.upper() in Errno.__members__:
        return int(Errno[word.upper()])
    if word.isascii() and word.isdigit() and 0 < int(word) < 4096:
        return int(word)
    raise BadGuest(f"invalid error '{word}'")


def outcomes(text: str) -> frozenset[str]:
    """How shown calls end."""
    return parse(text, OUTCOMES, _named("status", OUTCOMES))


def messages(text: str) -> frozenset[str]:
    """Messages that are left out."""
    aliases = {"attaching": "attach", "exits": "exit", "exec": "thread-execve"}
    one = _named("quiet", MESSAGES)
    return parse(text, MESSAGES, lambda word: one(aliases.get(word, word)))


def details(text: str) -> frozenset[str]:
    """What is told of descriptors."""
    return parse(text, DETAILS, _named("decode-fds", DETAILS))


def descriptors(text: str) -> frozenset[int]:
    """Descriptors, by number."""
    return parse(text, DESCRIPTORS, _descriptor)


def _descriptor(word: str) -> frozenset[int]:
    if word.isascii() and word.isdigit() and int(word) in DESCRIPTORS:
        return frozenset({int(word)})
    raise BadGuest(f"invalid descriptor '{word}'")


def _named(what: str, names: frozenset[str]) -> Callable[[str], frozenset[str]]:
    def member(word: str) -> frozenset[str]:
        if word not in names:
            raise BadGuest(f"invalid {what} '{word}'")
        return frozenset({word})

    return member


@dataclass(frozen=True, slots=True)
class Selection:
    """What is shown; None stands for everything."""

    calls: frozenset[str] | None = None
    signals: frozenset[int] | None = None
    outcomes: frozenset[str] | None = None
    paths: frozenset[str] | None = None
    """Only calls on one of these, by name or through a descriptor."""

    def has_call(self, name: str, arguments: Sequence[Described | None]) -> bool:
        """Whether a call that begins with these arguments is shown."""
        if self.calls is not None and name not in self.calls:
            return False
        return self.paths is None or any(map(self._is_path, arguments))

    def has_signal(self, number: int) -> bool:
        """Whether the delivery of this signal is shown."""
        return self.signals is None or number in self.signals

    def _is_path(self, value: Described | None) -> bool:
        if value is None or self.paths is None:
            return False
        if value[0] == "path":
            return value[1] in self.paths
        return value[0] == "fd" and value[2] in self.paths


EVERYTHING = Selection()
NOTHING = Selection(frozenset(), frozenset())
