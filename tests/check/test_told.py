"""What the command prints about findings, and the exit status it gives them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.views.findings import Findings, paragraph
from kernel.events import Finding
from tests.guests.fixtures import Run

W1 = Finding(
    7, 1000, 101, "W1", 100, 0x8049000, "main+0x10 (a.c:3)", 0x80E5068, 4, "g",
    "01000000", "63000000", 1, (("shared", 1),),
)  # fmt: skip


def test_a_finding_is_one_paragraph() -> None:
    assert " ".join(line.strip() for line in paragraph(W1)) == (
        "W1 data modified (vfork child 101 of 100): main+0x10 (a.c:3) [0x8049000] wrote to g:"
        " 4 octets at 0x80e5068, 01 00 00 00 became 63 00 00 00."
        " The parent goes on with the change."
        " Only the variable that receives vfork's result may be modified. [M:13-16 P:18-20 S:489]"
    )


def test_the_same_by_a_later_child_is_counted() -> None:
    said: list[str] = []
    with Findings(said.append) as findings:
        findings.feed([W1])
        told = len(said)
        findings.feed([W1, W1])
        assert len(said) == told
    assert said[told:] == ["W1 at main+0x10 (a.c:3): 2 more of the same by later vfork children"]


def test_run_prints_findings_beside_the_guest_s_output(
    guest: Callable[[str], Path], emu: Callable[..., Run]
) -> None:
    run = emu([guest("misuse/memory"), "global"], options=["--check=vfork"])
    assert (run.status, run.stdout) == (0, "parent\n")
    assert run.stderr.startswith("emu386: W1 data modified (vfork child 101 of 100): child+")
    assert "[M:13-16" in run.stderr


def test_trace_prints_findings_on_lines_of_their_own(
    guest: Callable[[str], Path], emu: Callable[..., Run]
) -> None:
    run = emu([guest("misuse/memory"), "global"], options=["--check=vfork"], command="trace")
    lines = run.stderr.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("emu386: W1"))
    assert lines[first - 1] == "[pid   101] exit(0 <unfinished ...>"


@pytest.mark.parametrize(
    ("program", "case", "status"),
    [
        ("misuse/memory", "clean", 0),
        ("misuse/memory", "global", 42),
        ("misuse/waits", "pipe", 42),
        ("misuse_libc/functions", "return", 139),  # SIGSEGV in the parent
    ],
)
def test_check_exit_is_the_status_unless_a_signal_killed_the_guest(
    guest: Callable[[str], Path], emu: Callable[..., Run], program: str, case: str, status: int
) -> None:
    options = ["--check=vfork", "--check-exit=42"]
    assert emu([guest(program), case], options=options).status == status


def test_without_the_check_nothing_is_told(
    guest: Callable[[str], Path], emu: Callable[..., Run]
) -> None:
    assert emu([guest("misuse/memory"), "global"]) == Run(0, "parent\n", "")
