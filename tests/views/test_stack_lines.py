"""trace -k: call stacks of static programs, found with call frame information or without."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import build
import pytest

from tests.guests.fixtures import Run

SOURCE = Path(__file__).parents[1] / "data" / "stacks.c"
WITH_TABLES = ("-O1", "-fno-optimize-sibling-calls", "-fomit-frame-pointer")
WITH_FRAME_POINTERS = (
    "-O0", "-fno-omit-frame-pointer", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables",
)  # fmt: skip
IN_DEBUG_DATA = (*WITH_FRAME_POINTERS[2:], *WITH_TABLES, "-gdwarf-4")
FRAME = re.compile(r"^ > (.*)\((?:(.*)\+0x[0-9a-f]+)?\) \[0x[0-9a-f]+\]$")
NAME = b"innermost_function_of_all"
HOSTILE = b"\x1b]0;owned\x07<script>\xff\n\"'"

pytestmark = pytest.mark.emulated
Emulate = Callable[..., Run]


def built(folder: Path, *options: str) -> Path:
    """The program, linked to the host's C library; skips without one."""
    try:
        compiler = build.compiler_for("glibc")
    except build.NoCompiler as reason:
        pytest.skip(str(reason))
    output = folder / "stacks"
    build.compile_guest(build.Guest("glibc", SOURCE, output), [*compiler, *options])
    return output


def stacks(trace: str, call: str) -> list[list[str]]:
    """The functions below each line that begins so."""
    found: list[list[str]] = []
    last = ""
    for line in trace.splitlines():
        match = FRAME.match(line)
        if match is None:
            last = re.sub(r"^\[pid +\d+\] ", "", line)
            if last.startswith(call):
                found.append([])
        elif last.startswith(call):
            found[-1].append(match[2])
    return found


def below_main(functions: list[str]) -> list[str]:
    """The program's own functions, the outermost first."""
    at = functions.index("main")
    own = {NAME.decode(), "recursing", "handler", "with_vfork"}
    return [name for name in reversed(functions[:at]) if name in own]


@pytest.mark.parametrize(
    "options", [WITH_TABLES, WITH_FRAME_POINTERS, IN_DEBUG_DATA], ids=["CFI", "EBP", "DWARF"]
)
def test_stacks_reach_from_the_call_to_the_start(
    options: tuple[str, ...], emu: Emulate, tmp_path: Path
) -> None:
    program = built(tmp_path, *options)
    trace = emu([program], options=["-k"], command="trace").stderr
    first, second = stacks(trace, "getppid(")
    assert below_main(first) == ["recursing"] * 4 + [NAME.decode()]
    assert below_main(second) == ["handler", NAME.decode()]
    assert first[-1] == second[-1] == "_start"
    (after_vfork,) = stacks(trace, "<... vfork resumed")
    assert below_main(after_vfork) == ["with_vfork"]


def test_stack_of_a_handler_goes_on_in_what_it_interrupted(emu: Emulate, tmp_path: Path) -> None:
    trace = emu([built(tmp_path, *WITH_TABLES)], options=["-k"], command="trace").stderr
    (signal,) = stacks(trace, "--- SIGUSR1")
    _, in_handler = stacks(trace, "getppid(")
    (back,) = stacks(trace, "sigreturn(")
    assert in_handler[-len(signal) :] == signal == back
    assert in_handler[-len(signal) - 1].startswith("__restore")


def test_stacks_stand_where_strace_puts_them(emu: Emulate, tmp_path: Path) -> None:
    """Below each line that ends a call; that of a call which does not return, below the end."""
    trace = emu([built(tmp_path, *WITH_TABLES)], options=["-k"], command="trace").stderr
    assert stacks(trace, "execve(") == [["_start"]]
    assert not any(" <unfinished" in line and below for line, below in _lines(trace))
    assert stacks(trace, "exit_group(") == [[], []]
    (below,) = stacks(trace, "+++ exited with 0")
    assert below[-1] == "_start"
    assert "exit" in below


def _lines(trace: str) -> list[tuple[str, bool]]:
    """Each line, and whether a stack follows it."""
    lines = trace.splitlines()
    following = [FRAME.match(line) is not None for line in lines[1:]]
    return list(zip(lines, [*following, False], strict=True))


def test_offsets_are_those_of_the_symbol_and_of_the_file(emu: Emulate, tmp_path: Path) -> None:
    program = built(tmp_path, *WITH_TABLES)
    trace = emu([program], options=["-k"], command="trace").stderr
    (line,) = set(re.findall(r"> .*\(recursing\+0x(\w+)\) \[0x(\w+)\]\n.*\(main\+", trace))
    offset, at = (int(number, 16) for number in line)
    symbols = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    start = int(re.search(r"(\w+) \w recursing", symbols)[1], 16)
    assert at == start + offset - 0x8048000
    assert program.read_bytes()[at - 5] == 0xE8


def test_stripped_program_has_places_in_its_file(emu: Emulate, tmp_path: Path) -> None:
    program = built(tmp_path, *WITH_TABLES, "-s")
    trace = emu([program], options=["-k"], command="trace").stderr
    assert stacks(trace, "getppid(")[0].count(None) >= 6


def test_stacks_are_shown_only_with_lines_that_are(emu: Emulate, tmp_path: Path) -> None:
    options = ["-k", "-e", "trace=getppid", "-e", "signal=none", "-q", "-q"]
    trace = emu([built(tmp_path, *WITH_TABLES)], options=options, command="trace").stderr
    heads = [line for line in trace.splitlines() if not FRAME.match(line)]
    assert [head.partition("(")[0] for head in heads] == ["getppid", "getppid"]


def test_record_has_the_stacks(emu: Emulate, tmp_path: Path) -> None:
    program, record = built(tmp_path, *WITH_TABLES), tmp_path / "r"
    live = emu([program], options=["-k", "--record", record], command="trace")
    assert emu([record], options=["-k"], command="replay").stdout == live.stderr
    without = emu([record], command="replay").stdout
    assert without == "".join(
        line for line in live.stderr.splitlines(True) if not FRAME.match(line.rstrip("\n"))
    )


def test_symbol_names_of_a_hostile_program_are_inert(emu: Emulate, tmp_path: Path) -> None:
    program = built(tmp_path, *WITH_TABLES)
    image = program.read_bytes()
    program.write_bytes(image.replace(NAME, HOSTILE.ljust(len(NAME), b"!")))
    trace = emu([program], options=["-k"], command="trace").stderr
    assert r"(\x1b]0;owned\x07<script>" in trace
    assert not re.sub(r"[ -~\n]", "", trace)


def test_damaged_tables_end_a_stack_early(emu: Emulate, tmp_path: Path) -> None:
    program = built(tmp_path, *WITH_TABLES)
    text = subprocess.run(
        ["readelf", "-SW", program], capture_output=True, text=True, check=True
    ).stdout
    offset, size = re.search(r"\.eh_frame +PROGBITS +\w+ (\w+) (\w+)", text).groups()
    image = bytearray(program.read_bytes())
    image[int(offset, 16) : int(offset, 16) + int(size, 16)] = b"\xa5" * int(size, 16)
    program.write_bytes(image)
    done = emu([program], options=["-k"], command="trace")
    assert done.status == 0
    assert stacks(done.stderr, "getppid(")[0]
