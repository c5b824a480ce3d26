"""Commands given to the real strace once, and what it wrote: to be compared with ours.

`PYTHONPATH=guest_programs python -m tests.views.commands [NAME…]` records them anew, on a host that
runs i386 programs.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import build

from tests.strace_compare import compare
from tests.strace_text import ATTACHED, BANNER, first_pid

FOLDER = Path(__file__).parents[1] / "data" / "strace"
RECORDINGS = FOLDER / "commands"
FILE = "FILE"
"""Stands in a command for the file that -o names."""
KINDS = ("demo", "tests")
"""Whose programs need no C library: what they do is the same on every machine."""
WITHOUT_SIGCHLD = frozenset({"family", "misuse", "vfork_memory"})
"""A parent goes on, after vfork, while its child is not quite gone."""
_NEXT_FILE = "==> next file\n"

_HIDING = ("-e", "--trace", "-z", "-Z", "-P", "-b", "-qq", "-ff")

_PREFIX = r"(?P<prefix>\[pid +\d+(?:<\w+>)?\] |\d+(?:<\w+>)? +(?=[^\s]))?"
_LEADER = re.compile(
    rf"^{_PREFIX}(?P<leader>(?:(?:\d\d:\d\d:\d\d|\d{{10}}| *\d+\.\d+|\d{{10}}\.\d+)\S* )?"
    r"(?:\(\+ *\d+\.\d+\) )?(?:\[ *\d+\] )?(?:\[[0-9a-f?]{8,16}\] )?)"
)
_SPENT = re.compile(r" <\d+\.\d+>$")
_NAME = re.compile(r"(?<=\d)<([A-Za-z]\w*)>")
_DUMP = re.compile(r"\n( \| .*)")
_RESOLVED = re.compile(r"(?<= resolved into \").*/")
_PIPE = re.compile(r"pipe:\[\d+\]")
_DETACHED = re.compile(r"strace: Process \d+ detached\n")
_TABLE = re.compile(
    r"(?:^System call usage.*\n)?^(?:% time|  *calls).*\n(?:.*\n)*?.* total\n", re.M
)


@dataclass(frozen=True)
class Command:
    """One command: its words but for `strace`, the program's name and the recorded text."""

    name: str
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        return self.split()[1][0][2:]

    @property
    def file(self) -> Path:
        return RECORDINGS / f"{self.name}.txt"

    @property
    def native(self) -> str:
        return self.file.read_text().partition("\n")[2]

    def split(self) -> tuple[list[str], list[str]]:
        """Options, and the program with its arguments."""
        at = max(i for i, word in enumerate(self.words) if word.startswith("./"))
        return list(self.words[:at]), list(self.words[at:])


def commands() -> list[Command]:
    """All that there are, in the list's order."""
    lines = (RECORDINGS / "LIST").read_text().splitlines()
    pairs = [line.split(": strace ", 1) for line in lines if line and not line.startswith("#")]
    return [Command(name, tuple(shlex.split(words))) for name, words in pairs]


def trace_of(run: Callable[[list[str]], str], options: Sequence[str], folder: Path) -> str:
    """What a run of `run(options)` writes, to standard error or to the files of -o."""
    target = folder / "trace"
    text = run([word.replace(FILE, str(target)) for word in options])
    separate = sorted(folder.glob("trace.*"), key=lambda path: int(path.suffix[1:]))
    if separate:
        return _NEXT_FILE.join(path.read_text() for path in separate)
    return target.read_text() if target.exists() else text


def differences(command: Command, ours: str) -> list[str]:
    """What of our text is not in the recorded one, by the comparison of traces."""
    found = []
    theirs = command.native.split(_NEXT_FILE)
    mine = ours.split(_NEXT_FILE)
    if len(mine) != len(theirs):
        return [f"{len(mine)} files, natively {len(theirs)}"]
    for our_text, native_text in zip(mine, theirs, strict=True):
        without_sigchld = command.program in WITHOUT_SIGCHLD
        ours_first = str(first_pid(our_text) or 100)
        first = str(first_pid(native_text) or "none")
        found += compare(_plain(our_text, ours_first), _plain(native_text, first), without_sigchld)
        here, there = counts(our_text), counts(native_text)
        for name in sorted({*here, *there}):
            if here.get(name) != there.get(name):
                found.append(f"{name}: {here.get(name)}, natively {there.get(name)}")
    if any(word.startswith(_HIDING) for word in command.words):
        # where lines are hidden the order between processes cannot be judged
        found = [line for line in found if not line.startswith("ours: ")]
    return found


def counts(text: str) -> dict[str, tuple[int, ...]]:
    """Calls and errors by name, of all tables of -c together."""
    found: dict[str, tuple[int, ...]] = {}
    for table in _TABLE.findall(text):
        head, _, *rows = table.removeprefix("\n").splitlines()[-_rows_of(table) :]
        for row in rows:
            cells = row.split()
            if cells and not row.startswith("-") and "---" not in row and cells[-1] != "total":
                numbers = cells[3 if "seconds" in head else 0 : -1]
                both = zip_longest(map(int, numbers), found.get(cells[-1], ()), fillvalue=0)
                found[cells[-1]] = tuple(a + b for a, b in both)
    return found


def _rows_of(table: str) -> int:
    return len(table.splitlines()) - table.startswith("System call usage")


def _plain(text: str, first: str) -> str:
    """Lines as the comparison knows them; what else is in them stands at their end, as a shape.

    `first` is the pid of the first process.
    """
    text = _RESOLVED.sub("", text)
    text = _PIPE.sub("pipe:[N]", _DETACHED.sub("", _TABLE.sub("", text)))
    text = "".join(f"{_moved(line)}\n" for line in _DUMP.sub(r"\1", text).splitlines())
    return "[ Process PID=100 runs in 32 bit mode. ]\n" + _renumbered(BANNER.sub("", text), first)


def _renumbered(text: str, first: str) -> str:
    """Pids in the order in which their processes were made, from 100 as ours are."""
    found = [first, *ATTACHED.findall(text)]
    found += re.findall(r"^(?:\[pid +)?(\d+)\]? ", text, re.MULTILINE)
    numbers = {pid: str(100 + i) for i, pid in enumerate(dict.fromkeys(found))}
    return re.sub(r"\d+", lambda match: numbers.get(match[0], match[0]), text)


def _moved(line: str) -> str:
    match = _LEADER.match(line)
    assert match is not None
    prefix, leader = match["prefix"] or "", match["leader"]
    rest = line[match.end() :]
    if "[ Process PID=" in rest or rest.endswith(" attached"):
        return prefix * (not line.startswith("strace: ")) + rest
    marks = _NAME.findall(prefix) + _NAME.findall(rest)
    prefix, rest = _NAME.sub("", prefix), _NAME.sub("", rest)
    if match := _SPENT.search(rest):
        marks.append(_shape(match[0].strip()))
        rest = rest[: match.start()]
    if leader:
        marks.append(_shape(leader) if not rest.startswith("execve(") else "at execve")
    if not marks or rest.endswith("<unfinished ...>") or rest.startswith("<... "):
        return prefix + rest
    return f"{prefix}{rest} {{{' '.join(marks)}}}"


def _shape(times: str) -> str:
    return re.sub(r"\d+(?=[.:])|(?<=[.:])\d+|\b\d{10}\b", lambda m: "#" * len(m[0]), times)


def folder_of(command: Command, samples: Path) -> Path:
    """Where its program is: in `samples` where it was compiled with a C library."""
    for kind in KINDS:
        if (build.FOLDERS[kind][1] / command.program).exists():
            return build.FOLDERS[kind][1]
    return samples


def needs_library(command: Command) -> bool:
    """Whether what its processes do depends on the C library."""
    return (FOLDER / f"{command.program}.c").exists() or command.program == "raw_vfork"


def compiled(folder: Path) -> Path:
    """The programs that have their source beside the recordings. Raises NoCompiler."""
    for source in sorted(FOLDER.glob("*.[cS]")):
        kind = "demo" if source.suffix == ".S" else "glibc"
        compiler = build.compiler_for(kind)
        build.compile_guest(build.Guest(kind, source, folder / source.stem), compiler)
    return folder


def record(command: Command, samples: Path) -> str:
    """Give the command to the host's strace."""
    options, argv = command.split()

    def run(options: list[str]) -> str:
        words = ["strace", *options, *argv]
        how = {"cwd": folder_of(command, samples), "env": {}, "stdin": subprocess.DEVNULL}
        return subprocess.run(words, capture_output=True, text=True, **how).stderr

    with tempfile.TemporaryDirectory() as folder:
        return trace_of(run, options, Path(folder))


def main(names: list[str]) -> None:
    """Write the files of the commands with these names, or of all."""
    with tempfile.TemporaryDirectory() as folder:
        samples = compiled(Path(folder))
        for command in commands():
            if not names or command.name in names:
                text = record(command, samples).replace(f"{samples}{os.sep}", "/opt/guests/")
                command.file.write_text(f"$ strace {shlex.join(command.words)}\n{text}")


if __name__ == "__main__":
    main(sys.argv[1:])
