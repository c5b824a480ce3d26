"""Progress of a long run: on a terminal only, and gone before anything else is written."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import build
import pytest

ROOT = Path(build.__file__).parents[1]


def on_terminal(*words: str | Path) -> str:
    """What a run for 4 seconds writes to a terminal that is its standard error."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "emulator", "run", "--timeout", "4", *map(str, words)]
    run = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(theirs)
    found = b""
    try:
        while part := os.read(ours, 4096):
            found += part
    except OSError:  # the terminal's other end was closed
        pass
    run.wait()
    return found.decode()


@pytest.mark.emulated
def test_a_long_run_shows_how_far_it_is_until_there_is_something_to_say(
    guest: Callable[[str], Path],
) -> None:
    text = on_terminal(guest("bench/cpu_int"), "1000000")
    assert "blocks of code, 1 process" in text
    last = text.rpartition("\r\x1b[K")[2]
    assert "blocks of code, 1 process" not in last
    assert last.startswith("emu386: limit reached: 4 seconds")


@pytest.mark.emulated
def test_progress_is_not_shown_where_it_is_not_wanted(guest: Callable[[str], Path]) -> None:
    text = on_terminal("--no-progress", guest("bench/cpu_int"), "1000000")
    assert text.startswith("emu386: limit reached: 4 seconds")
