"""Programs that break no rule give no finding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.check.checked import check
from tests.real_programs.debian import busybox

Guest = Callable[[str], Path]


@pytest.mark.parametrize("kind", ["libc", "glibc"])
def test_posix_spawn_that_works_and_that_fails(guest: Guest, kind: str) -> None:
    run = check(guest(f"{kind}/posix_spawn"))
    assert "child exited with 9" in run.output
    assert "No such file" in run.output
    assert (run.status, run.rules) == (0, [])


@pytest.mark.parametrize("kind", ["misuse_libc", "misuse_glibc", "misuse_glibc_plain"])
@pytest.mark.parametrize(
    "case", ["clean", "exec", "missing", "search", "spawn", "variable", "call"]
)
def test_vfork_and_exec(guest: Guest, kind: str, case: str) -> None:
    run = check(guest(f"{kind}/functions"), case)
    assert (run.status, run.rules) == (0, [])
    assert run.output.endswith("parent\n")


def test_what_a_c_library_stores_after_a_failed_exec_is_a_note(guest: Guest) -> None:
    """errno after execve, and what posix_spawn's child tells its parent."""
    notes = check(guest("misuse_glibc/functions"), "missing").findings
    assert {note.rule for note in notes} == {"note"}
    assert {note.touched for note in notes} == {"errno", "the parent's stack"}


def test_posix_spawnp_of_a_program_without_symbols(guest: Guest) -> None:
    """Its child stores ENOENT in errno before it looks for the program."""
    run = check(guest("vfork_libc/spawns"))
    assert "posix_spawnp: 0" in run.output
    assert run.rules == []


def test_raw_vfork_and_exec(guest: Guest) -> None:
    run = check(guest("bench/vfork_exec_wait"), "3")
    assert run.rules == []


@pytest.mark.parametrize(
    ("words", "stdin"),
    [
        (["time", "true"], b""),
        (["xargs", "-n", "1", "echo"], b"a\nb\nc\n"),
    ],
)
def test_busybox(words: list[str], stdin: bytes) -> None:
    program = busybox()
    options = [f"--bind={program.parent}:/bin"]
    run = check(program, *words, options=options, stdin=stdin)
    assert (run.status, run.findings) == (0, [])
