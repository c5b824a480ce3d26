"""Programs that print what the process calls do: here as on a real i386 Linux, line by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import manual
from tests.elf.files import File
from tests.guests.fixtures import Run

PROGRAMS = Path(__file__).parents[1] / "programs"
NAMES = sorted(path.stem for path in PROGRAMS.glob("*.txt"))
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/", "TERM": "dumb"}
EXECUTED = [
    "./good", "./plain", "./text", "./empty", "./cut", "./wide", "./script", "./nointerp",
    "./gone", "./loop", "./s1", "./s2", "./s3", "./s4", "./s5", ".", "./missing", "./good/x",
    "./looplink", "/dev/null",
]  # fmt: skip
ARGUMENTS = {"stack": ["a", "b c", ""], "execs": EXECUTED}
NEED_ROOT = (
    "areas",
    "attributes",
    "bits",
    "edges",
    "errors_at",
    "errors_events",
    "errors_file_calls",
    "errors_flags",
    "errors_ids",
    "errors_ipc",
    "errors_locks",
    "errors_memory",
    "errors_mounts",
    "errors_open",
    "errors_path_kinds",
    "errors_path_users",
    "errors_processes",
    "errors_shared",
    "errors_signals",
    "errors_sockets",
    "errors_threads",
    "errors_time",
    "errors_two_paths",
    "file_capabilities",
    "ids",
    "inotify",
    "kinds",
    "leases",
    "made_files",
    "mounts",
    "names",
    "netlink",
    "odd_calls",
    "old_ipc",
    "opath",
    "out_of_memory",
    "pidfds",
    "policies",
    "privileges",
    "real_time_limit",
    "scheduling",
    "seccomp",
    "signals",
    "supervisors",
    "terminal_jobs",
    "timers",
    "urgent",
    "xattr",
)
NEED_MOUNTS = ("mounts",)
"""Programs that change the tree of mounts: natively, one of their own."""

every_program = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that can and cannot be executed."""
    files = {
        "good": File().pack(),
        "text": b"hello\n",
        "empty": b"",
        "cut": File().pack()[:80],
        "wide": File(machine=62).pack(),
        "script": b"#!./good\n",
        "nointerp": b"#!\n",
        "gone": b"#!/nonexistent\n",
        "loop": b"#!./loop\n",
    }
    files |= {f"s{i}": b"#!./" + (f"s{i - 1}" if i > 1 else "script").encode() for i in range(1, 6)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "plain").write_bytes(File().pack())
    (tmp_path / "plain").chmod(0o644)
    (tmp_path / "looplink").symlink_to("looplink")
    tmp_path.chmod(0o755)  # programs become other users
    return tmp_path


def expected(name: str) -> Run:
    """What the program printed on a real Linux (6.18, x86-64 with 32-bit calls)."""
    return Run(0, (PROGRAMS / f"{name}.txt").read_text(), "")


def words(name: str, path: Path) -> list[str | Path]:
    return [path, *ARGUMENTS.get(name, [])]


@every_program
def test_program_prints_natively_what_was_recorded(
    name: str, guest: Callable[[str], Path], native: Callable[..., Run], folder: Path
) -> None:
    from os import geteuid

    if name in NEED_ROOT and geteuid():
        pytest.skip("root only: it changes its user")
    prefix = ["unshare", "-m"] if name in NEED_MOUNTS else []
    if prefix and native([*prefix, "true"]).status:
        pytest.skip("this host allows no mount namespace")
    done = native([*prefix, *words(name, guest(f"tests/{name}"))], cwd=folder, env=ENVIRONMENT)
    assert done.stdout.replace(str(guest(f"tests/{name}")), "PROGRAM") == expected(name).stdout


@pytest.mark.emulated
@every_program
def test_program_prints_emulated_what_was_recorded(
    name: str,
    guest: Callable[[str], Path],
    emu: Callable[..., Run],
    folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    record = tmp_path_factory.mktemp("record") / "record"
    argv = words(name, guest(f"tests/{name}"))
    done = emu(argv, options=["--record", record], cwd=folder)
    stdout = done.stdout.replace(str(guest(f"tests/{name}")), "PROGRAM")
    assert Run(done.status, stdout, done.stderr) == expected(name)
    assert manual.promised(name) - manual.shown(record) == set()
