"""Samples become rows: a number for each runner, next to qemu-i386's, next to the floor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.arithmetic import geometric_mean, ratio
from tests.bench.floors import Floor
from tests.bench.rounds import Samples
from tests.bench.runners import NATIVE, OURS, QEMU
from tests.bench.works import CPU_KEYS, VFORK_KEYS, Measure, Work

NAMES = (OURS, NATIVE, QEMU)
CPU_FLOOR = Floor(at_most=2.2)
EQUAL = Floor(0.9, 1.1)


@dataclass(frozen=True)
class Row:
    """One line of the table; a runner without a number is missing in `values`."""

    title: str
    unit: str
    values: Mapping[str, float]
    next_to_qemu: float | None = None
    floor: Floor | None = None

    @property
    def is_met(self) -> bool | None:
        """None where there is no floor, or nothing to hold against it."""
        if self.floor is None or OURS not in self.values:
            return None
        return self.floor.is_met(self.values[OURS])


def rows_of(works: Sequence[Work], samples: Samples) -> list[Row]:
    """A row for each work, and the two that are computed from several."""
    rows = []
    for work in works:
        rows.append(measured(work, samples))
        if work.key == CPU_KEYS[-1] and has_all(CPU_KEYS, samples):
            rows.append(cpu_mean(samples))
        if work.key == VFORK_KEYS[-1] and has_all(VFORK_KEYS, samples):
            rows.append(vfork_equality(samples))
    return rows


def has_all(keys: Sequence[str], samples: Samples) -> bool:
    return all(samples.of(key, OURS) for key in keys)


def measured(work: Work, samples: Samples) -> Row:
    taken = {name: samples.of(work.key, name) for name in NAMES}
    values = {name: shown(median(taken[name]), work.measure) for name in NAMES if taken[name]}
    beside = None
    if taken[OURS] and taken[QEMU] and work.measure is not Measure.MEMORY:
        beside = ratio(taken[OURS], taken[QEMU])
    return Row(work.title, work.measure.value, values, beside, work.floor)


def shown(sample: float, measure: Measure) -> float:
    """A sample in the unit of its row."""
    if measure is Measure.MEMORY:
        return sample
    return 1 / sample if measure is Measure.RATE else sample * 1000


def cpu_mean(samples: Samples) -> Row:
    """Time next to qemu-i386's, the geometric mean of the three; empty without qemu-i386."""
    means = {}
    for name in NAMES:
        pairs = [(samples.of(key, name), samples.of(key, QEMU)) for key in CPU_KEYS]
        if all(ours and theirs for ours, theirs in pairs):
            means[name] = geometric_mean([ratio(ours, theirs) for ours, theirs in pairs])
    return Row("CPU: geometric mean", "× qemu-i386's time", means, means.get(OURS), CPU_FLOOR)


def vfork_equality(samples: Samples) -> Row:
    """The rate with 256 MiB next to that with 1 MiB."""
    small, large = VFORK_KEYS
    taken = {name: (samples.of(small, name), samples.of(large, name)) for name in NAMES}
    values = {name: ratio(*pair) for name, pair in taken.items() if all(pair)}
    return Row("vfork: 256 MiB next to 1 MiB", "× 1 MiB's rate", values, floor=EQUAL)
