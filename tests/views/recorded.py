"""A recorded native trace turned back into the events that would have produced it.

Every value travels as ready text, so what remains to be shown is the lines' own form: prefixes,
columns, halves of calls. Rendering these events must give back the recording to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kernel import events
from kernel.abi.signals import Signal
from tests.strace_text import Line, lines_of

RECORDINGS = Path(__file__).parents[1] / "data" / "strace"

BOOT = re.compile(r'execve\("(.*?)", \["(.*?)"\], (0x\w+) /\* (\d+) vars \*/\) = 0')
END_OF_TASK = re.compile(r"\+\+\+ (exited with|killed by) (\w+)( \(core dumped\))? \+\+\+")
STOP = re.compile(r"--- stopped by (\w+) ---")
SIGNAL = re.compile(r"--- (\w+) (\{.*\}) ---")
RESULT = re.compile(r"\) +=(?= )")
RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
UNFINISHED = " <unfinished ...>"


def recording(name: str) -> str:
    """The text of one recorded trace."""
    return (RECORDINGS / f"{name}.txt").read_text()


def events_of(trace: str) -> list[events.Event]:
    """Events of a recorded trace, numbered, without times."""
    return [
        kind(sequence, 0, pid, *details)
        for sequence, (kind, pid, *details) in enumerate(_read(lines_of(trace)))
    ]


def _read(lines: list[Line]) -> Iterator[tuple]:
    known = {pid for line in lines for _, pid in line.attached} | {lines[0].pid}
    for number, line in enumerate(lines):
        pid, text = line.pid, line.text
        if pid not in known:  # a trace in a file does not tell of attaching
            known.add(pid)
            yield events.TaskCreated, lines[0].pid, pid, pid, 0, ""
        if match := BOOT.match(text) if number == 0 else None:
            argv = tuple(("bytes", part, False) for part in match[2].split('", "'))
            yield events.Booted, pid, match[1], argv, int(match[4]), int(match[3], 16)
        elif match := END_OF_TASK.match(text):
            yield events.TaskExited, pid, _status(*match.groups())
        elif match := STOP.match(text):
            yield events.TaskStopped, pid, Signal[match[1]]
        elif match := SIGNAL.match(text):
            yield events.SignalDelivered, pid, Signal[match[1]], ("text", match[2]), "handler"
        else:
            yield from _half_calls(line, lines[number + 1 :])


def _status(how: str, what: str, core: str | None) -> int:
    return int(what) << 8 if how == "exited with" else Signal[what] | (0x80 if core else 0)


def _half_calls(line: Line, later: list[Line]) -> Iterator[tuple]:
    """The events of a line that holds the beginning of a call, its end, or both."""
    pid, text = line.pid, line.text
    ends = not text.endswith(UNFINISHED)
    text = text.removesuffix(UNFINISHED)
    position = 0
    if match := RESUMED.match(text):
        position, is_late = match.end(), not text[match.end() :].startswith(")")
    else:
        result = next((m.start() for m in RESULT.finditer(text)), len(text))
        half = line.attached[0][0] if line.attached else result
        name, _, known = text[:half].partition("(")
        end = text[half:] if ends else _second_half(pid, later)
        is_late, position = not end.startswith(")"), half
        arguments = (("text", known.removesuffix(", ")),) if known else (("omit",),)
        yield events.SyscallEntered, pid, 0, name, (), arguments + (None,) * is_late
    for _, child in line.attached:
        yield events.TaskCreated, pid, child, child, 0, ""
    if ends:
        yield _exit(pid, text[position:], is_late)


def _second_half(pid: int, later: list[Line]) -> str:
    text = next((n.text for n in later if n.pid == pid and RESUMED.match(n.text)), ")")
    return RESUMED.sub("", text, count=1)


def _exit(pid: int, text: str, is_late: bool) -> tuple:
    """`, rest) = result`, where the rest may have been a changed argument too."""
    rest, result = re.split(r"\) +(?== )", text, maxsplit=1)
    result = result.removeprefix("= ")
    if result == "?":
        return events.SyscallExited, pid, 0, "", None, None, (), None, None
    error = re.match(r"(?:-1|\?) (\w+) \(", result)
    late: tuple = (None,)
    if rest.startswith(" => "):
        late = (("text", rest[4:].partition("}, ")[0] + "}"), ("text", rest.partition("}, ")[2]))
    elif is_late:
        late = (None, ("text", rest.removeprefix(", ")))
    name, value = (error[1], None) if error else (None, ("text", result))
    return events.SyscallExited, pid, 0, "", 0, name, late, value, None
