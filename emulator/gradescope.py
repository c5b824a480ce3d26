"""Gradescope's results.json, written from pytest's reports.

Format: https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from emulator.views.inert import visible_lines


class Gradescope:
    """A pytest plugin: a test's points count if it passed; a skipped test counts nothing."""

    def __init__(self, path: str) -> None:
        self._path = Path(path).absolute()
        self._started = time.monotonic()
        self._tests: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the outcome of a test's run, or of a failure before or after it."""
        if report.skipped or (report.when != "call" and not report.failed):
            return
        points = dict(report.user_properties).get("points", 1)
        assert isinstance(points, int | float)
        self._tests[report.nodeid] = {
            "name": report.nodeid,
            "score": 0 if report.failed else points,
            "max_score": points,
            "status": "failed" if report.failed else "passed",
            "output": _output(report),
            "output_format": "text",
        }

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        found = {
            "execution_time": round(time.monotonic() - self._started, 3),
            "tests": list(self._tests.values()),
        }
        self._path.write_text(json.dumps(found, indent=1) + "\n")


def _output(report: pytest.TestReport) -> str:
    parts = [report.longreprtext] if report.failed else []
    parts += [f"{title}\n{text}" for title, text in report.sections]
    return visible_lines("\n".join(parts))
