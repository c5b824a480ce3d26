"""The options of strace's command line: how words become what the views understand."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field

from emulator.options import user
from emulator.views import call_counts, selection
from emulator.views.decoding import PLAIN, Decoding
from emulator.views.inject_option import injection
from emulator.views.leader import PRECISIONS, Clockface, Times
from emulator.views.line_options import RESULT_COLUMN, Options
from emulator.views.quoting import Hexadecimal
from emulator.views.selection import EVERYTHING, NOTHING, Selection
from emulator.views.values import Constants, Style
from kernel.errors import BadGuest

QUALIFIERS = (
    "trace",
    "signal",
    "status",
    "quiet",
    "raw",
    "abbrev",
    "verbose",
    "read",
    "write",
    "inject",
    "fault",
)
"""What may stand before the = of -e, and has a long option of the same name."""
_QUIET = ("none", "attach,personality", "attach,personality,exit", "all")
"""The messages that each number of q's leaves out."""


_HEXADECIMAL = {"non-ascii": Hexadecimal.NON_ASCII, "all": Hexadecimal.ALWAYS}


class _Qualifier(argparse.Action):
    """`-e trace=SET` and `--trace SET`: kept as pairs, but for what the kernel is to inject."""

    def __call__(self, parser: object, parsed: object, value: object, option: object = "") -> None:
        assert isinstance(parsed, argparse.Namespace)
        name, text = str(option).removeprefix("--"), str(value)
        if name == "-e":
            name, equals, text = text.partition("=")
            if not equals:
                name, text = "trace", name
        if name in ("inject", "fault"):
            parsed.injections = [*parsed.injections, injection(text, name == "fault")]
        else:
            parsed.expressions = [*parsed.expressions, (name, text)]


def whole(text: str) -> int:
    """A number from 0."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"not a number: {text!r}")
    return int(text)


def precision(text: str) -> int:
    """Digits after the point, for s, ms, us or ns."""
    if text not in PRECISIONS:
        raise argparse.ArgumentTypeError(f"not s, ms, us or ns: {text!r}")
    return PRECISIONS[text]


def add(parser: argparse.ArgumentParser) -> None:
    """Declare strace's options."""
    _add_filters(parser)
    _add_form(parser)
    _add_times(parser)
    call_counts.add(parser)
    add_option = parser.add_argument
    add_option("-u", type=user, dest="user", default=argparse.SUPPRESS, metavar="UID[:GID]",
               help="run as, like --user")  # fmt: skip
    add_option("-o", "--output", metavar="FILE", help="write the trace to FILE")
    add_option("-A", "--output-append-mode", action="store_true", dest="append",
               help="add to FILE, do not replace it")  # fmt: skip
    add_option("--output-separately", action="store_true", dest="separately",
               help="each process into a file of its own, FILE.PID (also -ff)")  # fmt: skip


def _add_filters(parser: argparse.ArgumentParser) -> None:
    add_option = parser.add_argument
    add_option("-f", "--follow-forks", action="count", default=0, dest="follow",
               help="follow children (the default); -ff: like --output-separately")  # fmt: skip
    add_option("--no-follow", action="store_true", help="show the first process only")
    add_option("-b", "--detach-on", choices=("execve",), metavar="execve",
               help="stop showing a process once it executes a program")  # fmt: skip
    parser.set_defaults(injections=[])
    add_option("-e", action=_Qualifier, default=[], dest="expressions", metavar="EXPRESSION",
               help="a qualified set: trace=, signal=, status= …; see strace(1)")  # fmt: skip
    for name in QUALIFIERS:
        add_option(f"--{name}", action=_Qualifier, metavar="SET", default=argparse.SUPPRESS,
                   nargs="?" if name == "quiet" else None, const=_QUIET[1],
                   dest="expressions", help=f"-e {name}=SET")  # fmt: skip
    add_option("-P", "--trace-path", action="append", default=[], dest="paths", metavar="PATH",
               help="only calls on PATH")  # fmt: skip
    add_option("-z", "--successful-only", action="store_true", dest="successful",
               help="only calls that succeed")  # fmt: skip
    add_option("-Z", "--failed-only", action="store_true", dest="failed",
               help="only calls that fail")  # fmt: skip
    add_option("-q", action="count", default=0, dest="quiet", help="less about attaching and exits")


def _add_form(parser: argparse.ArgumentParser) -> None:
    add_option = parser.add_argument
    add_option("-a", "--columns", type=whole, default=RESULT_COLUMN, metavar="COLUMN",
               help="where results stand (40)")  # fmt: skip
    add_option("-i", "--instruction-pointer", action="store_true", dest="locate",
               help="the address of the next instruction before each line")  # fmt: skip
    add_option("-k", "--stack-traces", action="store_true", dest="stack_traces",
               help="who called whom, after each line")  # fmt: skip
    add_option("-n", "--syscall-number", action="store_true", dest="numbers",
               help="the number of the call before each line")  # fmt: skip
    add_option("-s", "--string-limit", type=whole, default=32, metavar="N",
               help="octets of a string that are shown (32)")  # fmt: skip
    add_option("-v", "--no-abbrev", action="store_true", help="structures and arrays in full")
    add_option("-x", action="count", default=0, dest="hex", help="non-ASCII strings in hexadecimal")
    add_option("--strings-in-hex", nargs="?", const="all", choices=list(_HEXADECIMAL),
               help="the same: non-ascii, or all (-xx)")  # fmt: skip
    add_option("-X", "--const-print-style", dest="constants", default="abbrev",
               choices=[style.value for style in Constants], metavar="STYLE",
               help="numbers with names: raw, abbrev or verbose")  # fmt: skip
    add_option("-y", action="count", default=0, dest="decode_fds",
               help="show the path of a descriptor")  # fmt: skip
    add_option("--decode-fds", nargs="?", const="path", action=_Qualifier, metavar="SET",
               default=argparse.SUPPRESS, help="-e decode-fds=SET")  # fmt: skip
    add_option("-Y", action="store_const", const="comm", dest="pid_names",
               help="show the name of a process behind its pid")  # fmt: skip
    add_option("--decode-pids", choices=("comm",), dest="pid_names", metavar="comm",
               help="the same")  # fmt: skip


def _add_times(parser: argparse.ArgumentParser) -> None:
    add_option = parser.add_argument
    add_option("-t", action="count", default=0, dest="absolute",
               help="the time of day; -tt with microseconds, -ttt since 1970")  # fmt: skip
    add_option("--absolute-timestamps", nargs="?", const="time", metavar="FORMAT",
               help="time or unix, and s, ms, us or ns after a comma")  # fmt: skip
    add_option(
        "-r", action="store_const", const=6, dest="relative", help="time since the last line"
    )
    add_option("--relative-timestamps", nargs="?", const=6, type=precision, dest="relative",
               metavar="PRECISION", help="the same in s, ms, us or ns")  # fmt: skip
    add_option("-T", action="store_const", const=6, dest="call_times", help="time in each call")
    add_option("--syscall-times", nargs="?", const=6, type=precision, dest="call_times",
               metavar="PRECISION", help="the same in s, ms, us or ns")  # fmt: skip


@dataclass
class _Expressions:
    """What the -e's say, read one after the other; of two with one qualifier the last counts."""

    calls: frozenset[str] | None = None
    signals: frozenset[int] | None = None
    outcomes: frozenset[str] | None = None
    quiet: frozenset[str] | None = None
    raw: frozenset[str] = frozenset()
    verbose: frozenset[str] | None = None
    abbreviated: frozenset[str] | None = None
    read_from: frozenset[int] = frozenset()
    written_to: frozenset[int] = frozenset()
    details: frozenset[str] = frozenset()
    readers: dict[str, Callable[[str], None]] = field(init=False)

    def __post_init__(self) -> None:
        self.readers = {
            "trace": self._trace, "t": self._trace,
            "signal": self._signal, "signals": self._signal, "s": self._signal,
            "status": self._status,
            "raw": self._raw, "x": self._raw, "verbose": self._verbose, "v": self._verbose,
            "abbrev": self._abbrev, "a": self._abbrev,
            "read": self._read, "reads": self._read, "r": self._read,
            "write": self._write, "writes": self._write, "w": self._write,
            "decode-fds": self._details, "fd": self._details, "fds": self._details,
            "quiet": self._quiet, "silent": self._quiet, "silence": self._quiet, "q": self._quiet,
        }  # fmt: skip

    def read(self, qualifier: str, text: str) -> None:
        """What stands before the = of an expression, and the set behind it."""
        if qualifier not in self.readers:
            raise BadGuest(f"invalid -e qualifier '{qualifier}'")
        self.readers[qualifier](text)

    def _trace(self, text: str) -> None:
        self.calls = None if text == "all" else selection.calls(text)

    def _signal(self, text: str) -> None:
        self.signals = None if text == "all" else selection.signals(text)

    def _status(self, text: str) -> None:
        outcomes = selection.outcomes(text)
        self.outcomes = None if outcomes == selection.OUTCOMES else outcomes

    def _raw(self, text: str) -> None:
        self.raw = selection.calls(text)

    def _verbose(self, text: str) -> None:
        self.verbose = None if text == "all" else selection.calls(text)

    def _abbrev(self, text: str) -> None:
        self.abbreviated = None if text == "all" else selection.calls(text)

    def _read(self, text: str) -> None:
        self.read_from = selection.descriptors(text)

    def _write(self, text: str) -> None:
        self.written_to = selection.descriptors(text)

    def _details(self, text: str) -> None:
        self.details = selection.details(text)

    def _quiet(self, text: str) -> None:
        self.quiet = selection.messages(text)


def options(parsed: argparse.Namespace, paths: frozenset[str]) -> Options:
    """The parsed command line as the view takes it; `paths` are those of -P, resolved too."""
    said = _Expressions()
    for qualifier, text in parsed.expressions:
        said.read(qualifier, text)
    if parsed.successful or parsed.failed:
        said.outcomes = frozenset({"successful" if parsed.successful else "failed"})
    quiet = said.quiet
    if quiet is None or parsed.quiet:
        quiet = selection.messages(_QUIET[min(parsed.quiet, 3)])
    decoding = Decoding(said.raw, said.verbose, said.abbreviated, said.read_from, said.written_to)
    chosen = Selection(said.calls, said.signals, said.outcomes, paths or None)
    return Options(
        style=_style(parsed, said),
        follow=not parsed.no_follow,
        to_file=parsed.output is not None,
        quiet=quiet,
        selection=EVERYTHING if chosen == EVERYTHING else chosen,
        times=_times(parsed),
        column=parsed.columns,
        numbers=parsed.numbers,
        places=parsed.locate,
        stacks=parsed.stack_traces,
        decoding=PLAIN if decoding == PLAIN else decoding,
        names=parsed.pid_names is not None,
        detach_on_exec=parsed.detach_on is not None,
    )  # fmt: skip


def _style(parsed: argparse.Namespace, said: _Expressions) -> Style:
    return Style(
        parsed.string_limit,
        _HEXADECIMAL.get(parsed.strings_in_hex, list(Hexadecimal)[min(parsed.hex, 2)]),
        not parsed.no_abbrev,
        bool(parsed.decode_fds or said.details),
        Constants(parsed.constants),
    )


def silent(shown: Options) -> Options:
    """The same for a run of which only a table is shown: attaching is still told."""
    return Options(
        follow=shown.follow, to_file=shown.to_file, quiet=shown.quiet | {"exit"}, selection=NOTHING
    )


def _times(parsed: argparse.Namespace) -> Times:
    face, digits = _absolute(parsed)
    return Times(face, digits, parsed.relative, parsed.call_times)


def _absolute(parsed: argparse.Namespace) -> tuple[Clockface | None, int]:
    if parsed.absolute_timestamps is None:
        face = {0: None, 1: Clockface.TIME, 2: Clockface.TIME}.get(parsed.absolute, Clockface.UNIX)
        return face, 6 if parsed.absolute > 1 else 0
    face, digits = Clockface.TIME, 0
    for word in parsed.absolute_timestamps.split(","):
        word = word.removeprefix("format:").removeprefix("precision:")
        if word in PRECISIONS:
            digits = PRECISIONS[word]
        elif word in ("time", "unix"):
            face = Clockface(word)
        elif word == "none":
            face = None
        else:
            raise BadGuest(f"invalid --absolute-timestamps argument: '{word}'")
    return face, digits
