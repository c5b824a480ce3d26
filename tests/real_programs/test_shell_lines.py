"""Command lines of every kind print and exit, in each shell, as they do natively.

A shell is started once, natively and emulated, and reads each entry of `lines/NAME.txt` in a
subshell and a folder of its own; what all of them printed is compared entry by entry.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.real_programs.shells import SHELLS, shell
from tests.real_programs.tree import Outcome, emulated, make_tree, native, why_not_native

LINES = Path(__file__).parent / "lines"
_MARK = "=== "
_DRIVER = """
for entry in /lines/*; do
    number=${entry#/lines/}
    echo "=== $number"
    (cd /work/$number; . $entry) 2>&1 </dev/null
    echo "status $?"
done
"""
BATCHES = [(name, "posix") for name in SHELLS if name != "sash"]
BATCHES += [("bash", "bash"), ("zsh", "zsh"), ("busybox", "applets")]
BATCHES += [(name, "mksh") for name in SHELLS if "ksh" in name]


def entries(name: str) -> dict[str, str]:
    """The commands of a table by their titles."""
    found = {}
    for block in (LINES / f"{name}.txt").read_text().split("#: ")[1:]:
        title, _, commands = block.partition("\n")
        assert title not in found, f"two entries are called {title!r}"
        found[title] = commands
    return found


def prepare(root: Path, name: str, table: str) -> None:
    """Put the shell, the entries and a folder for each into the tree."""
    shutil.copy(shell(name), root / "bin" / "the-shell")
    for folder in ("lines", "work"):
        (root / folder).mkdir()
    for number, commands in enumerate(entries(table).values()):
        (root / "lines" / f"{number:03}").write_text(commands)
        (root / "work" / f"{number:03}").mkdir()
    (root / "all").write_text(_DRIVER)
    for path in root.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)


def printed(outcome: Outcome, table: str) -> dict[str, str]:
    """What each entry printed, and its status."""
    parts = outcome.stdout.decode(errors="replace").split(_MARK)[1:]
    titles = list(entries(table))
    return {titles[int(part[:3])]: part[4:] for part in parts}


@pytest.mark.parametrize(("name", "table"), BATCHES)
def test_command_lines_print_and_exit_as_natively(name: str, table: str, tmp_path: Path) -> None:
    if reason := why_not_native():
        pytest.skip(f"no native run to compare with: {reason}")
    root = make_tree(tmp_path)
    prepare(root, name, table)
    words = ["/bin/sh" if name == "busybox" else "/bin/the-shell", "/all"]
    expected = printed(native(root, *words), table)
    found = printed(emulated(root, *words), table)
    assert len(expected) == len(entries(table))
    different = {
        title: (expected[title], found.get(title))
        for title in expected
        if expected[title] != found.get(title)
    }
    assert not different, "\n".join(
        f"{title}:\n  natively {natively!r}\n  emulated {here!r}"
        for title, (natively, here) in different.items()
    )


@pytest.mark.parametrize("title", entries("sash"))
def test_sash_does_what_it_does_natively(title: str, tmp_path: Path) -> None:
    """It has no functions and no `.`: each entry is a run of its own."""
    if reason := why_not_native():
        pytest.skip(f"no native run to compare with: {reason}")
    root = make_tree(tmp_path)
    prepare(root, "sash", "sash")
    number = list(entries("sash")).index(title)
    words = ["/bin/sh", "-c", f"cd /work/{number:03}; exec the-shell -f /lines/{number:03}"]
    assert emulated(root, *words) == native(root, *words)
