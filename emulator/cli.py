"""The command line: one function for each command; it reads options, others do the work."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, NoReturn

from emulator import command_line
from kernel.errors import BadGuest

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.progress import WatchedStreams
    from emulator.views.record_file import Recorder
    from kernel.events import Event

    Watcher = Callable[[list[Event]], None]

OUR_ERROR = 125
NO_PROGRAM = "a program to run is missing"


_NOT_WITH_GDB = ("record", "check", "check_exit", "timeout", "max_insns", "max_output")
"""What belongs to a run that nobody stops."""


def _port(text: str) -> int:
    """A TCP port; 0 takes any that is free."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"not a port: {text!r} (0 to 65535)")
    return int(text)


class _Parser(argparse.ArgumentParser):
    """Errors are one line and status 125, so that they are not taken for the guest's."""

    def error(self, message: str) -> NoReturn:
        raise BadGuest(f"{message} (see {self.prog} --help)")


def main(words: list[str] | None = None) -> int:
    """Run the command; its exit status. Our own errors: 125 to 127 and one line on stderr."""
    words = sys.argv[1:] if words is None else words
    try:
        return _dispatch(words)
    except BadGuest as bad:
        _say(str(bad))
        return bad.status
    except BrokenPipeError:
        _abandon_stdout()
        return 141
    except OSError as error:
        _say(f"{error.filename or 'output'}: {error.strerror}")
        return OUR_ERROR
    except KeyboardInterrupt:
        return 130


def _say(text: str) -> None:
    if sys.stderr is None:  # descriptor 2 is closed; print would take standard output instead
        return
    try:
        print(f"emu386: {text}", file=sys.stderr, flush=True)
    except OSError:
        return


def _abandon_stdout() -> None:
    """Keep Python from complaining, at exit, that nobody reads standard output any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _dispatch(words: list[str]) -> int:
    name = words[0] if words else ""
    if name == "run":
        return _run(words[1:])
    if name == "trace":
        return _trace(words[1:])
    if name == "step":
        return _step(words[1:])
    if name == "replay":
        return _replay(words[1:])
    if name == "syscalls":
        return _syscalls(words[1:])
    if name == "demo":
        return _demo(words[1:])
    parser = _parser()
    parser.parse_args(words)
    parser.print_help()
    return 0 if not words else OUR_ERROR


def _parser() -> argparse.ArgumentParser:
    from importlib.metadata import PackageNotFoundError, version

    parser = _Parser(
        prog="emu386",
        description="Run static i386 Linux programs on an emulated PC, and watch what they do.",
        epilog="emu386 COMMAND --help tells the options of a command.",
    )
    try:
        number = version("emu386")
    except PackageNotFoundError:
        number = "(not installed)"
    parser.add_argument("--version", action="version", version=f"emu386 {number}")
    commands = parser.add_subparsers(metavar="COMMAND")
    commands.add_parser("run", help="run a program; its exit status is ours")
    commands.add_parser("trace", help="the same, with every system call on standard error")
    commands.add_parser("step", help="stop anywhere, look at everything, go on and go back")
    commands.add_parser("replay", help="show a recorded run again, in any of several formats")
    commands.add_parser("syscalls", help="which system calls there are, and what they lack")
    commands.add_parser("demo", help="the programs that come along, each with what it shows")
    return parser


def _run_parser(command: str, description: str) -> argparse.ArgumentParser:
    from emulator.options import add_run_options

    parser = _Parser(
        prog=f"emu386 {command}",
        description=description,
        usage=f"emu386 {command} [options] PROGRAM [ARGUMENTS…]",
    )
    add_run_options(parser)
    parser.add_argument("--record", metavar="FILE",
        help="write the run's events to FILE, as `emu386 replay` reads them (.zst: compressed)",
    )  # fmt: skip
    return parser


def _guest_of(
    parser: argparse.ArgumentParser, words: list[str]
) -> tuple[argparse.Namespace, list[str]]:
    ours, guest = command_line.split(parser, words)
    parsed = parser.parse_args(ours)
    if not guest:
        parser.error(NO_PROGRAM)
    return parsed, guest


def _run(words: list[str]) -> int:
    parser = _run_parser("run", "Run a static i386 ELF program; its exit status is ours.")
    parser.add_argument("-g", "--gdb", type=_port, metavar="PORT",
        help="wait for gdb on this port of 127.0.0.1 before the program begins",
    )  # fmt: skip
    parser.add_argument("--no-progress", action="store_true",
        help="do not show on the terminal how far a long run is")  # fmt: skip
    parsed, guest = _guest_of(parser, words)
    from emulator.host_streams import HostStreams
    from emulator.options import session_options
    from emulator.session import Session

    if parsed.gdb is not None:
        for name in _NOT_WITH_GDB:
            if getattr(parsed, name) is not None:
                parser.error(f"--{name.replace('_', '-')} cannot be used with -g")
        from emulator.debug.gdb.server import serve

        return serve(parsed.gdb, guest[0], guest[1:], session_options(parsed), _say)
    options = session_options(parsed)
    progress = _progress(parsed)
    streams = progress or HostStreams()
    record = on_findings = None

    def say(text: str) -> None:
        if progress is not None:
            progress.interrupt()
        _say(text)

    with ExitStack() as views:
        if parsed.record is not None:
            record = views.enter_context(_recorder(parsed.record)).feed
        if options.check is not None:
            from emulator.views.findings import Findings

            on_findings = views.enter_context(Findings(say)).feed
        session = Session(
            guest[0], guest[1:], options, streams,
            on_events=record, say=say, on_findings=on_findings,
        )  # fmt: skip
        return session.run() if progress is None else progress.run(session)


def _progress(parsed: argparse.Namespace) -> WatchedStreams | None:
    """Streams that show how far a long run is, if somebody can see that."""
    if parsed.no_progress or not (sys.stderr and os.isatty(2)):
        return None
    from emulator.progress import WatchedStreams

    return WatchedStreams()


def _all_of(watchers: list[Watcher]) -> Watcher:
    """Each of these, in turn."""

    def feed(events: list[Event]) -> None:
        for watcher in watchers:
            watcher(events)

    return watchers[0] if len(watchers) == 1 else feed


def _recorder(path: str) -> Recorder:
    from emulator.views.record_file import Recorder

    return Recorder(path)


def _trace(words: list[str]) -> int:
    parser = _run_parser(
        "trace", "Run a program and write every system call to standard error, as strace does."
    )
    from emulator.views import trace_options

    trace_options.add(parser)
    parsed, guest = _guest_of(parser, words)
    from emulator.host_streams import HostStreams
    from emulator.options import session_options
    from emulator.session import Session
    from emulator.views.findings import Findings

    streams = HostStreams()  # before a file of ours takes the number of a closed stream
    with ExitStack() as views:
        watchers = []
        if parsed.record is not None:
            watchers.append(views.enter_context(_recorder(parsed.record)).feed)
        tracer = views.enter_context(trace_options.Tracer(parsed))
        findings = views.enter_context(Findings(tracer.say))
        session = Session(
            guest[0], guest[1:], session_options(parsed), streams,
            on_events=_all_of([*watchers, tracer.feed]), say=tracer.say, on_findings=findings.feed,
        )  # fmt: skip
        return session.run()


def _step(words: list[str]) -> int:
    from emulator.debug import step_options

    parser = _Parser(
        prog="emu386 step",
        description="Run a program step by step, forwards and backwards.",
        usage="emu386 step [options] PROGRAM [ARGUMENTS…]",
    )
    step_options.add(parser)
    return step_options.run(*_guest_of(parser, words))


def _replay(words: list[str]) -> int:
    from emulator.views import replay

    parser = _Parser(
        prog="emu386 replay",
        description="Show a run that --record has written: as the trace it was, or otherwise.",
    )
    replay.add(parser)
    replay.show(parser.parse_args(words))
    return 0


def _syscalls(words: list[str]) -> int:
    from emulator.views import syscall_table

    parser = _Parser(
        prog="emu386 syscalls",
        description="List the system calls of i386 Linux, and which of them are here.",
    )
    syscall_table.add(parser)
    print("".join(syscall_table.render(parser.parse_args(words))), end="", flush=True)
    return 0


def _demo(words: list[str]) -> int:
    parser = _Parser(
        prog="emu386 demo",
        description="Show the traced vfork demo, or another of the programs that come along.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="which one; `list` lists them")
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="WORD", help="what a table is asked for"
    )
    parsed = parser.parse_args(words)
    from emulator import demo

    return demo.show(parsed.name, parsed.words)
