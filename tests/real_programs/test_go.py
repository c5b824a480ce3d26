"""A static Go program with goroutines, timers and children runs as it does natively."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guests.fixtures import Run, host_runs_i386

SOURCE = Path(__file__).parent / "programs" / "goroutines.go"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program; the test skips, visibly, where there is no Go compiler."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no Go compiler (go) in PATH")
    folder = tmp_path_factory.mktemp("go")
    target = folder / "goroutines"
    settings = {
        "GOARCH": "386", "GOOS": "linux", "CGO_ENABLED": "0", "GO111MODULE": "off",
        "GOFLAGS": "", "GOPATH": str(folder / "path"), "GOCACHE": str(folder / "cache"),
    }  # fmt: skip
    done = subprocess.run(
        [go, "build", "-o", target, SOURCE], capture_output=True, text=True, timeout=600,
        env={**os.environ, **settings},
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"go cannot build for i386: {done.stderr.strip().splitlines()[-1:]}")
    return target


@pytest.mark.emulated
def test_goroutines_run_as_natively(
    program: Path, emu: Callable[..., Run], native: Callable[..., Run]
) -> None:
    done = emu([program])
    assert done.status == 0
    assert "through a pipe 200000" in done.stdout
    if not host_runs_i386():
        pytest.skip("no native run to compare with: this host does not run i386 programs")
    assert done == native([program])
