"""The index finds every declaration, so that no call is missing because nobody imported it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kernel.abi.sysno import Sysno
from kernel.syscalls import index, registry  # noqa: F401  (importing it fills the table)
from kernel.syscalls.table import SUBCALLS, TABLE, Table

NUMBERS = [number for number in TABLE if number in set(map(int, Sysno))]
ROOT = Path(__file__).parents[2]


def test_every_call_of_the_table_is_found_with_all_that_belongs_to_it() -> None:
    for number in NUMBERS:
        entry, modules = TABLE[number], index.modules()[number]
        for part in (entry.function, entry.note, entry.interrupted, entry.meant):
            assert part is None or part.__module__ in modules, entry.name


def test_what_a_multiplexer_calls_comes_with_it() -> None:
    for (multiplexer, _), entry in SUBCALLS.items():
        assert entry.function.__module__ in index.modules()[multiplexer], entry.name


def test_nothing_is_found_that_is_not_there() -> None:
    assert sorted(index.modules()) == sorted(NUMBERS)


def test_an_unknown_number_is_none() -> None:
    assert TABLE.find(9999) is None
    with pytest.raises(KeyError):
        Table()[9999]


def test_a_call_is_imported_when_it_is_asked_for_and_no_other() -> None:
    code = (
        "import sys; from kernel.syscalls.table import TABLE; print(len(TABLE)); "
        "print(TABLE.find(258).name); print('kernel.syscalls.epoll' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "0\nset_tid_address\nFalse\n"


def test_all_calls_together_import_every_file() -> None:
    code = (
        "import sys; from kernel.syscalls import index; from kernel.syscalls.table import TABLE; "
        "[TABLE[number] for number in index.modules()]; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    files = {path.stem for path in (ROOT / "kernel" / "syscalls").glob("*.py")}
    loaded = {name.rpartition(".")[2] for name in done.stdout.split() if "kernel.syscalls." in name}
    kernels_own = {"__init__", "forksys", "refused", "registry"}
    assert files - loaded <= kernels_own
