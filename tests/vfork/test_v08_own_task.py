"""V8: what the child has of its own, what is shared through open files, what is not inherited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vfork.watching import Watched

LINES = """\
pid: its own
descriptors: what it closes stays open, what it opens is not there
current folder: its own
umask: its own
signal mask: its own, inherited
signal actions: its own
pending signals: none, the parent's stay with the parent
interval timer: none, the parent's runs on
processor time: starts at 0
offset of an open file: shared
status flags of an open file: shared
alternate stack: inherited
limits: inherited, its own
user: inherited
record lock: the parent's, not the child's
""".splitlines()


@pytest.fixture(scope="module")
def run(guest: Callable[[str], Path]) -> Watched:
    run = Watched(guest("vfork/own_task"))
    assert run.run() == 0
    return run


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.partition(":")[0])
def test_v08_guest_finds(run: Watched, line: str) -> None:
    assert line in run.output.splitlines()


def test_v08_only_the_memory_is_one_object(guest: Callable[[str], Path]) -> None:
    parent, child = Watched(guest("vfork/shares")).until_suspended()
    shared = [
        name
        for name in ("memory", "files", "fs", "sighand", "signals", "process", "structure")
        if getattr(parent, name) is getattr(child, name)
    ]
    assert shared == ["memory"]


def test_v08_open_file_behind_a_descriptor_is_one_object(guest: Callable[[str], Path]) -> None:
    parent, child = Watched(guest("vfork/shares")).until_suspended()
    assert child.files.get(1) is parent.files.get(1)


def test_v08_accounts_begin_at_0(guest: Callable[[str], Path]) -> None:
    parent, child = Watched(guest("vfork/shares")).until_suspended()
    assert parent.user_time + parent.system_time > 0
    assert (child.user_time, child.system_time, child.minor_faults) == (0, 0, 0)
