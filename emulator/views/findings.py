"""Findings of the misuse check as text: a paragraph each, and how often it came again.

The texts on vfork are called by letters: L i386 Linux sys_vfork, M Linux vfork(2), S Solaris
vfork(2), P POSIX vfork(3P); numbers are their lines.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from types import TracebackType

from emulator.notices import inert
from kernel.events import Event, Finding

NAMES = {
    "W1": "data modified",
    "W2": "return from the function that called vfork",
    "W3": "exit() called",
    "W4": "function called",
    "W5": "signal handler ran",
    "W6": "deadlock",
}
TEXTS = {
    "W1": "M:13-16 P:18-20 S:489",
    "W2": "L:8 M:17 P:57-60 S:489",
    "W3": "L:8 M:44 P:61-64 S:489",
    "W4": "M:20-23 P:21-22",
    "W5": "P:65-66",
    "W6": "M:98-109 S:487 S:543",
}
_WIDTH = 96
Facts = dict[str, int | str]


class Findings:
    """Says each finding when it first comes, and at the end which of them came again."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._again: dict[tuple[str, int, str], int] = {}
        self._places: dict[tuple[str, int, str], str] = {}

    def feed(self, found: Iterable[Event]) -> None:
        """Say these findings; notes, and other events, are passed over."""
        for finding in found:
            if not isinstance(finding, Finding) or finding.rule not in NAMES:
                continue
            key = finding.rule, finding.instruction, finding.touched
            if key in self._again:
                self._again[key] += finding.count
                continue
            self._again[key] = 0
            self._places[key] = finding.place
            for line in paragraph(finding):
                self._say(inert(line))

    def __enter__(self) -> Findings:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say how often findings were repeated by later children."""
        for key, times in self._again.items():
            if times:
                where = f" at {self._places[key]}" if self._places[key] else ""
                again = f"{times} more of the same by later vfork children"
                self._say(inert(f"{key[0]}{where}: {again}"))


def paragraph(finding: Finding) -> list[str]:
    """The lines of one finding."""
    rule, facts = finding.rule, dict(finding.facts)
    head = f"{rule} {NAMES[rule]} (vfork child {finding.pid} of {finding.parent}): "
    body = " ".join(part for part in _SENTENCES[rule](finding, facts) if part)
    wrapped = textwrap.wrap(
        f"{head}{body} [{TEXTS[rule]}]", _WIDTH, subsequent_indent="    ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return wrapped


def octets(text: str) -> str:
    """`01 00 00 00` from hexadecimal."""
    return bytes.fromhex(text).hex(" ")


def _times(count: int) -> str:
    return f" {count} times" if count > 1 else ""


def _where(finding: Finding) -> str:
    return f"{finding.place} [{finding.instruction:#x}]"


def _plural(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _data_modified(finding: Finding, facts: Facts) -> Iterable[str]:
    by = f" through {facts['system call']}" if "system call" in facts else ""
    inside = f", called from {facts['called from']}," if "called from" in facts else ""
    if finding.touched == "the memory map":
        yield f"{_where(finding)}{by} changed what is mapped: {facts['size']:#x} octets"
        yield f"at {facts['start']:#x}{_times(finding.count)}."
        yield _consequence(facts, "The parent finds its address space changed.")
        return
    yield f"{_where(finding)}{inside} wrote{by} to {finding.touched}{_times(finding.count)}:"
    yield f"{_plural(finding.length, 'octet')} at {finding.address:#x},"
    yield f"{octets(finding.before)} became {octets(finding.after)}{_cut(finding)}."
    yield _consequence(facts, "The parent goes on with the change.")
    yield "Only the variable that receives vfork's result may be modified."


def _cut(finding: Finding) -> str:
    return " …" if finding.length > len(finding.before) // 2 else ""


def _consequence(facts: Facts, text: str) -> str:
    if facts.get("shared", 1):
        return text
    return "Here the parent has memory of its own; where vfork shares it, it is the parent's data."


def _returned(finding: Finding, facts: Facts) -> Iterable[str]:
    yield f"at {_where(finding)} {facts['how']} left {finding.touched}, which called vfork,"
    yield f"for {facts['to']}."
    if "slot" in facts:
        yield f"The parent's return address, at {facts['slot']:#x}, was"
        yield f"{facts['return before']:#x} ({facts['return before place']}) and is"
        if facts["return after"] == facts["return before"]:
            yield "the same when the parent resumes,"
        else:
            yield f"{facts['return after']:#x} ({facts['return after place']}) when it resumes:"
            yield "there the parent will go;"
    yield f"{facts['frame octets changed']} of {_plural(int(facts['frame size']), 'octet')}"
    yield "of its frame have changed."
    yield _modified(facts, "After the return the child")


def _modified(facts: Facts, who: str) -> str:
    if not facts.get("octets"):
        return ""
    return f"{who} changed {_plural(int(facts['octets']), 'octet')}: {facts['modified']}."


def _exited(finding: Finding, facts: Facts) -> Iterable[str]:
    yield f"at {_where(finding)} it called exit({facts['status']}):"
    yield "the parent's atexit functions run, and its buffered output is written and gone."
    yield _modified(facts, "Inside exit the child")
    yield "A vfork child ends with _exit."


def _called(finding: Finding, facts: Facts) -> Iterable[str]:
    yield f"{_where(finding)} called {finding.touched}{_times(finding.count)}."
    yield "Before exec or _exit it may call no other function."


def _handled(finding: Finding, facts: Facts) -> Iterable[str]:
    broke = str(facts["broke"]).split()
    yield f"the handler {facts['handler']} ran for {facts['signal']}{_times(finding.count)},"
    yield "on its parent's memory; it"
    yield f"fell under {', '.join(broke)}." if broke else "broke no other rule."
    yield "Handlers must keep to the same rules as the child's other code."


def _deadlocked(finding: Finding, facts: Facts) -> Iterable[str]:
    where = f" at {_where(finding)}" if finding.instruction else ""
    waits = f", waiting for: {facts['waits for']}" if "waits for" in facts else ""
    yield f"the child is {facts['child']}{where}{waits}. It needs {facts['needs']};"
    yield f"its parent {finding.parent} is {facts['parent']}. Neither can go on."


_SENTENCES: dict[str, Callable[[Finding, Facts], Iterable[str]]] = {
    "W1": _data_modified,
    "W2": _returned,
    "W3": _exited,
    "W4": _called,
    "W5": _handled,
    "W6": _deadlocked,
}
