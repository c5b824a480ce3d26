"""The story: what happened in a step, in the words of `trace --kernel`."""

from __future__ import annotations

from emulator.stepper import Stepper
from emulator.views.kernel_lines import KernelStrace
from kernel.events import ConsoleOutput


class Story:
    """Follows a stepper wherever it goes; text is told once, for the step that led there."""

    def __init__(self) -> None:
        self._view = KernelStrace()
        self._fed = 0

    def skip_to(self, stepper: Stepper) -> None:
        """Take everything up to here as told."""
        self._feed(stepper, stepper.system.journal.sequence)

    def of_last_step(self, stepper: Stepper) -> str:
        """What the step that led here brought, if it brought anything; whole lines."""
        here = stepper.events_at(stepper.position)
        end = stepper.system.journal.sequence
        if end < self._fed:
            self._view, self._fed = KernelStrace(), 0
        self._feed(stepper, here[0].sequence if here else end)
        return self._feed(stepper, end)

    def _feed(self, stepper: Stepper, end: int) -> str:
        events = stepper.history.events[self._fed : end]
        self._fed = max(self._fed, end)
        shown = [event for event in events if not isinstance(event, ConsoleOutput)]
        return self._view.feed_all(shown) + self._view.close()
