"""How far the arguments of each call are decoded: strace's -e raw, verbose, abbrev, read, write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.events import Described

Arguments = tuple[Described | None, ...]
_POINTED_TO = frozenset({"array", "brief", "sigset", "struct", "timespec", "wstatus"})
"""Kinds that are read from memory and are not strings."""
_WORDS = {
    "pread64": 5, "pwrite64": 5, "truncate64": 3, "ftruncate64": 3, "readahead": 4,
    "fadvise64": 5, "fadvise64_64": 6, "sync_file_range": 6, "fallocate": 6,
}  # fmt: skip
"""Register words of calls that have numbers in two registers."""
_FROM_THE_STACK = frozenset({"sigreturn", "rt_sigreturn"})
"""Calls without an argument in a register: what is shown is read from the stack."""
READING = frozenset({"read", "pread64"})
WRITING = frozenset({"write", "pwrite64"})
_ROW = 16


@dataclass(frozen=True, slots=True)
class Decoding:
    """Names of calls, and descriptors whose data is dumped; None stands for every call."""

    raw: frozenset[str] = frozenset()
    verbose: frozenset[str] | None = None
    abbreviated: frozenset[str] | None = None
    read: frozenset[int] = frozenset()
    written: frozenset[int] = frozenset()

    def is_plain(self, name: str) -> bool:
        """Whether the arguments of this call are shown as described."""
        if name in self.raw:
            return False
        return self.verbose is None or name in self.verbose or name in _FROM_THE_STACK

    def entry(self, name: str, words: Sequence[int], arguments: Arguments) -> Arguments:
        """The arguments at a call's beginning as they are to be shown."""
        if self.is_plain(name):
            return arguments
        if name in self.raw:
            count = _WORDS.get(name, len(arguments))
            return tuple([("hex", word) for word in words[:count]])
        return self._without_memory(words, arguments)

    def exit(self, name: str, words: Sequence[int], late: Arguments) -> Arguments:
        """The same for those that come at its end."""
        if self.is_plain(name):
            return late
        return () if name in self.raw else self._without_memory(words, late)

    def is_abbreviated(self, name: str) -> bool:
        """Whether structures and arrays are cut short."""
        return self.abbreviated is None or name in self.abbreviated

    def has_dump(self, name: str, words: Sequence[int]) -> bool:
        """Whether what the call moved is dumped after its line."""
        chosen = self.read if name in READING else self.written if name in WRITING else ()
        return bool(words) and words[0] in chosen

    def _without_memory(self, words: Sequence[int], arguments: Arguments) -> Arguments:
        return tuple(
            [
                ("ptr", words[at]) if value is not None and value[0] in _POINTED_TO else value
                for at, value in enumerate(arguments)
            ]
        )


PLAIN = Decoding()


def dump(octets: str) -> str:
    """A Latin-1 string in rows of hexadecimal and of characters."""
    return "".join(_row(start, octets[start : start + _ROW]) for start in range(0, len(octets), 16))


def _row(start: int, octets: str) -> str:
    pairs = [f"{ord(octet):02x}" for octet in octets]
    left, right = " ".join(pairs[:8]), " ".join(pairs[8:])
    shown = "".join([octet if " " <= octet <= "~" else "." for octet in octets])
    return f" | {start:05x}  {left:<23}  {right:<23}  {shown:<16} |\n"
