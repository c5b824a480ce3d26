"""A record: lines that the schema allows, and that read back as equal events."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import build
import jsonschema
import pytest

from emulator.session import Options, Session, Streams
from emulator.views import record, record_file, record_schema
from kernel import events
from kernel.errors import BadGuest
from kernel.events import Event
from tests.bench.process import peak_memory

ROOT = Path(build.__file__).parents[1]
GUESTS = ("vfork_exec", "signals", "wait_statuses", "pipe", "libc/threads", "libc/signal_frames")
ENOUGH = 30  # validation is slow
HOSTILE = "\x1b]0;title\x07<script>\xff\x00\x7f"


def events_of_run(program: Path) -> list[Event]:
    told: list[Event] = []
    Session(str(program), (), Options(), Streams(), on_events=told.extend).run()
    return told


def read(path: Path) -> list[Event]:
    with record_file.reading(str(path)) as found:
        return list(found)


def write(path: Path, told: list[Event]) -> None:
    with record_file.Recorder(str(path)) as recorder:
        recorder.feed(told)


@pytest.mark.emulated
@pytest.mark.parametrize("name", GUESTS)
def test_what_is_read_back_equals_what_was_written(guest: Callable[[str], Path], name: str) -> None:
    told = events_of_run(guest(name))
    text = record.HEADER + record.lines(told)
    assert list(record.events_of(text.splitlines(True))) == told


@pytest.mark.emulated
@pytest.mark.parametrize("name", GUESTS)
def test_every_line_is_what_the_schema_says(guest: Callable[[str], Path], name: str) -> None:
    definitions = record_schema.schema()["$defs"]
    seen: Counter[str] = Counter()
    for line in (record.HEADER + record.lines(events_of_run(guest(name)))).splitlines():
        found = json.loads(line)
        kind = found.get("event", "header")
        seen[kind] += 1
        if seen[kind] <= ENOUGH:
            schema = {"$ref": f"#/$defs/{kind}", "$defs": definitions}
            jsonschema.Draft202012Validator(schema).validate(found)


def test_the_published_schema_is_that_of_the_events() -> None:
    jsonschema.Draft202012Validator.check_schema(record_schema.schema())
    assert record_schema.FILE.read_text() == record_schema.text(), (
        "events have changed: run python -m emulator.views.record_schema, and count up VERSION"
        " unless only events or kinds of values were added"
    )


def test_a_record_is_printable_ascii_whatever_the_guest_wrote(tmp_path: Path) -> None:
    told: list[Event] = [events.ConsoleOutput(0, 0, 100, 1, HOSTILE)]
    write(tmp_path / "r", told)
    data = (tmp_path / "r").read_bytes()
    assert set(data) <= {*range(32, 127), 10}
    assert read(tmp_path / "r") == told


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "not a record"),
        ("hello\n", "not a record"),
        ('{"schema":"emu386-record","version":99}\n', "version 99"),
        (record.HEADER + '{"event":"Nothing"}\n', "line 2"),
        (record.HEADER + "[]\n", "line 2"),
        (record.HEADER + "[" * 100_000 + "\n", "line 2"),
        (record.HEADER + '{"event":"Woken","sequence":0,"time":0,"pid":1}\n', "line 2"),
    ],
)
def test_what_is_no_record_is_said_in_one_line(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "r").write_text(text)
    with pytest.raises(BadGuest, match=what) as said:
        read(tmp_path / "r")
    assert "\n" not in str(said.value)


def test_a_last_line_that_was_cut_is_passed_over(tmp_path: Path) -> None:
    told: list[Event] = [events.Woken(n, 0, 100, "") for n in range(3)]
    text = record.HEADER + record.lines(told)
    (tmp_path / "r").write_text(text[:-5])
    assert read(tmp_path / "r") == told[:2]


def emulator(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "emulator", *map(str, words)]


@pytest.mark.emulated
@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.zst"])
def test_a_killed_run_leaves_whole_lines(
    guest: Callable[[str], Path], tmp_path: Path, suffix: str
) -> None:
    if suffix.endswith(".zst"):
        pytest.importorskip("zstandard")
    path = tmp_path / f"r.{suffix}"
    words = emulator("run", "--record", path, guest("bench/getpid"), "100000000")
    run = subprocess.Popen(words, env=os.environ | {"PYTHONPATH": str(ROOT)})
    while not path.exists() or path.stat().st_size < 6_000:
        assert run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGKILL)
    run.wait()
    told = read(path)
    assert len(told) > 100
    if suffix == "jsonl":
        assert path.read_bytes().endswith(b"\n")
        assert path.read_bytes().count(b"\n") == 1 + len(told)


@pytest.mark.emulated
@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.zst"])
@pytest.mark.parametrize("seed", range(4))
def test_a_run_killed_at_any_moment_leaves_the_beginning_of_its_record(
    guest: Callable[[str], Path], tmp_path: Path, suffix: str, seed: int
) -> None:
    if suffix.endswith(".zst"):
        pytest.importorskip("zstandard")
    path, program = tmp_path / f"r.{suffix}", guest("bench/fork_exit_wait")
    words = emulator("run", "--record", path, program, "100000")
    run = subprocess.Popen(words, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        while not path.exists() or path.stat().st_size == 0:
            assert run.poll() is None
            time.sleep(0.01)
        time.sleep(random.Random(seed).uniform(0, 2.5))
    finally:
        run.kill()
        run.wait()
    told = read(path)
    assert [event.sequence for event in told] == list(range(len(told)))
    assert suffix != "jsonl" or path.read_bytes().endswith(b"\n")


@pytest.mark.emulated
@pytest.mark.parametrize("how", ["trace", "record"])
def test_a_long_trace_takes_no_more_memory_than_a_short_one(
    guest: Callable[[str], Path], tmp_path: Path, how: str
) -> None:
    program, file = guest("bench/getpid"), tmp_path / "written"
    command = ["trace", "-o", file] if how == "trace" else ["run", "--record", file]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    short, long = (
        peak_memory(emulator(*command, program, calls), environment)
        for calls in ("30000", "120000")
    )
    assert file.stat().st_size > 4_000_000
    assert long < short * 1.1


def test_a_compressed_record_is_readable_before_it_is_closed(tmp_path: Path) -> None:
    pytest.importorskip("zstandard")
    told: list[Event] = [events.Woken(0, 0, 100, "")]
    with record_file.Recorder(str(tmp_path / "r.zst")) as recorder:
        recorder.feed(told)
        time.sleep(3 * record_file.FLUSH_SECONDS)
        assert read(tmp_path / "r.zst") == told
    assert read(tmp_path / "r.zst") == told


def test_a_missing_zstandard_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(BadGuest, match=r"pip install 'emu386\[zst\]'"):
        record_file.Recorder(str(tmp_path / "r.zst"))
    assert not (tmp_path / "r.zst").exists()


def test_a_damaged_compressed_record_is_said_in_one_line(tmp_path: Path) -> None:
    pytest.importorskip("zstandard")
    (tmp_path / "r.zst").write_bytes(b"hello, this is not compressed")
    with pytest.raises(BadGuest, match=r"r\.zst"):
        read(tmp_path / "r.zst")


@pytest.mark.emulated
@pytest.mark.parametrize("command", ["run", "trace"])
def test_run_and_trace_record_the_same(
    guest: Callable[[str], Path], emu: Callable[..., object], tmp_path: Path, command: str
) -> None:
    told = events_of_run(guest("vfork_exec"))
    emu([guest("vfork_exec")], options=["--record", tmp_path / "r"], command=command)
    kinds = [type(event) for event in read(tmp_path / "r")]
    assert kinds == [type(event) for event in told]
