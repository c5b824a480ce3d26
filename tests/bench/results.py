"""Samples become rows: a number for each runner, next to qemu-i386's, next to the floor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.arithmetic import cost, geometric_mean
from tests.bench.floors import Floor
from tests.bench.rounds import Samples
from tests.bench.runners import NATIVE, OURS, QEMU
from tests.bench.works import CPU_KEYS, UNTRACED_KEY, VFORK_KEYS, Measure, Work

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
    costs = costs_of(work.key, samples)
    if work.measure is Measure.TRACED:
        plain = costs_of(UNTRACED_KEY, samples)
        both = {name: costs[name] / plain[name] for name in costs if name in plain}
        return Row(work.title, work.measure.value, both, floor=work.floor)
    values = {name: shown(each, work.measure) for name, each in costs.items()}
    beside = None
    if OURS in costs and QEMU in costs and work.measure is not Measure.MEMORY:
        beside = costs[OURS] / costs[QEMU]
    return Row(work.title, work.measure.value, values, beside, work.floor)


def costs_of(
    key: str, samples: Samples, typical: Callable[[Sequence[float]], float] = median
) -> dict[str, float]:
    """What one iteration costs each runner that has samples of this work."""
    return {name: cost(samples.of(key, name), typical) for name in NAMES if samples.of(key, name)}


def shown(each: float, measure: Measure) -> float:
    """A cost in the unit of its row."""
    if measure is Measure.MEMORY:
        return each
    return 1 / each if measure is Measure.RATE else each * 1000


def cpu_mean(samples: Samples) -> Row:
    """Time next to qemu-i386's, the geometric mean of the three; empty without qemu-i386."""
    works = [costs_of(key, samples) for key in CPU_KEYS]
    means = {
        name: geometric_mean([costs[name] / costs[QEMU] for costs in works])
        for name in NAMES
        if all(name in costs and QEMU in costs for costs in works)
    }
    return Row("CPU: geometric mean", "× qemu-i386's time", means, means.get(OURS), CPU_FLOOR)


def vfork_equality(samples: Samples) -> Row:
    """The rate with 256 MiB next to that with 1 MiB, each from its fastest runs."""
    small, large = (costs_of(key, samples, min) for key in VFORK_KEYS)
    values = {name: small[name] / large[name] for name in NAMES if name in small and name in large}
    return Row("vfork: 256 MiB next to 1 MiB", "× 1 MiB's best rate", values, floor=EQUAL)
