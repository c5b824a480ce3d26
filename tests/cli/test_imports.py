"""Imports: a run loads little, and every module stands on its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = ("capstone", "elftools", "rich", "numpy", "textual", "jsonschema", "zstandard")
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("emulator", "kernel")
    for path in (ROOT / package).rglob("*.py")
)
# One interpreter for all: each module is imported in a forked child that has none of ours. What
# others wrote is loaded already, to save time.
ALONE = """
import os, sys
for name in sys.argv[1:]:
    __import__(name)
for name in list(sys.modules):
    if name.partition(".")[0] in ("emulator", "kernel"):
        del sys.modules[name]
bad = []
for name in sys.argv[1:]:
    pid = os.fork()
    if pid == 0:
        try:
            __import__(name)
        except BaseException as error:
            print(name, repr(error))
            sys.stdout.flush()
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        bad.append(name)
sys.exit(bool(bad))
"""


def python(*words: str, cache: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    if cache is not None:
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(cache)
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, env=environment, cwd=ROOT
    )


def test_running_hello_loads_nothing_heavy(guest: Callable[[str], Path]) -> None:
    code = (
        "import sys; from emulator.cli import main; main(['run', sys.argv[1]]); print(*sys.modules)"
    )
    done = python("-c", code, str(guest("hello")))
    names = done.stdout.splitlines()[-1].split()
    loaded = {name.partition(".")[0] for name in names}
    assert "unicorn" in loaded
    assert not loaded & set(HEAVY)
    assert not [name for name in names if name.startswith(("emulator.debug", "emulator.stepper"))]


def test_every_module_can_be_imported_first(tmp_path: Path) -> None:
    done = python("-c", ALONE, *MODULES, cache=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_package_itself_imports_nothing() -> None:
    done = python("-c", "import sys, emulator; print([m for m in sys.modules if 'kernel' in m])")
    assert done.stdout == "[]\n"


def test_the_package_gives_a_session_when_asked() -> None:
    done = python("-c", "import emulator; print(emulator.Session.__name__)")
    assert done.stdout == "Session\n"
