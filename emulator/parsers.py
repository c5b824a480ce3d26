"""The parsers of the command line, one for each command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NoReturn

from kernel.errors import BadGuest


class Parser(argparse.ArgumentParser):
    """Errors are one line and status 125, so that they are not taken for the guest's."""

    def error(self, message: str) -> NoReturn:
        raise BadGuest(f"{message} (see {self.prog} --help)")


def _port(text: str) -> int:
    """A TCP port; 0 takes any that is free."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"not a port: {text!r} (0 to 65535)")
    return int(text)


def _of_program(command: str, description: str) -> Parser:
    """The start of a parser whose options end where PROGRAM begins (see command_line)."""
    usage = f"emu386 {command} [options] PROGRAM [ARGUMENTS…]"
    return Parser(prog=f"emu386 {command}", description=description, usage=usage)


def _running(command: str, description: str) -> Parser:
    from emulator.options import add_run_options

    parser = _of_program(command, description)
    add_run_options(parser)
    parser.add_argument("--record", metavar="FILE",
        help="write the run's events to FILE, as `emu386 replay` reads them (.zst: compressed)",
    )  # fmt: skip
    return parser


def run() -> Parser:
    """`emu386 run`."""
    parser = _running("run", "Run a static i386 ELF program; its exit status is ours.")
    parser.add_argument("-g", "--gdb", type=_port, metavar="PORT",
        help="wait for gdb on this port of 127.0.0.1 before the program begins",
    )  # fmt: skip
    parser.add_argument("--no-progress", action="store_true",
        help="do not show on the terminal how far a long run is")  # fmt: skip
    return parser


def trace() -> Parser:
    """`emu386 trace`."""
    from emulator.views import trace_options

    parser = _running(
        "trace", "Run a program and write every system call to standard error, as strace does."
    )
    trace_options.add(parser)
    return parser


def step() -> Parser:
    """`emu386 step`."""
    from emulator.debug import step_options

    parser = _of_program("step", "Run a program step by step, forwards and backwards.")
    step_options.add(parser)
    return parser


def replay() -> Parser:
    """`emu386 replay`."""
    from emulator.views import replay as view

    parser = Parser(
        prog="emu386 replay",
        description="Show a run that --record has written: as the trace it was, or otherwise.",
    )
    view.add(parser)
    return parser


def syscalls() -> Parser:
    """`emu386 syscalls`."""
    from emulator.views import syscall_table

    parser = Parser(
        prog="emu386 syscalls",
        description="List the system calls of i386 Linux, and which of them are here.",
    )
    syscall_table.add(parser)
    return parser


def demo() -> Parser:
    """`emu386 demo`."""
    parser = Parser(
        prog="emu386 demo",
        description="Show the traced vfork demo, or another of the programs that come along.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="which one; `list` lists them")
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="WORD", help="what a table is asked for"
    )
    return parser


SHELLS = ("bash", "zsh", "tcsh")


def completion() -> Parser:
    """`emu386 completion`."""
    parser = Parser(
        prog="emu386 completion",
        description="Print what makes a shell complete this command (it needs shtab).",
        epilog='For bash: eval "$(emu386 completion bash)"',
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    return parser


COMMANDS: dict[str, tuple[Callable[[], Parser], str]] = {
    "run": (run, "run a program; its exit status is ours"),
    "trace": (trace, "the same, with every system call on standard error"),
    "step": (step, "stop anywhere, look at everything, go on and go back"),
    "replay": (replay, "show a recorded run again, in any of several formats"),
    "syscalls": (syscalls, "which system calls there are, and what they lack"),
    "demo": (demo, "the programs that come along, each with what it shows"),
    "completion": (completion, "print what makes a shell complete all this"),
}
"""By name: what makes the parser, and what the command does."""


def overview() -> Parser:
    """`emu386` itself, which knows its commands by name alone."""
    from importlib.metadata import PackageNotFoundError, version

    parser = Parser(
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
    for name, (_, text) in COMMANDS.items():
        commands.add_parser(name, help=text)
    return parser
