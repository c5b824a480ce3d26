"""The pytest plugin: guest programs as tests, and a fixture that runs them.

    [tool.pytest.ini_options]
    guest_programs = ["build/test_*"]     # each a test that passes with exit status 0

    def test_it_greets(guest):
        assert guest("build/hello").stdout == b"hello\\n"

    @pytest.mark.guest(points=5, timeout=10)   # options of its runs; points for --gradescope
    def test_it_copies(guest):
        assert guest("build/cat", stdin=b"text").stdout == b"text"

A fixture `guest` of one's own, in a test or a conftest.py, goes before this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulator.library import Session

PATTERNS = "guest_programs"
TIMEOUT = 60
"""Seconds of the host for a run, unless `timeout` says otherwise."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and the setting above."""
    group = parser.getgroup("emu386", "guest programs")
    group.addoption("--gradescope", metavar="FILE", help="write Gradescope's results.json")
    parser.addini(PATTERNS, "patterns of guest programs, each a test", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark; with --gradescope, watch results where they come together."""
    config.addinivalue_line("markers", "guest(points=1, **options): runs i386 guest programs")
    path = config.getoption("--gradescope")
    if path and not hasattr(config, "workerinput"):
        from emulator.gradescope import Gradescope

        config.pluginmanager.register(Gradescope(path), "emu386-gradescope")


def _mark(item: pytest.Item) -> dict[str, Any]:
    mark = item.get_closest_marker("guest")
    return dict(mark.kwargs) if mark is not None else {}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Points travel with the report, from pytest-xdist's workers, too."""
    if item.config.getoption("--gradescope"):
        item.user_properties.append(("points", _mark(item).get("points", 1)))


@pytest.fixture
def guest(request: pytest.FixtureRequest) -> Callable[..., Session]:
    """guest(program, *arguments, stdin=b"", **options) runs a program; the session, ended."""
    usual = _mark(request.node)
    usual.pop("points", None)

    def run(program: str | Path, *arguments: str, **options: Any) -> Session:
        return _run(program, arguments, usual | options)

    return run


def _run(program: str | Path, arguments: tuple[str, ...], options: dict[str, Any]) -> Session:
    from emulator.library import Session

    session = Session(str(program), arguments, **{"timeout": TIMEOUT} | options)
    session.run()
    return session


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> GuestFile | None:
    """Files that fit one of the patterns of the setting."""
    patterns = parent.config.getini(PATTERNS)
    root = parent.config.rootpath
    if not any(file_path.is_relative_to(root) and _fits(file_path, root, p) for p in patterns):
        return None
    file: GuestFile = GuestFile.from_parent(parent, path=file_path)
    return file


def _fits(path: Path, root: Path, pattern: str) -> bool:
    if not path.relative_to(root).match(pattern):
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


class GuestFile(pytest.File):
    """A guest program."""

    def collect(self) -> Iterator[GuestItem]:
        """The one test of it."""
        yield GuestItem.from_parent(self, name="run")


class GuestItem(pytest.Item):
    """A run of a guest program, which passes with exit status 0."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.add_marker("guest")

    def runtest(self) -> None:
        """Run it; its output is part of the report."""
        session = _run(self.path, (), {})
        for name, data in (("stdout", session.stdout), ("stderr", session.stderr)):
            if data:
                self.add_report_section("call", name, _shown(data.decode("latin-1")))
        if session.notices:
            self.add_report_section("call", "emulator", "\n".join(session.notices))
        if session.status:
            raise GuestFailed(f"{self.path.name}: exit status {session.status}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """One line; what else there is to know are the sections."""
        from kernel.errors import BadGuest

        if isinstance(excinfo.value, GuestFailed | BadGuest):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where it is and what it is called."""
        return self.path, None, self.path.name


class GuestFailed(Exception):
    """The guest ended with a status other than 0."""


def _shown(text: str) -> str:
    from emulator.views.inert import visible_lines

    return visible_lines(text)
