"""V29: exit() in a forked child writes buffered text twice; in a vfork child it takes it away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kernel.events import SyscallEntered
from tests.vfork.watching import FIRST, Watched


@pytest.fixture(scope="module", params=["vfork_libc", "vfork_glibc"])
def run(guest: Callable[[str], Path], request: pytest.FixtureRequest) -> Watched:
    run = Watched(guest(f"{request.param}/exit_twice"))
    assert run.run() == 0
    return run


def test_v29_text_comes_twice_after_fork(run: Watched) -> None:
    assert run.output.startswith("once? once? after fork the parent had 6 characters to write\n")


def test_v29_parents_buffer_is_gone_after_vfork(run: Watched) -> None:
    assert run.output.endswith("only once: after vfork the parent had 0 characters to write\n")


def test_v29_one_writer_each_time_is_the_child(run: Watched) -> None:
    writers = [
        event.pid
        for event in run.seen(SyscallEntered)
        if event.name in ("write", "writev") and "once" in str(event.arguments)
    ]
    assert len(writers) == 3
    assert [pid == FIRST for pid in writers] == [False, True, False]
