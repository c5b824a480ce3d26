"""Output to a terminal whose keyboard is not the guest's: lines end once, as the host ends them."""

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


@pytest.mark.emulated
@pytest.mark.parametrize("words", [("run",), ("step", "--plain")])
def test_a_line_ends_with_one_carriage_return(
    guest: Callable[[str], Path], words: tuple[str, ...]
) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "emulator", *words, str(guest("hello"))],
        input=b"continue\nquit\n", stdout=theirs, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(theirs)
    text = os.read(ours, 4096)
    os.close(ours)
    assert b"\r\n" in text
    assert b"\r\r\n" not in text
