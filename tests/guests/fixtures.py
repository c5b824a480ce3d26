"""Running guests, natively and emulated, with results that compare equal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import build
import pytest

TIMEOUT = 100  # seconds of the host, for one run


@dataclass(frozen=True)
class Run:
    """How a run ended, as a shell says it: 128 + n for signal n."""

    status: int
    stdout: str
    stderr: str


def run(argv: Sequence[str | Path], **options: object) -> Run:
    """Runs with an empty standard input unless `stdin` or `input` says otherwise."""
    if "input" not in options:
        options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("timeout", TIMEOUT)
    words = [str(word) for word in argv]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", **options)  # type: ignore[call-overload]
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return Run(status, done.stdout, done.stderr)


@cache
def build_kind(kind: str) -> str:
    """Builds all guests of a kind; the reason when this machine has no compiler for them, or ""."""
    done = subprocess.run([sys.executable, build.__file__, kind], capture_output=True, text=True)
    if done.returncode == build.NO_COMPILER:
        return done.stderr
    assert done.returncode == 0, done.stderr
    return ""


@cache
def host_runs_i386() -> bool:
    """Whether the host's processor and kernel take our guests, tried with the smallest."""
    if build_kind("demo"):
        return False
    try:
        return run([build.DEMO_FOLDER / "hello"]).status == 0
    except OSError:
        return False


@cache
def host_orphans_go_to_init() -> bool:
    """No when an ancestor of ours adopts orphans, as session managers do."""
    script = "import os, time\np = os.getpid()\nif os.fork(): os._exit(0)\n"
    script += "while os.getppid() == p: time.sleep(0.01)\nprint(os.getppid())"
    return run([sys.executable, "-c", script]).stdout == "1\n"


@cache
def host_gives_all_capabilities() -> bool:
    """Whether the tests run as a root from whom nothing was taken."""
    lines = Path("/proc/self/status").read_text().splitlines()
    sets = [int(line.split()[1], 16) for line in lines if line.startswith("CapEff")]
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    return sets == [(1 << last + 1) - 1]


@pytest.fixture(scope="session")
def guest() -> Callable[[str], Path]:
    """guest("hello") is a demo; guest("libc/threads"), guest("bench/getpid") name their kind."""

    def path_of(name: str) -> Path:
        kind, _, base = name.rpartition("/")
        kind = kind or "demo"
        if reason := build_kind(kind):
            pytest.skip(reason)
        folder = build.FOLDERS[kind][1]
        assert (folder / base).exists(), f"no guest {name}"
        return folder / base

    return path_of


@pytest.fixture(scope="session")
def native() -> Callable[..., Run]:
    """native([path, …]) runs on the host itself; skips, visibly, where that is not possible."""
    if not host_runs_i386():
        pytest.skip("this host does not run i386 programs")
    return run


@pytest.fixture(scope="session")
def emu() -> Callable[..., Run]:
    """emu([path, …], options=[…]) is emu386 run; command="trace" is another of its commands."""

    def emulate(
        argv: Sequence[str | Path],
        options: Sequence[str | Path] = (),
        command: str = "run",
        **how: object,
    ) -> Run:
        # the checkout need not be the current folder of the run
        root = str(Path(build.__file__).parents[1])
        how.setdefault("env", os.environ | {"PYTHONPATH": root})
        return run([sys.executable, "-m", "emulator", command, *options, *argv], **how)

    return emulate
