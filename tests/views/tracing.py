"""One program traced twice: by the host's strace and by this project."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.startup import DEFAULT_ENVIRONMENT
from tests.guests.fixtures import Run

ATTEMPTS = 8  # natively, chance decides whether a signal arrives before or after a line
Emulate = Callable[..., Run]


def traced_natively(
    argv: list[str], folder: Path, file: Path, options: tuple[str, ...] = ()
) -> str:
    """The trace by the host's strace; skips where there is none that may trace."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    command = ["strace", "-f", *options, "-o", str(file), *argv]
    done = subprocess.run(
        command, cwd=folder, env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if "ptrace" in done.stderr.lower() or not file.exists():
        pytest.skip(f"strace does not work here: {done.stderr}")
    return file.read_text()


def native_settings() -> list[str]:
    """Options that give a guest what a native run without an environment has."""
    no_environment = [word for name in DEFAULT_ENVIRONMENT for word in ("-E", name)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return [*no_environment, "--rlimit", f"nofile={soft}:{hard}"]


def traced_here(
    argv: list[str], folder: Path, file: Path, emu: Emulate, more: tuple[str, ...] = ()
) -> str:
    """The trace by this project."""
    options = [*native_settings(), *more, "-o", file]
    done = emu(argv, command="trace", options=options, cwd=folder)
    assert file.exists(), done.stderr
    return file.read_text()
