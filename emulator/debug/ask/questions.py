"""The questions: what can be asked about a call, what is right, and why in one sentence.

Nothing here knows what a call does: what is right is read off the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.debug.picture.model import Standing
from emulator.debug.told import phrase
from kernel.abi.errno import Errno

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.debug.ask.outcome import Outcome

NEVER = "never"
_YES, _NO = "yes", "no"
_UNFORESEEABLE = frozenset({"ptr", "hex"})
"""Kinds of results that nobody can know: addresses."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer. `also` are other ways to put the right answer."""

    kind: str
    text: str
    answer: str
    why: str
    also: frozenset[str] = frozenset()

    def is_right(self, given: str) -> bool:
        """Whether this is the answer, however it is spelled."""
        words = given.strip().casefold()
        return words in {each.casefold() for each in (self.answer, *self.also)}


def questions(outcome: Outcome) -> list[Question]:
    """All that can be asked about a call; what is the same whatever it does is left out."""
    found = [make(outcome) for make in _KINDS]
    return [question for question in found if question is not None]


def _who(outcome: Outcome) -> Question | None:
    """Who runs next: no question where nobody else could."""
    if not outcome.others and outcome.child is None:
        return None
    answer = str(outcome.runs_next) if outcome.runs_next else "nobody"
    return Question(
        "who",
        "Who runs next? (a pid, or nobody)",
        answer,
        _why_next(outcome),
        frozenset({f"pid {answer}"} if outcome.runs_next else {"none", "0"}),
    )


def _why_next(outcome: Outcome) -> str:
    who = f"{outcome.runs_next} runs" if outcome.runs_next else "nobody can run"
    if outcome.released:
        return f"{outcome.released}; {who}"
    if outcome.standing is Standing.OVER:
        return f"{outcome.tid} is over, so {who}"
    if outcome.runs_next == outcome.tid:
        return f"{outcome.tid} has not given the CPU away"
    reason = f": {outcome.reason}" if outcome.reason else ""
    return f"{outcome.tid} is {outcome.standing.value}{reason}; {who}"


def _sleeps(outcome: Outcome) -> Question | None:
    """Whether the caller has to wait: no question where it is alone."""
    if not outcome.others or outcome.child is not None or outcome.exit is None:
        return None
    sleeps = outcome.standing in (Standing.ASLEEP, Standing.SUSPENDED)
    why = outcome.reason if sleeps else "the call could be finished at once"
    return _yes_or_no("sleeps", f"Does {outcome.tid} have to sleep in this call?", sleeps, why)


def _returns(outcome: Outcome) -> Question | None:
    """What the caller gets."""
    text = f"What does it return to {outcome.tid}? (a number, an errno's name, or never)"
    event = outcome.exit
    if event is None:
        why = f"{outcome.tid} never comes back from {outcome.entered.name}"
        return Question("returns", text, NEVER, why, frozenset({"?"}))
    if event.value is not None and event.value[0] in _UNFORESEEABLE:
        return None
    if event.error is None:
        answer = str(event.result)
        return Question("returns", text, answer, phrase(event))
    if event.error not in Errno.__members__:
        return None
    also = {f"-1 {event.error}", f"-{event.error}", str(-Errno[event.error])}
    return Question("returns", text, event.error, phrase(event), frozenset(also))


def _returns_to_child(outcome: Outcome) -> Question | None:
    """What the child finds in EAX."""
    child = outcome.child
    if child is None:
        return None
    text = "What does it return to the child? (a number)"
    why = f"{child.tid} begins where {outcome.tid} called, with eax = {child.result}"
    return Question("child returns", text, str(child.result), why)


def _shares_memory(outcome: Outcome) -> Question | None:
    """Whether the child uses its maker's memory."""
    child = outcome.child
    if child is None:
        return None
    text = f"Will {outcome.tid} find what the child writes into its memory?"
    if child.shares_memory:
        why = f"both use one address space, {child.memory}"
    else:
        why = f"{child.tid} has {child.memory}, a copy of {child.makers_memory}"
    return _yes_or_no("memory", text, child.shares_memory, why)


def _shares_descriptors(outcome: Outcome) -> Question | None:
    """Whether closing in the child closes in its maker."""
    child = outcome.child
    if child is None:
        return None
    text = f"If the child closes a descriptor, is it closed in {outcome.tid}, too?"
    how = (
        "both use one table" if child.shares_descriptors else f"{child.tid} has a table of its own"
    )
    return _yes_or_no("descriptors", text, child.shares_descriptors, how)


def _same_memory(outcome: Outcome) -> Question | None:
    """Whether a call that has not made anybody leaves the caller in its address space."""
    before, after = outcome.memory_before, outcome.memory_after
    if outcome.exit is None or outcome.entered.name not in _REPLACING:
        return None
    text = f"Does {outcome.tid} still use {before} when the call has returned?"
    why = f"it uses {after}" if before != after else f"{before} is still in use"
    return _yes_or_no("same memory", text, before == after, why)


_REPLACING = frozenset({"execve", "execveat"})


def _yes_or_no(kind: str, text: str, is_so: bool, why: str) -> Question:
    answer = _YES if is_so else _NO
    return Question(kind, f"{text} (yes or no)", answer, why, frozenset({answer[0]}))


_KINDS: tuple[Callable[[Outcome], Question | None], ...] = (
    _who,
    _shares_memory,
    _returns,
    _returns_to_child,
    _sleeps,
    _shares_descriptors,
    _same_memory,
)
