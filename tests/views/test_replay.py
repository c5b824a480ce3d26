"""Replay: the trace again to the octet, and each other format from the same record."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.views.record_file import Recorder, reading
from emulator.views.replay import FORMATS, RENDERERS, renderer
from kernel import events
from kernel.events import Event
from tests.guests.fixtures import Run
from tests.views import trace_event_format
from tests.views.browser import drawn
from tests.views.hostile import ATTACK, CHILD, EVENTS, PARENT, made

Emulate = Callable[..., Run]
Guest = Callable[[str], Path]
FORK, THREAD = 0x11, 0x50F00
FRAMES = made((events.FramesCounted, 100, 5, 3, 1))


def rendered(name: str, told: list[Event]) -> str:
    return "".join(renderer(name)(told))


@pytest.fixture
def hostile_record(tmp_path: Path) -> Path:
    with Recorder(str(tmp_path / "hostile")) as recorder:
        recorder.feed(EVENTS)
    return tmp_path / "hostile"


# ---- the trace ---------------------------------------------------------------------------------


@pytest.mark.emulated
@pytest.mark.parametrize("name", ["vfork_exec", "signals", "wait_statuses", "libc/threads"])
@pytest.mark.parametrize(
    "options", [[], ["-s", "5", "-y"], ["--no-follow", "-x"], ["-q", "-tt", "-T"], ["-c"], ["-k"]]
)
def test_the_trace_of_a_record_is_the_live_one(
    guest: Guest, emu: Emulate, tmp_path: Path, name: str, options: list[str]
) -> None:
    record = tmp_path / "r"
    live = emu([guest(name)], options=["--record", record, *options], command="trace")
    assert emu([record], options=options, command="replay") == Run(0, live.stderr, "")


@pytest.mark.emulated
@pytest.mark.parametrize("limit", [["--max-insns", "10"], ["--check", "vfork"]])
def test_notices_and_findings_come_where_they_came_live(
    guest: Guest, emu: Emulate, tmp_path: Path, limit: list[str]
) -> None:
    record = tmp_path / "r"
    options = ["--record", record, *limit]
    live = emu([guest("misuse/memory"), "global"], options=options, command="trace")
    assert "emu386: " in live.stderr
    assert emu([record], command="replay").stdout == live.stderr


@pytest.mark.emulated
def test_a_trace_written_to_a_file_is_the_live_one(
    guest: Guest, emu: Emulate, tmp_path: Path
) -> None:
    live, again = tmp_path / "live", tmp_path / "again"
    options = ["--record", tmp_path / "r", "-o", live]
    emu([guest("vfork_exec")], options=options, command="trace")
    emu([tmp_path / "r"], options=["-o", again], command="replay")
    assert again.read_bytes() == live.read_bytes()


@pytest.mark.emulated
@pytest.mark.parametrize("options", [["-ttt"], ["-tt", "-r"]])
def test_times_of_day_are_those_of_the_live_run(
    guest: Guest, emu: Emulate, tmp_path: Path, options: list[str]
) -> None:
    record = tmp_path / "r"
    live = emu(
        [guest("vfork_exec")],
        options=["--clock", "host", "--record", record, *options],
        command="trace",
    )
    assert emu([record], options=options, command="replay").stdout == live.stderr


@pytest.mark.emulated
def test_separate_files_have_the_time_of_day_of_the_live_run(
    guest: Guest, emu: Emulate, tmp_path: Path
) -> None:
    record, options = tmp_path / "r", ["-ff", "-tt", "-o"]
    more = ["--clock", "host", "--record", record]
    emu([guest("vfork_exec")], options=[*more, *options, tmp_path / "live"], command="trace")
    emu([record], options=[*options, tmp_path / "again"], command="replay")
    for pid in (100, 101):
        live, again = (tmp_path / f"{name}.{pid}" for name in ("live", "again"))
        assert again.read_bytes() == live.read_bytes() != b""


# ---- all formats -------------------------------------------------------------------------------


@pytest.mark.emulated
@pytest.mark.parametrize("name", FORMATS)
def test_hostile_text_is_inert(emu: Emulate, hostile_record: Path, name: str) -> None:
    done = emu([hostile_record], options=["--format", name], command="replay")
    assert done.status == 0
    assert done.stderr == ""
    allowed = {"ostep": "├└─│", "strace": "ÿ"}.get(name, "")
    assert not re.sub(f"[ -~{allowed}\n]", "", done.stdout)
    if name == "mermaid":
        assert "<script>" not in done.stdout


@pytest.mark.parametrize("name", RENDERERS)
def test_an_empty_record_has_a_rendering(name: str) -> None:
    rendered(name, [])


@pytest.mark.emulated
def test_what_is_missing_or_no_record_is_said_in_one_line(emu: Emulate, tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"\xff\x00\n")
    for path in (tmp_path / "none", tmp_path / "r", tmp_path):
        done = emu([path], command="replay")
        assert (done.status, done.stdout, done.stderr.count("\n")) == (125, "", 1)


def test_json_and_csv_hold_every_event() -> None:
    found = json.loads(rendered("json", EVENTS))
    rows = list(csv.DictReader(io.StringIO(rendered("csv", EVENTS))))
    assert [each["event"] for each in found] == [type(event).__name__ for event in EVENTS]
    assert [row["event"] for row in rows] == [each["event"] for each in found]
    assert json.loads(rows[0]["details"])["path"] == ATTACK


def test_no_cell_is_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(rendered("csv", EVENTS))))
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]


def test_the_summary_counts_by_process() -> None:
    lines = rendered("summary", EVENTS).splitlines()
    assert lines[1].split()[:7] == ["100", "1", "1", "0", "0.000009000", "1", "1"]
    assert lines[2].split()[:7] == ["101", "100", "3", "1", "0.000013000", "0", "0"]
    assert lines[3].split()[:5] == ["4", "1", "0.000022000", "1", "1"]


def test_the_process_list_is_that_of_the_moment() -> None:
    at_end = "".join(renderer("ps")(EVENTS)).splitlines()
    before = "".join(renderer("ps", at=2)(EVENTS)).splitlines()
    during = "".join(renderer("ps", at=5)(EVENTS)).splitlines()
    assert [line.split()[:3] for line in at_end[1:]] == [["100", "1", "100"], ["101", "100", "101"]]
    assert len(before) == 2
    assert "HELD" in during[1]
    assert during[1].endswith("vfork child 101")


def test_fork_py_notation_names_processes_by_letters_and_gives_orphans_to_init() -> None:
    told = made(
        (events.Booted, 100, "a", (), 0, 0),
        (events.TaskCreated, 100, 101, 101, FORK, "mm#2"),
        (events.TaskCreated, 101, 102, 102, FORK, "mm#3"),
        (events.TaskCreated, 101, 103, 101, THREAD, "mm#2"),
        (events.TaskExited, 101, 0),
        (events.TaskExited, 102, 0),
    )
    blocks = rendered("ostep", told).split("\n\n")
    assert blocks[0] == "-A a+b,b+c,b-,c-"
    assert [line.strip() for line in blocks[3].splitlines()] == [
        "Action: b forks c", "a", "└── b", "└── c",
    ]  # fmt: skip
    assert [line.strip() for line in blocks[4].splitlines()] == ["Action: b EXITS", "a", "c"]


# ---- the timeline ------------------------------------------------------------------------------


def timeline(told: list[Event]) -> list[dict]:
    return trace_event_format.read(rendered("perfetto", told))


@pytest.mark.emulated
@pytest.mark.parametrize("name", ["vfork_exec", "signals", "pipe", "libc/threads"])
def test_the_timeline_of_a_run_is_well_formed(
    guest: Guest, emu: Emulate, tmp_path: Path, name: str
) -> None:
    emu([guest(name)], options=["--record", tmp_path / "r"])
    with reading(str(tmp_path / "r")) as told:
        assert timeline(list(told))


def test_the_timeline_shows_who_is_suspended_and_who_wakes_whom() -> None:
    entries = timeline(EVENTS)
    begun = [(entry["tid"], entry["name"]) for entry in entries if entry["ph"] == "B"]
    assert (PARENT, "suspended by vfork") in begun
    (flow,) = [(e["tid"], e["ph"]) for e in entries if e["ph"] == "s"]
    assert flow == (CHILD, "s")
    assert any(entry["ph"] == "C" and entry["args"] == {"copy": 1} for entry in entries)
    counters = {entry["name"] for entry in timeline(FRAMES) if entry["ph"] == "C"}
    assert {"free frames", "used frames"} <= counters


@pytest.mark.emulated
def test_perfetto_has_the_slices(guest: Guest, emu: Emulate, tmp_path: Path) -> None:
    emu([guest("vfork_exec")], options=["--record", tmp_path / "r"])
    text = emu([tmp_path / "r"], options=["--format", "perfetto"], command="replay").stdout
    question = "select name, count(*) as n from slice group by name"
    found = {row.name: row.n for row in trace_event_format.ask_trace_processor(text, question)}
    assert found["suspended by vfork"] == found["vfork"] == 1


# ---- renderers of others -----------------------------------------------------------------------


@pytest.mark.emulated
@pytest.mark.parametrize("name", ["vfork_exec", "wait_statuses", None])
def test_graphviz_draws_the_process_graph(
    guest: Guest, emu: Emulate, tmp_path: Path, hostile_record: Path, name: str | None
) -> None:
    if shutil.which("dot") is None:
        pytest.skip("Graphviz is not installed: no dot")
    record = tmp_path / "r" if name else hostile_record
    if name:
        emu([guest(name)], options=["--record", record])
    text = emu([record], options=["--format", "dot"], command="replay").stdout
    drawn = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True)
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert "<script" not in drawn.stdout


@pytest.mark.emulated
@pytest.mark.parametrize("name", ["vfork_exec", "wait_statuses", "pipe", None])
def test_mermaid_draws_the_sequence_diagram(
    guest: Guest, emu: Emulate, tmp_path: Path, hostile_record: Path, name: str | None,
    pytestconfig: pytest.Config,
) -> None:  # fmt: skip
    record = tmp_path / "r" if name else hostile_record
    if name:
        emu([guest(name)], options=["--record", record])
    source = emu([record], options=["--format", "mermaid"], command="replay").stdout
    cache = Path(str(pytestconfig.cache.mkdir("mermaid")))
    page = drawn(source, tmp_path, cache)
    assert '<svg id="drawing"' in page, page[:500]
    assert "<title>calm</title>" in page
    assert "<script>alert" not in page
    assert page.count('class="actor actor-box"') >= 4  # two processes, each above and below
    assert 'class="messageText"' in page
