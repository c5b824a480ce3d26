"""strace's options: what each of them does to a trace, next to what it does natively."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.views.call_classes import CLASSES
from kernel.abi.sysno import Sysno
from tests.guests.fixtures import Run
from tests.strace_compare import compare
from tests.views.tracing import ATTEMPTS, Emulate, traced_here, traced_natively

pytestmark = pytest.mark.emulated

FILTERS = [
    ("-e", "trace=%process"), ("-e", "trace=write"), ("-e", "trace=none"), ("-e", "trace=/^w"),
    ("-e", "trace=!write,execve"), ("-e", "trace=4,?nosuch"), ("-e", "trace=%file,%desc"),
    ("-e", "vfork,wait4"), ("--trace=wait4@32,write@64",), ("-e", "trace=write", "-e", "t=vfork"),
    ("-e", "trace=none", "-e", "signal=all"), ("-e", "signal=!chld"), ("-e", "signal=none"),
    ("-e", "status=failed"), ("-e", "status=successful"), ("-e", "status=unfinished"),
    ("-z",), ("-Z",), ("-P", "./child"),
    ("-e", "quiet=exit,personality"), ("-qqq",), ("--quiet=all",), ("--quiet",),
    ("--strings-in-hex",), ("--strings-in-hex=non-ascii", "--string-limit=3"),
    ("-a", "10"), ("-a", "60"),
]  # fmt: skip
DECODING = [
    ("-X", "raw"), ("-X", "verbose"), ("-X", "abbrev"), ("-v",), ("-e", "verbose=!rt_sigaction"),
    ("-e", "raw=write,rt_sigaction"), ("-e", "abbrev=none"), ("-x", "-s", "3"), ("-xx",),
]  # fmt: skip
TIMES = re.compile(r"\b\d\d:\d\d:\d\d|\d{10}(?=[. ])|\.\d+(?=[ )>])")


@pytest.mark.parametrize("options", FILTERS, ids=" ".join)
def test_option_shows_what_it_shows_natively(
    options: tuple[str, ...],
    guest: Callable[[str], Path],
    native: Callable[..., Run],
    emu: Emulate,
    tmp_path: Path,
) -> None:
    argv, folder = ["./vfork_exec"], guest("vfork_exec").parent
    ours = traced_here(argv, folder, tmp_path / "ours", emu, options)
    differences: list[str] = []
    for _ in range(ATTEMPTS):
        theirs = traced_natively(argv, folder, tmp_path / "native", options)
        differences = compare(ours, theirs)
        # where calls are hidden the order between processes cannot be judged
        differences = [line for line in differences if not line.startswith("ours: ")]
        if not differences:
            return
    pytest.fail("\n".join(differences))


@pytest.mark.parametrize("options", DECODING, ids=" ".join)
def test_values_are_decoded_as_natively(
    options: tuple[str, ...],
    guest: Callable[[str], Path],
    native: Callable[..., Run],
    emu: Emulate,
    tmp_path: Path,
) -> None:
    options = (*options, "-e", "trace=!execve")
    argv, folder = ["./signals"], guest("signals").parent
    ours = traced_here(argv, folder, tmp_path / "ours", emu, options)
    assert compare(ours, traced_natively(argv, folder, tmp_path / "native", options)) == []


def test_what_is_written_is_dumped_as_natively(
    guest: Callable[[str], Path], native: Callable[..., Run], emu: Emulate, tmp_path: Path
) -> None:
    options = ("-e", "write=1", "-e", "trace=write")
    argv, folder = ["./signals"], guest("signals").parent
    ours = traced_here(argv, folder, tmp_path / "ours", emu, options).splitlines()
    theirs = traced_natively(argv, folder, tmp_path / "native", options).splitlines()
    rows = [line for line in ours if line.startswith(" | ")]
    assert rows == [line for line in theirs if line.startswith(" | ")] != []


def test_lines_have_their_addresses(
    guest: Callable[[str], Path], native: Callable[..., Run], emu: Emulate, tmp_path: Path
) -> None:
    options = ("-i", "-n", "-e", "trace=!execve")
    argv, folder = ["./vfork_exec"], guest("vfork_exec").parent
    ours = traced_here(argv, folder, tmp_path / "ours", emu, options)
    theirs = traced_natively(argv, folder, tmp_path / "native", options)
    places = re.compile(r"(\[ *\d+\] \[[0-9a-f?]{8}\]) (?:<\.\.\. )?(\w+|[+-]{3} \w+)")
    assert set(places.findall(ours)) == set(places.findall(re.sub(r".*\[ Proc.*\n", "", theirs)))


def test_environment_is_shown_in_full(guest: Callable[[str], Path], emu: Emulate) -> None:
    options = ["-v", "-s", "6", "-E", "PATH", "-E", "HOME", "-E", "TERM=a", "-E", "LONGER=b"]
    done = emu([str(guest("hello"))], command="trace", options=options)
    assert '], ["TERM=a", "LONGER"...]) = 0\n' in done.stderr


def test_processes_have_their_names(guest: Callable[[str], Path], emu: Emulate) -> None:
    path = guest("vfork_exec")
    done = emu(["./vfork_exec"], command="trace", options=["-Y"], cwd=path.parent)
    assert "[pid   100<vfork_exec>] wait4(101<child>, " in done.stderr
    assert "\n<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 101\n" in (
        done.stderr
    )


@pytest.mark.parametrize(
    "options",
    [
        ("-t",), ("-tt",), ("-ttt",), ("-r",), ("-T",), ("-t", "-r", "-T"),
        ("--relative-timestamps=ns", "--syscall-times=ms"), ("--absolute-timestamps=unix,ns",),
        ("--absolute-timestamps=ms", "--relative-timestamps=s"), ("-n", "-tt"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_times_have_the_native_form(
    options: tuple[str, ...],
    guest: Callable[[str], Path],
    native: Callable[..., Run],
    emu: Emulate,
    tmp_path: Path,
) -> None:
    options = (*options, "-e", "trace=write,exit_group")
    argv, folder = ["./vfork_exec"], guest("vfork_exec").parent
    ours = _last_line(traced_here(argv, folder, tmp_path / "ours", emu, options))
    assert ours == _last_line(traced_natively(argv, folder, tmp_path / "native", options))


def _last_line(trace: str) -> str:
    """The last write, with digits of times as #."""
    line = next(line for line in reversed(trace.splitlines()) if "parent done" in line)
    times = TIMES.sub(lambda match: re.sub(r"\d", "#", match[0]), line)
    return times[len("12345 ") :]


TABLES = [
    (), ("-S", "name"), ("-S", "calls"), ("-U", "name,calls,errors"), ("-U", "calls,syscall"),
    ("-e", "trace=write"), ("-z",), ("-U", "max-time,name,min-time,calls"),
]  # fmt: skip


@pytest.mark.parametrize("options", TABLES, ids=" ".join)
def test_table_of_calls_is_the_native_one(
    options: tuple[str, ...],
    guest: Callable[[str], Path],
    native: Callable[..., Run],
    emu: Emulate,
    tmp_path: Path,
) -> None:
    argv, folder = ["./vfork_exec"], guest("vfork_exec").parent
    order = () if "-S" in options else ("-S", "name")
    # natively the first execve stands in a table of its own
    options = ("-c", *order, "-e", "trace=!execve", *options)
    ours = traced_here(argv, folder, tmp_path / "ours", emu, options)
    theirs = traced_natively(argv, folder, tmp_path / "native", options)
    assert _shape(ours) == _shape(theirs.partition("summary for 32 bit mode:\n")[2])


def _shape(table: str) -> list[str]:
    """The table without its numbers that are time."""
    return [re.sub(r" *\d+\.\d+( +\d+(?= +\d+ ))?", "#", line) for line in table.splitlines()]


def test_separate_files_have_no_prefixes(
    guest: Callable[[str], Path], emu: Emulate, tmp_path: Path
) -> None:
    path = guest("vfork_exec")
    options = ["-ff", "-o", str(tmp_path / "trace")]
    emu(["./vfork_exec"], command="trace", options=options, cwd=path.parent)
    parent, child = (tmp_path / f"trace.{pid}" for pid in (100, 101))
    assert parent.read_text().splitlines()[1:3] == [
        "vfork()                                 = 101",
        "wait4(101, [{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 101",
    ]
    assert child.read_text().splitlines()[-2:] == [
        "exit(7)                                 = ?",
        "+++ exited with 7 +++",
    ]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("-e", "trace=nosuch"), "invalid system call 'nosuch'"),
        (("-e", "signal=nosuch"), "invalid signal 'nosuch'"),
        (("-e", "status=nosuch"), "invalid status 'nosuch'"),
        (("-e", "quiet=nosuch"), "invalid quiet 'nosuch'"),
        (("-e", "foo=bar"), "invalid -e qualifier 'foo'"),
        (("-e", "trace=/("), "invalid regular expression '('"),
        (("-a", "x"), "not a number: 'x'"),
        (("-s", "x"), "not a number: 'x'"),
        (("-S", "x"), "invalid sortby: 'x'"),
        (("-U", "x"), "unknown column name: 'x'"),
        (("--syscall-times=x",), "not s, ms, us or ns: 'x'"),
        (("-b", "fork"), "'fork'"),
    ],
)
def test_bad_values_are_one_line_and_125(
    options: tuple[str, ...], reason: str, guest: Callable[[str], Path], emu: Emulate
) -> None:
    done = emu([str(guest("hello"))], command="trace", options=list(options))
    assert done.status == 125
    assert done.stderr.count("\n") == 1
    assert reason in done.stderr


def test_process_that_executes_is_let_go(guest: Callable[[str], Path], emu: Emulate) -> None:
    path = guest("vfork_exec")
    done = emu(["./vfork_exec"], command="trace", options=["-b", "execve"], cwd=path.parent)
    assert "vars */strace: Process 101 detached\n <detached ...>\n<... vfork" in done.stderr
    assert 'write(1, "child' not in done.stderr


def test_classes_have_calls_that_exist() -> None:
    known = {item.name.lower() for item in Sysno}
    assert {name for calls in CLASSES.values() for name in calls} <= known
