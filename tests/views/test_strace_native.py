"""Traces of real guests, next to those that the real strace makes on this host."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import build
import pytest

from emulator.startup import DEFAULT_ENVIRONMENT
from tests.guests.fixtures import Run
from tests.strace_compare import compare
from tests.views.recorded import RECORDINGS, recording

RECORDED_LIBRARY = "glibc 2.36"
ATTEMPTS = 8  # natively, chance decides whether a signal arrives before or after a line
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
    "libc/priority_inheritance": "who takes a lock first is chance",
    "glibc/priority_inheritance": "who takes a lock first is chance",
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
Emulate = Callable[..., Run]


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs of the recordings; skips without a C library to link them to."""
    folder = tmp_path_factory.mktemp("samples")
    for source in sorted(RECORDINGS.glob("*.[cS]")):
        kind = "demo" if source.suffix == ".S" else "glibc"
        try:
            compiler = build.compiler_for(kind)
        except build.NoCompiler as reason:
            pytest.skip(str(reason))
        build.compile_guest(build.Guest(kind, source, folder / source.stem), compiler)
    return folder


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
    trace = file.read_text() if file.exists() else ""
    if "+++" not in trace:
        pytest.skip(f"strace does not work here: {done.stderr}")
    return trace


def traced_here(
    argv: list[str], folder: Path, file: Path, emu: Emulate, more: tuple[str, ...] = ()
) -> str:
    """The trace by this project."""
    no_environment = [word for name in DEFAULT_ENVIRONMENT for word in ("-E", name)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    options = [*no_environment, "--rlimit", f"nofile={soft}:{hard}", *more, "-o", file]
    done = emu(argv, command="trace", options=options, cwd=folder)
    assert file.exists(), done.stderr
    return file.read_text()


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
