"""The command line: one function for each command; it reads options, others do the work."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from emulator import command_line, parsers
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
    command = _COMMANDS.get(words[0]) if words else None
    if command is not None:
        return command(words[1:])
    parser = parsers.overview()
    parser.parse_args(words)
    parser.print_help()
    return 0 if not words else OUR_ERROR


def _guest_of(
    parser: argparse.ArgumentParser, words: list[str]
) -> tuple[argparse.Namespace, list[str]]:
    ours, guest = command_line.split(parser, words)
    parsed = parser.parse_args(ours)
    if not guest:
        parser.error(NO_PROGRAM)
    return parsed, guest


def _run(words: list[str]) -> int:
    parser = parsers.run()
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
    from emulator.views import trace_options

    parsed, guest = _guest_of(parsers.trace(), words)
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

    return step_options.run(*_guest_of(parsers.step(), words))


def _replay(words: list[str]) -> int:
    from emulator.views import replay

    replay.show(parsers.replay().parse_args(words))
    return 0


def _syscalls(words: list[str]) -> int:
    from emulator.views import syscall_table

    text = "".join(syscall_table.render(parsers.syscalls().parse_args(words)))
    print(text, end="", flush=True)
    return 0


def _demo(words: list[str]) -> int:
    parsed = parsers.demo().parse_args(words)
    from emulator import demo

    return demo.show(parsed.name, parsed.words)


def _completion(words: list[str]) -> int:
    parsed = parsers.completion().parse_args(words)
    from emulator import completion

    print(completion.script(parsed.shell), flush=True)
    return 0


_COMMANDS = {
    "run": _run,
    "trace": _trace,
    "step": _step,
    "replay": _replay,
    "syscalls": _syscalls,
    "demo": _demo,
    "completion": _completion,
}
