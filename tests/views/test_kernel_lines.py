"""Lines between the calls: what the kernel did."""

from collections.abc import Callable
from pathlib import Path

from emulator.session import Options, Session
from emulator.views.kernel_lines import KernelStrace
from emulator.views.strace import Strace
from kernel.events import Event
from tests.guests.fixtures import Run
from tests.strace_compare import normalise


def _lines(program: Path, *arguments: str) -> list[str]:
    view = KernelStrace()
    parts: list[str] = []
    session = Session(
        str(program),
        arguments,
        Options(),
        on_events=lambda events: parts.append(view.feed_all(events)),
    )
    session.run()
    return "".join(parts).splitlines()


def _asides(lines: list[str]) -> list[str]:
    return [line.split("*** ")[1].removesuffix(" ***") for line in lines if "*** " in line]


def test_a_vfork_is_told_from_both_sides(guest: Callable[[str], Path]) -> None:
    asides = _asides(_lines(guest("vfork_exec")))
    told = [
        "process 101 created: shares mm#1",
        "parent 100 suspended: child 101 has not exec'd",
        "switch to 101: 100 is suspended for vfork child 101",
        "parent 100 goes on: child 101 executed",
        "switch to 100: 101 yields",
        "101 reaped",
        "mm#1 released by its last user",
    ]
    positions = [asides.index(line) for line in told]
    assert positions == sorted(positions)
    assert asides[positions[3] + 2].endswith("child' in mm#2")


def test_copy_on_write_shows_as_a_fault_that_copies(guest: Callable[[str], Path]) -> None:
    asides = _asides(_lines(guest("fork_cow")))
    assert "process 101 created: has a copy, mm#2" in asides
    assert any(
        a.startswith("page fault: write") and a.endswith("a copy of its own") for a in asides
    )


def test_each_process_makes_the_calls_that_strace_shows(guest: Callable[[str], Path]) -> None:
    """Leave out the lines between them, join split ones, and nothing differs."""
    events: list[Event] = []
    session = Session(str(guest("pipe")), (), Options(), on_events=events.extend)
    session.run()
    plain, more = Strace().feed_all(events), KernelStrace().feed_all(events)
    without = "".join(line for line in more.splitlines(True) if "*** " not in line)
    assert normalise(without).processes == normalise(plain).processes


def test_the_option_of_trace_shows_them(
    guest: Callable[[str], Path], emu: Callable[..., Run]
) -> None:
    done = emu([guest("vfork_exec")], options=["--kernel"], command="trace")
    assert "*** parent 100 suspended: child 101 has not exec'd ***" in done.stderr
