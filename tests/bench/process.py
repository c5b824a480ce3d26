"""One command as the host's kernel accounts it: wall clock, user time, peak memory."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from resource import struct_rusage
from time import perf_counter
from types import FrameType

TIME_LIMIT = 120  # seconds for one command

# A process counts the memory of the one that started it as its own, and this Python is larger
# than some of the programs: so a small shell starts the program, then becomes the one that tells.
TELL = "import resource; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
SMALL_PARENT = '"$@" >/dev/null || exit 1; exec "$PYTHON" -c "$TELL"'


class Failed(Exception):
    """The command did not end with status 0; says how it ended and its last words."""


@dataclass(frozen=True)
class Spent:
    """Seconds that one command took; processor time is its own and its children's."""

    wall: float
    user: float
    processor: float


def time_command(argv: list[str], environment: Mapping[str, str]) -> Spent:
    """Runs a command with empty input and its output thrown away. Raises Failed."""
    with tempfile.TemporaryFile() as errors:
        redirections = [
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
        ]
        start = perf_counter()
        pid = os.posix_spawn(argv[0], argv, environment, file_actions=redirections)
        status, usage = wait_at_most(TIME_LIMIT, pid, argv)
        wall = perf_counter() - start
        if status != 0:
            errors.seek(0)
            raise Failed(how_it_ended(argv, status, errors.read().decode(errors="replace")))
    return Spent(wall, usage.ru_utime, usage.ru_utime + usage.ru_stime)


def wait_at_most(seconds: int, pid: int, argv: Sequence[str]) -> tuple[int, struct_rusage]:
    """Exit status (-n for signal n) and account; kills a child that takes too long."""

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        _, status, usage = os.wait4(pid, 0)
    except BaseException as reason:  # Ctrl-C, too: nothing may run on behind the next measurement
        os.kill(pid, signal.SIGKILL)
        os.wait4(pid, 0)
        if isinstance(reason, TimeoutError):
            raise Failed(f"{shlex.join(argv)}: not done after {seconds} s") from None
        raise
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
    return os.waitstatus_to_exitcode(status), usage


def how_it_ended(argv: Sequence[str], status: int, errors: str) -> str:
    """One line about a failure."""
    lines = errors.strip().splitlines() or ["no message"]
    return f"{shlex.join(argv)}: status {status}: {lines[-1]}"


def peak_memory(argv: Sequence[str], environment: Mapping[str, str]) -> float:
    """The largest resident size of a command, in millions of octets. Raises Failed."""
    done = subprocess.run(
        ["/bin/sh", "-c", SMALL_PARENT, "sh", *argv],
        env={**environment, "PYTHON": sys.executable, "TELL": TELL},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    if done.returncode != 0:
        raise Failed(how_it_ended(argv, done.returncode, done.stderr))
    return int(done.stdout) * 1024 / 1e6
