"""Who runs the guests: this project, the host's own processor, qemu-i386."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bench.process import Failed, time_command

CHECKOUT = Path(__file__).resolve().parents[2]
DEMO_FOLDER = CHECKOUT / "emulator" / "guests"
BENCH_FOLDER = CHECKOUT / "guest_programs" / "build" / "bench"
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
ENVIRONMENT["PYTHONPATH"] = str(CHECKOUT)
"""Without the caller's settings for Python: compiled modules are kept, as they are by default."""

OURS, NATIVE, QEMU = "emu386", "native", "qemu-i386"


@dataclass(frozen=True)
class Runner:
    """A way to run a guest: words before the program; `options` only where RAM must be large."""

    name: str
    before: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def command(self, guest: str, *arguments: str, instead: Sequence[str] = ()) -> list[str]:
        """A guest of the bench, with room for 256 MiB twice; `instead` of the command's name."""
        before = (*self.before[:-1], *instead) if instead else self.before
        return [*before, *self.options, str(BENCH_FOLDER / guest), *arguments]

    def hello(self) -> list[str]:
        """The first command a user types, with the options it has by itself."""
        return [*self.before, str(DEMO_FOLDER / "hello")]


RUNNERS = (
    Runner(OURS, (sys.executable, "-m", "emulator", "run"), ("--ram", "1G")),
    Runner(NATIVE),
    Runner(QEMU, (shutil.which(QEMU) or QEMU,)),
)


def reason_it_cannot_run(runner: Runner) -> str:
    """Why this machine has no such runner, tried with hello; or ""."""
    try:
        time_command(runner.hello(), ENVIRONMENT)
    except OSError as error:
        return f"{error.filename or runner.name}: {error.strerror}"
    except Failed as error:
        return str(error)
    return ""


def build_guests() -> None:
    """Builds what is not current. Raises CalledProcessError, the builder having said why."""
    builder = CHECKOUT / "guest_programs" / "build.py"
    subprocess.run([sys.executable, str(builder), "demo", "bench"], check=True)


@cache
def version_of_qemu() -> str:
    """Such as `7.2.22`, or "" where there is none."""
    path = shutil.which(QEMU)
    if path is None:
        return ""
    words = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.split()
    return next((word for word in words if word[:1].isdigit()), "")
