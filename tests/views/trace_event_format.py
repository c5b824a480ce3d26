"""The trace-event format as its description has it ("Trace Event Format", the JSON object form)."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

Entry = dict[str, Any]
REQUIRED = {
    "B": {"name", "cat", "ph", "ts", "pid", "tid"},
    "E": {"ph", "ts", "pid", "tid"},
    "M": {"name", "ph", "pid", "args"},
    "C": {"name", "ph", "ts", "pid", "args"},
    "i": {"name", "ph", "ts", "pid", "tid", "s"},
    "s": {"name", "cat", "id", "ph", "ts", "pid", "tid"},
    "f": {"name", "cat", "id", "ph", "ts", "pid", "tid", "bp"},
}
OPTIONAL = {"B": {"args"}, "E": {"args"}, "M": {"tid", "ts"}, "i": {"cat"}}
METADATA = {
    "process_name": ("name", str), "thread_name": ("name", str),
    "process_sort_index": ("sort_index", int), "thread_sort_index": ("sort_index", int),
}  # fmt: skip


def read(text: str) -> list[Entry]:
    """The entries of a file, each checked by itself and all together."""
    whole = json.loads(text)
    assert set(whole) == {"traceEvents", "displayTimeUnit"}
    assert whole["displayTimeUnit"] in ("ms", "ns")
    entries: list[Entry] = whole["traceEvents"]
    for entry in entries:
        check_entry(entry)
    check_order(entries)
    check_slices(entries)
    check_flows(entries)
    return entries


def check_entry(entry: Entry) -> None:
    phase = entry["ph"]
    assert REQUIRED[phase] <= set(entry) <= REQUIRED[phase] | OPTIONAL.get(phase, set()), entry
    for name in ("pid", "tid", "id"):
        assert isinstance(entry.get(name, 0), int), entry
    for name in ("name", "cat"):
        assert isinstance(entry.get(name, ""), str), entry
    assert isinstance(entry.get("ts", 0), int | float), entry
    assert entry.get("ts", 0) >= 0, entry
    assert isinstance(entry.get("args", {}), dict), entry
    if phase == "M":
        key, kind = METADATA[entry["name"]]
        assert set(entry["args"]) == {key}, entry
        assert isinstance(entry["args"][key], kind), entry
    if phase == "C":
        assert entry["args"], entry
        assert all(type(value) in (int, float) for value in entry["args"].values()), entry
    assert entry.get("s", "t") in "gpt", entry
    assert entry.get("bp", "e") == "e", entry


def check_order(entries: list[Entry]) -> None:
    times = [entry["ts"] for entry in entries if entry["ph"] != "M"]
    assert times == sorted(times)


def check_slices(entries: list[Entry]) -> None:
    """Each end has a beginning in its own thread, which is of one process only."""
    depth: dict[tuple[int, int], int] = defaultdict(int)
    process_of: dict[int, int] = {}
    for entry in entries:
        if entry["ph"] not in "BE":
            continue
        thread = entry["pid"], entry["tid"]
        assert process_of.setdefault(entry["tid"], entry["pid"]) == entry["pid"], entry
        depth[thread] += 1 if entry["ph"] == "B" else -1
        assert depth[thread] >= 0, entry
    assert not any(depth.values())


def check_flows(entries: list[Entry]) -> None:
    """Each arrow has its two ends, the first one first."""
    open_flows: dict[int, float] = {}
    for entry in entries:
        if entry["ph"] == "s":
            assert entry["id"] not in open_flows, entry
            open_flows[entry["id"]] = entry["ts"]
        elif entry["ph"] == "f":
            assert open_flows.pop(entry["id"]) <= entry["ts"], entry
    assert not open_flows


def ask_trace_processor(text: str, question: str) -> list[Any]:
    """What Perfetto's own trace processor answers; skips where it cannot be had."""
    perfetto = pytest.importorskip("perfetto.trace_processor")
    try:
        processor = perfetto.TraceProcessor(trace=iter([text.encode()]))
    except Exception as error:  # the package downloads the program when it is first used
        pytest.skip(f"Perfetto's trace processor cannot be had: {str(error)[:100]}")
    with processor:
        return list(processor.query(question))
