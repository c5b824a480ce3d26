"""The pytest plugin, in a project of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from xml.etree import ElementTree

import build
import pytest

pytestmark = pytest.mark.emulated
ROOT = Path(build.__file__).parents[1]
TESTS = """
import pytest

def test_greets(guest):
    assert guest("programs/hello").stdout == b"hello from i386\\n"

@pytest.mark.guest(points=5, max_blocks=1)
def test_limited(guest):
    session = guest("programs/hello")
    print("\\x1b[2J")
    assert session.status == 0
"""


@pytest.fixture
def project(guest: Callable[[str], Path], tmp_path: Path) -> Path:
    (tmp_path / "programs").mkdir()
    copy(guest("hello"), tmp_path / "programs" / "hello")
    copy(guest("child"), tmp_path / "programs" / "child")
    (tmp_path / "programs" / "text").write_text("no program")
    (tmp_path / "pytest.ini").write_text("[pytest]\nguest_programs = programs/*\n")
    (tmp_path / "test_guests.py").write_text(TESTS)
    return tmp_path


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    variables = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "emulator.pytest_plugin", "--strict-markers",
         "-p", "no:cacheprovider", *words],
        cwd=project, env=os.environ | variables, capture_output=True, text=True,
    )  # fmt: skip


def test_guests_are_tests_and_failures_are_said_in_one_line(project: Path) -> None:
    done = run(project)
    assert "2 failed, 2 passed" in done.stdout
    assert "child: exit status 7" in done.stdout
    assert "child image" in done.stdout


def test_the_mark_selects_guests(project: Path) -> None:
    done = run(project, "-m", "guest", "-v")
    assert "1 deselected" in done.stdout
    assert "programs/hello::run PASSED" in done.stdout


def test_junit_comes_from_pytest(project: Path) -> None:
    run(project, "--junitxml=junit.xml")
    suite = ElementTree.parse(project / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("4", "2")


def test_gradescope_gets_points_and_inert_output(project: Path) -> None:
    run(project, "--gradescope=results.json")
    found = json.loads((project / "results.json").read_text())
    scores = {test["name"]: (test["score"], test["max_score"]) for test in found["tests"]}
    assert scores == {
        "programs/child::run": (0, 1),
        "programs/hello::run": (1, 1),
        "test_guests.py::test_greets": (1, 1),
        "test_guests.py::test_limited": (0, 5),
    }
    assert found["execution_time"] > 0
    assert not any("\x1b" in test["output"] for test in found["tests"])
