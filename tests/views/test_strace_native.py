"""Traces of real guests, next to those that the real strace makes on this host."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import build
import pytest

from tests.guests.fixtures import Run
from tests.strace_compare import compare
from tests.views.recorded import recording
from tests.views.tracing import ATTEMPTS, Emulate, traced_here, traced_natively

RECORDED_LIBRARY = "glibc 2.36"
SAMPLES = {
    "raw_vfork": ["./raw_vfork"],
    "family": ["./family"],
    "misuse_exit": ["./misuse", "exit"],
    "misuse_return": ["./misuse", "return"],
    "jobs": ["./jobs", "without SIGCHLD"],
    "files": ["./files"],
}
WITHOUT_SIGCHLD = {"family", "misuse_exit", "misuse_return", "demo/vfork_memory"}
"""A parent goes on, after vfork, while its child is not quite gone."""
NOT_EQUAL = {
    "demo/wait_statuses": "continued and at once killed: natively the child still runs in between",
    "libc/threads": "who takes a lock first is chance",
    "glibc/threads": "who takes a lock first is chance",
    "libc/restart_rules": "when a child ends, and where its parent then is, is chance",
    "glibc/restart_rules": "when a child ends, and where its parent then is, is chance",
    "libc/stop_continue": "how far a child has come when it is stopped is chance",
    "glibc/stop_continue": "how far a child has come when it is stopped is chance",
    "libc/thread_signals": "where each thread is when another acts is chance",
    "glibc/thread_signals": "where each thread is when another acts is chance",
    "libc/timers": "how often it asks for the time is chance",
    "glibc/timers": "how often it asks for the time is chance",
    "libc/priority_inheritance": "who takes a lock first is chance",
    "glibc/priority_inheritance": "who takes a lock first is chance",
    "libc/ptrace_attach": "nobody traces what strace traces already",
    "glibc/ptrace_attach": "nobody traces what strace traces already",
    "libc/ptrace_calls": "nobody traces what strace traces already",
    "glibc/ptrace_calls": "nobody traces what strace traces already",
    "libc/ptrace_memory": "nobody traces what strace traces already",
    "glibc/ptrace_memory": "nobody traces what strace traces already",
    "libc/posix_spawn": "allocates by the addresses that chance gave it",
    "libc/popen": "runs the host's shell",
    "libc/system": "runs the host's shell",
    "glibc/popen": "runs the host's shell",
    "glibc/system": "runs the host's shell",
}
GUESTS = [
    f"{kind}/{guest.name}"
    for kind in ("demo", "libc", "glibc")
    for guest in build.guests_of(kind)
    if f"{kind}/{guest.name}" not in NOT_EQUAL
]

pytestmark = pytest.mark.emulated


def assert_equal_to_native(
    name: str, argv: list[str], folder: Path, traces: Path, emu: Emulate
) -> None:
    """Compare with a few native runs; they differ among themselves."""
    ours = traced_here(argv, folder, traces / "ours", emu)
    differences: list[str] = []
    for _ in range(ATTEMPTS):
        native = traced_natively(argv, folder, traces / "native")
        differences = compare(ours, native, name in WITHOUT_SIGCHLD)
        if not differences:
            return
    pytest.fail("\n".join(differences))


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_traced_as_natively(
    name: str, samples: Path, native: Callable[..., Run], emu: Emulate, tmp_path: Path
) -> None:
    assert_equal_to_native(name, SAMPLES[name], samples, tmp_path, emu)


@pytest.mark.parametrize("name", GUESTS)
def test_guest_is_traced_as_natively(
    name: str,
    guest: Callable[[str], Path],
    native: Callable[..., Run],
    emu: Emulate,
    tmp_path: Path,
) -> None:
    path = guest(name)
    assert_equal_to_native(name, [f"./{path.name}"], path.parent, tmp_path, emu)


@pytest.mark.parametrize("name", ["raw_vfork", "family", "misuse_exit", "files"])
def test_trace_equals_the_recording(name: str, samples: Path, emu: Emulate, tmp_path: Path) -> None:
    if os.confstr("CS_GNU_LIBC_VERSION") != RECORDED_LIBRARY:
        pytest.skip(f"the recorded programs had {RECORDED_LIBRARY}, which makes other calls")
    ours = traced_here(SAMPLES[name], samples, tmp_path / "ours", emu)
    assert compare(ours, recording(name), name in WITHOUT_SIGCHLD) == []


@pytest.mark.parametrize("options", [("-s", "4"), ("-x",), ("-xx",), ("-q",), ("-s", "0")])
def test_options_mean_what_they_mean_natively(
    options: tuple[str, ...],
    guest: Callable[[str], Path],
    native: Callable[..., Run],
    emu: Emulate,
    tmp_path: Path,
) -> None:
    argv, folder = ["./vfork_exec"], guest("vfork_exec").parent
    ours = traced_here(argv, folder, tmp_path / "ours", emu, options)
    assert compare(ours, traced_natively(argv, folder, tmp_path / "native", options)) == []
