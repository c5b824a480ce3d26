"""The record of a run with 1,000 processes, shown in every format."""

from __future__ import annotations

import sys
from tempfile import TemporaryDirectory

from emulator.views.replay import FORMATS
from tests.bench.process import time_command
from tests.bench.runners import BENCH_FOLDER, ENVIRONMENT

PROCESSES = 1000


def slowest_format() -> float:
    """Seconds that `emu386 replay` takes with the format that takes it longest."""
    command = [sys.executable, "-m", "emulator"]
    guest = [str(BENCH_FOLDER / "fork_exit_wait"), str(PROCESSES)]
    with TemporaryDirectory() as folder:
        record = f"{folder}/record"
        time_command([*command, "run", "--record", record, *guest], ENVIRONMENT)
        words = [*command, "replay", record, "--format"]
        return max(time_command([*words, name], ENVIRONMENT).wall for name in FORMATS)
