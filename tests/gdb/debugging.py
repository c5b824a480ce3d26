"""gdb itself, in batch mode, on a guest under emu386 and on the same program run natively."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import build
import pytest

from tests.guests.fixtures import TIMEOUT, host_runs_i386

ROOT = Path(build.__file__).parents[1]
QUIET = ("-q", "-batch", "-nx", "-iex", "set debuginfod enabled off")
_ADDRESS = re.compile(r"127\.0\.0\.1:(\d+)")
_STOP = re.compile(
    r"(Thread \S+ .* hit )?"
    r"(Catchpoint|Breakpoint|Hardware|Old|New|Program|\[Inferior|\[Detach|\d+\s)"
)


@dataclass(frozen=True)
class Debugged:
    """What gdb printed, and how the guest ended."""

    said: str
    status: int
    stdout: str
    stderr: str


def need_gdb() -> str:
    """Where gdb is; skips, visibly, where there is none."""
    found = shutil.which("gdb")
    if found is None:
        pytest.skip("there is no gdb on this machine")
    return found


@contextmanager
def emulated(
    program: Path,
    arguments: Sequence[str] = (),
    options: Sequence[str] = (),
    stdin: int | None = None,
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A guest that waits for gdb, and the port; it is killed if it is still there at the end."""
    words = [sys.executable, "-m", "emulator", "run", "-g", "0", *options, str(program), *arguments]
    server = subprocess.Popen(
        words, stdin=subprocess.DEVNULL if stdin is None else stdin, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        assert server.stderr is not None
        line = server.stderr.readline()
        match = _ADDRESS.search(line)
        assert match is not None, line
        yield server, int(match[1])
    finally:
        server.kill()
        server.wait()


def commands(lines: Sequence[str]) -> list[str]:
    """As gdb's command line takes them."""
    return [word for line in lines for word in ("-ex", line)]


def debug(
    program: Path, lines: Sequence[str], arguments: Sequence[str] = (), options: Sequence[str] = ()
) -> Debugged:
    """gdb's commands carried out on an emulated guest, from before its first instruction."""
    gdb = need_gdb()
    with emulated(program, arguments, options) as (server, port):
        target = f"target remote 127.0.0.1:{port}"
        done = subprocess.run(
            [gdb, *QUIET, *commands([target, *lines]), str(program)], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=TIMEOUT,
        )  # fmt: skip
        stdout, stderr = server.communicate(timeout=TIMEOUT)
        return Debugged(done.stdout + done.stderr, server.returncode, stdout, stderr)


def debug_natively(program: Path, lines: Sequence[str]) -> str:
    """The same on the host; skips, visibly, where it runs no i386 programs or traces none."""
    gdb = need_gdb()
    if not host_runs_i386():
        pytest.skip("this host does not run i386 programs")
    done = subprocess.run(
        [gdb, *QUIET, *commands(["starti >/dev/null", *lines]), str(program)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        timeout=TIMEOUT,
    )  # fmt: skip
    if "ptrace: Operation not permitted" in done.stderr:
        pytest.skip("this host lets nobody trace a program")
    return done.stdout


def stops(said: str) -> list[str]:
    """The lines that tell of stops and ends, without what differs from run to run: ids, stack."""
    found = []
    for line in said.splitlines():
        if _STOP.match(line) and line != "Program stopped.":  # which is starti's
            line = re.sub(r"\(process \d+\)|process \d+|Thread \S+ \"\w+\" hit ", "process", line)
            found.append(re.sub(r"\bpid=\S*?\d+", "pid", line))
    return found
