"""Speed of the way back: it must not grow with the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from emulator.stepper import Stepper
from emulator.stops import CatchEvent, Reason
from kernel.events import Event

TEN_MILLION = 10_000_000
ANY = CatchEvent(frozenset(Event.__subclasses__()))


def seconds(work: Callable[[], object]) -> float:
    """Processor time, the best of three: other programs on the machine do not count."""
    times = []
    for _ in range(3):
        before = time.process_time()
        work()
        times.append(time.process_time() - before)
    return min(times)


def test_one_event_back_in_ten_million_instructions_takes_under_a_second(
    guest: Callable[[str], Path],
) -> None:
    stepper = Stepper(str(guest("bench/cpu_int")), ["1000"])
    assert stepper.run(limit=TEN_MILLION).reason is Reason.LIMIT
    end = stepper.position

    def back() -> None:
        stepper.goto(end)
        assert stepper.run_back([ANY]).position < end

    def step_back() -> None:
        stepper.goto(end)
        assert stepper.back().position == end - 1

    assert seconds(back) < 1
    assert seconds(step_back) < 1
    assert stepper.history.size <= stepper.history.limit
