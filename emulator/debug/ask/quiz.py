"""The quiz: a run that stops before system calls to ask, checks the answers, keeps the score."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

from emulator.debug.ask.outcome import foresee
from emulator.debug.ask.questions import questions
from emulator.debug.told import end, phrase
from emulator.stops import CatchCall, Reason
from emulator.views.inert import visible
from kernel.events import ConsoleOutput, SyscallEntered

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.debug.ask.questions import Question
    from emulator.stepper import Stepper

_ENTRY = CatchCall(exit=False)
_AT_ONCE, _OF_MAKERS = 2, 3
"""Questions about one call, and about one that makes a process."""
_TIMES, _TIMES_OF_PROCESSES = 2, 8
"""How many calls of one name are asked about, the first of them."""
_ABOUT_PROCESSES = frozenset(
    {"fork", "vfork", "clone", "clone3", "execve", "execveat", "exit", "exit_group", "wait4",
     "waitpid", "waitid"}
)  # fmt: skip


class Quiz:
    """One run. `answer` gives what somebody typed, None at the end of input; `say` prints a line.

    Without `answer` the solution is printed. The seed chooses among the questions.
    """

    def __init__(
        self,
        stepper: Stepper,
        say: Callable[[str], None],
        answer: Callable[[str], str | None] | None,
        seed: int,
    ) -> None:
        self.stepper = stepper
        self.right = self.asked = 0
        self._say, self._answer = say, answer
        self._random = random.Random(seed)
        self._times: Counter[str] = Counter()
        self._shown = 0
        """Events whose output was shown."""
        self._noticed = 0

    def run(self) -> bool:
        """Ask until the guest or the answers end; whether all that could be asked was right."""
        while True:
            stopped = self.stepper.run([_ENTRY])
            self._show_output()
            if not isinstance(stopped.event, SyscallEntered):
                break
            if not self._ask_about(stopped.event):
                self._say(f"input has ended: {self._score()} so far")
                return False
        if stopped.reason is not Reason.END:
            self._say(f"the guest has not ended ({stopped.reason.value}): {self._score()} so far")
            return False
        self._say(end(self.stepper))
        if self._answer is not None:
            self._say(self._score())
        return self.right == self.asked

    def _score(self) -> str:
        return f"{self.right} of {self.asked} right"

    def _show_output(self) -> None:
        """What the guest has written since the last time, and what the kernel tells people."""
        new = self.stepper.events_since(self._shown)
        self._shown = self.stepper.system.journal.sequence
        text = "".join(event.text for event in new if isinstance(event, ConsoleOutput))
        for line in text.splitlines():
            self._say(f"  | {visible(line)}")
        for notice in self.stepper.notices[self._noticed :]:
            self._say(f"emu386: {visible(notice)}")
        self._noticed = len(self.stepper.notices)

    def _ask_about(self, entered: SyscallEntered) -> bool:
        """Ask what is worth it; False where the answers have come to an end."""
        self._times[entered.name] += 1
        most = _TIMES_OF_PROCESSES if entered.name in _ABOUT_PROCESSES else _TIMES
        if self._times[entered.name] > most:
            return True
        outcome = foresee(self.stepper, entered)
        most = _AT_ONCE if outcome.child is None else _OF_MAKERS
        chosen = self._chosen(questions(outcome), most)
        if chosen:
            self._say(phrase(entered))
        return all(self._put(question) for question in chosen)

    def _chosen(self, found: list[Question], most: int) -> list[Question]:
        """A few of them, in their own order."""
        some = self._random.sample(range(len(found)), min(most, len(found)))
        return [found[i] for i in sorted(some)]

    def _put(self, question: Question) -> bool:
        """Put one question; False where no answer came."""
        self._say(f"  {question.text}")
        if self._answer is None:
            self._say(f"  = {question.answer}")
            self._say(f"    {question.why}")
            return True
        given = self._answer("  > ")
        if given is None:
            return False
        self.asked += 1
        if question.is_right(given):
            self.right += 1
            self._say(f"    right: {question.why}")
        else:
            self._say(f"    wrong, it is {question.answer}: {question.why}")
        return True
