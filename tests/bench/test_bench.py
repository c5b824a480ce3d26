"""The bench's arithmetic and tables, with made-up samples: nothing here is timed."""

from __future__ import annotations

import sys

import pytest

from tests.bench.arithmetic import Sample, cost, geometric_mean, rounded
from tests.bench.floors import Floor
from tests.bench.process import Failed, peak_memory, time_command
from tests.bench.results import Row, rows_of
from tests.bench.rounds import Samples
from tests.bench.runners import NATIVE, OURS, QEMU
from tests.bench.table import cells, markdown
from tests.bench.works import WORKS, Work, chosen

CPU = chosen(["cpu"])


def took(*seconds: float) -> list[Sample]:
    """One iteration's time, round by round, after a start of 0.2 s."""
    return [Sample(0.2, 0.2 + 100 * each, 100) for each in seconds]


def cpu_samples(ours: float, qemu: float) -> Samples:
    taken = {(work.key, OURS): took(ours) for work in CPU}
    return Samples(taken | {(work.key, QEMU): took(qemu) for work in CPU})


def rows_by_title(works: list[Work], samples: Samples) -> dict[str, Row]:
    return {row.title: row for row in rows_of(works, samples)}


def test_start_up_cancels_in_the_difference_of_two_runs() -> None:
    assert cost([Sample(1.5, 2.5, 100)]) == pytest.approx(0.01)


def test_one_slow_run_does_not_change_the_cost() -> None:
    samples = [Sample(0.5, 1.5, 100), Sample(9, 9.5, 100), Sample(0.5, 1.5, 100)]
    assert cost(samples) == pytest.approx(0.01)
    assert cost(samples, min) == pytest.approx(0.01)


def test_geometric_mean_of_a_half_and_two_is_one() -> None:
    assert geometric_mean([0.5, 2]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01234, "0.0123"),
        (0.1234, "0.123"),
        (1.2345, "1.23"),
        (123.45, "123"),
        (123456, "123,000"),
        (9996, "10,000"),
    ],
)
def test_numbers_have_three_digits_and_no_exponent(value: float, text: str) -> None:
    assert rounded(value) == text


def test_limits_of_a_floor_meet_it() -> None:
    assert Floor(at_least=8_000).is_met(8_000)
    assert Floor(0.9, 1.1).is_met(1.1)
    assert not Floor(at_most=2.2).is_met(2.21)
    assert [str(Floor(at_least=8_000)), str(Floor(at_most=80))] == ["≥ 8,000", "≤ 80"]


def test_cpu_floor_is_held_against_the_mean_of_the_three() -> None:
    mean = rows_by_title(CPU, cpu_samples(ours=2.0, qemu=1.0))["CPU: geometric mean"]
    assert mean.values == {OURS: pytest.approx(2), QEMU: pytest.approx(1)}
    assert mean.is_met
    assert rows_of(CPU, cpu_samples(ours=2.3, qemu=1.0))[-1].is_met is False


def test_cpu_floor_is_neither_met_nor_missed_without_qemu() -> None:
    samples = Samples({(work.key, OURS): took(1) for work in CPU})
    assert rows_by_title(CPU, samples)["CPU: geometric mean"].is_met is None


def test_vforks_best_rates_are_compared_with_each_other() -> None:
    samples = Samples({("vfork_1", OURS): took(3e-4, 1e-4), ("vfork_256", OURS): took(2e-4, 9e-4)})
    row = rows_by_title(chosen(["vfork"]), samples)["vfork: 256 MiB next to 1 MiB"]
    assert row.values == {OURS: pytest.approx(0.5)}
    assert row.is_met is False


def test_a_row_shows_the_median_as_a_rate_and_the_time_next_to_qemu() -> None:
    samples = Samples({("getpid", OURS): took(8e-6, 9e-6, 8e-6), ("getpid", QEMU): took(4e-7)})
    (row,) = rows_of(chosen(["getpid"]), samples)
    assert cells(row)[1:] == [
        "per second",
        "125,000",
        "-",
        "2,500,000",
        "20.0 ×",
        "≥ 100,000",
        "yes",
    ]


def test_a_traced_run_is_held_against_the_untraced_one() -> None:
    samples = Samples({("getpid", OURS): took(2e-6), ("recorded", OURS): took(5e-6)})
    row = rows_by_title(chosen(["getpid", "recorded"]), samples)["getpid, run --record FILE"]
    assert row.values == {OURS: pytest.approx(2.5)}
    assert row.is_met
    assert row.next_to_qemu is None


def test_a_work_that_failed_has_no_number_and_no_answer() -> None:
    samples = Samples({("exec", OURS): took(1)}, failures={("exec", OURS): "status 1"})
    (row,) = rows_of(chosen(["exec"]), samples)
    assert cells(row)[2] == cells(row)[-1] == "-"


def test_markdown_has_one_line_for_each_row_and_columns_that_align() -> None:
    text = markdown([Row("hello", "ms", {OURS: 150.0, NATIVE: 1.0})], "a machine")
    head, rule, row, _, machine = text.splitlines()
    assert len(head) == len(rule) == len(row)
    words = [word.strip() for word in row.strip("|").split("|")]
    assert words == ["hello", "ms", "150", "1.00", *["-"] * 4]
    assert machine == "a machine"


def test_every_work_has_a_name_of_its_own() -> None:
    assert len({work.key for work in WORKS}) == len(WORKS)


def test_failing_command_says_its_last_words() -> None:
    program = "import sys; print('first', file=sys.stderr); sys.exit('no room')"
    with pytest.raises(Failed, match="status 1: no room"):
        time_command([sys.executable, "-c", program], {})


def test_peak_memory_is_the_commands_and_not_ours() -> None:
    ours = bytearray(b"x" * (64 << 20))
    assert 0 < peak_memory(["/bin/true"], {}) < len(ours) / 1e6 / 2
