"""Samples in turn: each round runs every work by every runner once, so noise meets all alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.bench.arithmetic import Sample
from tests.bench.process import Failed, peak_memory, time_command
from tests.bench.rendering import slowest_format
from tests.bench.runners import ENVIRONMENT, OURS, Runner
from tests.bench.works import Measure, Work

TRIES = 3  # for a difference that came out below zero
QUICK = 4  # the part of the iterations that a quick run takes is one by this


@dataclass(frozen=True)
class Manner:
    """How to measure: rounds, fewer iterations, processor time in place of the wall clock's."""

    rounds: int = 5
    is_quick: bool = False
    by_processor: bool = False


Key = tuple[str, str]  # of a work, of a runner


@dataclass
class Samples:
    """Seconds (for memory: millions of octets) of every round; or why a work has none."""

    taken: dict[Key, list[Sample]] = field(default_factory=dict)
    failures: dict[Key, str] = field(default_factory=dict)

    def of(self, work: str, runner: str) -> list[Sample]:
        """Empty where nothing was measured or a run failed."""
        return [] if (work, runner) in self.failures else self.taken.get((work, runner), [])


def measure(
    works: Sequence[Work],
    runners: Sequence[Runner],
    manner: Manner,
    tell: Callable[[str], None],
) -> Samples:
    """Takes all samples; a work that fails once with a runner is not tried with it again."""
    samples = Samples()
    for turn in range(1, manner.rounds + 1):
        for work in works:
            for runner in runners:
                if work.command and runner.name != OURS:
                    continue
                tell(f"round {turn} of {manner.rounds}: {work.title}, {runner.name}")
                take_sample(samples, work, runner, manner)
    return samples


def take_sample(samples: Samples, work: Work, runner: Runner, manner: Manner) -> None:
    key = work.key, runner.name
    if key in samples.failures:
        return
    try:
        samples.taken.setdefault(key, []).append(sample(work, runner, manner))
    except Failed as reason:
        samples.failures[key] = str(reason)


def sample(work: Work, runner: Runner, manner: Manner) -> Sample:
    """A work, once with few and once with many iterations. Raises Failed."""
    if work.measure is Measure.MEMORY:
        return Sample(0, peak_memory(runner.hello(), ENVIRONMENT), 1)
    if work.measure is Measure.COMMAND:
        if work.command:
            return Sample(0, slowest_format(), 1)
        spent = time_command(runner.hello(), ENVIRONMENT)
        return Sample(0, spent.processor if manner.by_processor else spent.wall, 1)
    count = max(2, work.counts[runner.name] // (QUICK if manner.is_quick else 1))
    for _ in range(TRIES):
        few, many = (seconds(work, runner, times, manner) for times in (1, count))
        if many > few:
            return Sample(few, many, count - 1)
    raise Failed(f"{work.key} by {runner.name}: too short to be measured amid this noise")


def seconds(work: Work, runner: Runner, iterations: int, manner: Manner) -> float:
    """User time of a CPU-bound work; else the wall clock's, or all processor time."""
    words = runner.command(work.guest, str(iterations), *work.more, instead=work.command)
    spent = time_command(words, ENVIRONMENT)
    if work.measure is Measure.USER_TIME:
        return spent.user
    return spent.processor if manner.by_processor else spent.wall
