"""A trace in strace's format taken apart into lines, each with the process it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

ATTACHED = re.compile(r"strace: Process (\d+) attached\n")
BANNER = re.compile(r"(?:strace: )?\[ Process PID=(\d+) runs in \d+ bit mode\. \]\n")
PREFIX = re.compile(r"\[pid +(\d+)\] ")
BARE_PREFIX = re.compile(r"(\d+) +(?=[^\s\d])")
ALONE = re.compile(r"^(\w+)\(.*<unfinished \.\.\.>$", re.MULTILINE)
OWN_PID = re.compile(r"^(?:getpid|gettid|set_tid_address)\(.* = (\d+)$", re.MULTILINE)


@dataclass
class Line:
    """One line without its prefix; `attached` has what was attached at which of its columns."""

    pid: int
    text: str
    attached: list[tuple[int, int]] = field(default_factory=list)


def first_pid(trace: str) -> int:
    """The pid of the first program, from wherever the trace mentions it; 0 where it does not."""
    if match := BANNER.search(trace) or BARE_PREFIX.match(trace):
        return int(match[1])
    attached = set(ATTACHED.findall(trace))
    if not attached and (alone := ALONE.search(trace)):
        resumed = re.search(rf"^\[pid +(\d+)\] <\.\.\. {alone[1]} resumed>", trace, re.MULTILINE)
        if resumed:
            return int(resumed[1])
    for pid in PREFIX.findall(trace):
        if pid not in attached:
            return int(pid)
    match = OWN_PID.search(trace)
    return int(match[1]) if match else 0


def lines_of(trace: str) -> list[Line]:
    """The lines of a trace but for the banner; a line without a pid is the last survivor's."""
    trace_without_banner = BANNER.sub("", trace)
    alive = {first_pid(trace): None}
    prefix = BARE_PREFIX if BARE_PREFIX.match(trace_without_banner) else PREFIX
    lines = []
    for line in _joined(trace_without_banner):
        match = prefix.match(line.text)
        if match:
            line.pid = int(match[1])
            line.attached = [(column - match.end(), pid) for column, pid in line.attached]
            line.text = line.text[match.end() :]
        else:
            line.pid = next(iter(alive), 0)
        alive.update(dict.fromkeys(pid for _, pid in line.attached))
        if line.text.startswith("+++ "):
            alive.pop(line.pid, None)
        lines.append(line)
    return lines


def _joined(trace: str) -> Iterator[Line]:
    """Lines made whole again where news of an attached process stands in their middle."""
    line = Line(0, "")
    for part in re.split(r"(strace: Process \d+ attached\n)", trace):
        if match := ATTACHED.fullmatch(part):
            line.attached.append((len(line.text), int(match[1])))
            continue
        *complete, rest = part.split("\n")
        for text in complete:
            line.text += text
            yield line
            line = Line(0, "")
        line.text += rest
    if line.text:
        yield line
