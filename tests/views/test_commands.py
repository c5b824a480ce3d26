"""Traces that the real strace once made of our guests, and ours of the same commands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guests.fixtures import Run, build_kind
from tests.views.commands import (
    KINDS,
    RECORDINGS,
    Command,
    commands,
    differences,
    folder_of,
    needs_library,
    trace_of,
)
from tests.views.tracing import native_settings

RECORDED_LIBRARY = "glibc 2.36"
pytestmark = pytest.mark.emulated


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.name)
def test_a_recorded_command_gives_the_same_here(
    command: Command,
    request: pytest.FixtureRequest,
    emu: Callable[..., Run],
    tmp_path: Path,
) -> None:
    for kind in KINDS:
        if reason := build_kind(kind):
            pytest.skip(reason)
    folder = tmp_path
    if needs_library(command):
        folder = request.getfixturevalue("samples")
        if os.confstr("CS_GNU_LIBC_VERSION") != RECORDED_LIBRARY:
            pytest.skip(f"recorded with {RECORDED_LIBRARY}, which makes other calls")
    options, argv = command.split()
    ours = native_settings()
    if not any(word.startswith(("-f", "--follow")) for word in options):
        ours.append("--no-follow")

    def run(options: list[str]) -> str:
        where = folder_of(command, folder)
        return emu(argv, options=[*ours, *options], command="trace", cwd=where).stderr

    assert differences(command, trace_of(run, options, tmp_path)) == []


def test_every_recording_is_of_a_command_in_the_list() -> None:
    assert {path.stem for path in RECORDINGS.glob("*.txt")} == {c.name for c in commands()}
    for command in commands():
        assert command.file.read_text().startswith("$ strace ")
