"""The machine a table was made on, in two lines."""

from __future__ import annotations

import os
import platform
import re
import time
from importlib.metadata import version
from pathlib import Path

from tests.bench.rounds import Manner
from tests.bench.runners import version_of_qemu


def processor() -> str:
    """The model as the host's kernel names it."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    match = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return match[1] if match else platform.machine()


def busyness() -> str:
    """A warning where others keep the machine busy, or ""."""
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    return (
        f"load {load:.1f} on {cores} cores: a busy machine, expect less" if load > cores / 2 else ""
    )


def describe(manner: Manner) -> str:
    """Processor, kernel and versions; the kernel's without what its builder appended."""
    release = re.match(r"[\d.]+\d", platform.release())
    kernel = f"{platform.system()} {release[0] if release else platform.release()}"
    tools = [f"Python {platform.python_version()}", f"unicorn {version('unicorn')}"]
    if qemu := version_of_qemu():
        tools.append(f"qemu-i386 {qemu}")
    day, rounds = time.strftime("%Y-%m-%d"), manner.rounds
    how = f"medians of {rounds} interleaved rounds" if rounds > 1 else "one round only"
    if manner.by_processor:
        how += ", in seconds of processor time"
    return f"{processor()}, {os.cpu_count()} cores, {kernel}; {', '.join(tools)}; {day}; {how}."
