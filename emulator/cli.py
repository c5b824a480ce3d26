"""The command line: `emu386 run`, `trace` and `demo`; it reads options, others do the work."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from emulator import command_line
from kernel.errors import BadGuest

OUR_ERROR = 125
NO_PROGRAM = "a program to run is missing"


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
    parsed, guest = _guest_of(parser, words)
    from emulator.host_streams import HostStreams
    from emulator.options import session_options
    from emulator.session import Session

    options = session_options(parsed)
    if options.check is None:
        return Session(guest[0], guest[1:], options, HostStreams(), say=_say).run()
    from emulator.views.findings import Findings

    with Findings(_say) as findings:
        return Session(
            guest[0], guest[1:], options, HostStreams(), say=_say, on_findings=findings.feed
        ).run()


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
    with trace_options.Tracer(parsed) as tracer, Findings(tracer.say) as findings:
        session = Session(
            guest[0], guest[1:], session_options(parsed), streams,
            on_events=tracer.feed, say=tracer.say, on_findings=findings.feed,
        )  # fmt: skip
        return session.run()


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
