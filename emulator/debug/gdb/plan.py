"""vCont: what each thread is to do when the guest goes on (gdb manual, "vCont packet")."""

from __future__ import annotations

from typing import NamedTuple

from emulator.debug.gdb.answers import parse_hex
from emulator.debug.gdb.thread_ids import ALL, ThreadId, parse

EVERYBODY = ThreadId(ALL, ALL)
SUPPORTED = "vCont;c;C;s;S;t;r"


class Action(NamedTuple):
    """One action: `steps` one instruction, or as many as stay in `inside` (start, end).

    `signal` is gdb's number of the signal that the thread receives first, 0 for none.
    """

    steps: bool = False
    signal: int = 0
    inside: tuple[int, int] | None = None


class Plan(NamedTuple):
    """Actions with the threads they are for; the first that fits a thread counts.

    A thread that none fits stays where it is.
    """

    actions: tuple[tuple[Action, ThreadId], ...]

    def action_of(self, pid: int, tid: int) -> Action | None:
        """What a thread is to do; None: nothing."""
        for action, who in self.actions:
            if who.matches(pid, tid):
                return action
        return None


def parse_plan(text: str) -> Plan:
    """What follows `vCont;`. ValueError where it is not understood."""
    actions = []
    for part in text.split(";"):
        words, colon, who = part.partition(":")
        action = _parse_action(words)
        if action is not None:
            actions.append((action, parse(who) if colon else EVERYBODY))
    return Plan(tuple(actions))


def _parse_action(words: str) -> Action | None:
    """None for `t`, which leaves its threads stopped, as they are in all-stop mode."""
    letter, rest = words[:1], words[1:]
    if letter in ("c", "s", "t") and not rest:
        return None if letter == "t" else Action(steps=letter == "s")
    if letter in ("C", "S"):
        return Action(steps=letter == "S", signal=parse_hex(rest))
    if letter == "r":
        start, _, end = rest.partition(",")
        return Action(steps=True, inside=(parse_hex(start), parse_hex(end)))
    raise ValueError(f"no action: {words!r}")
