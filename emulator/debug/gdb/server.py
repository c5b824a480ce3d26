"""The server: waits for one gdb on a loopback port, serves it, and lets the guest run on."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable

from emulator.changes import Freeze
from emulator.debug.gdb.commands import Commands
from emulator.debug.gdb.connection import Connection, Gone
from emulator.debug.gdb.debuggee import Debuggee
from emulator.debug.gdb.streams import WakeableStreams
from emulator.session import Options
from emulator.stepper import Stepper
from emulator.stops import Reason
from kernel.errors import BadGuest

LOOPBACK = "127.0.0.1"


def serve(
    port: int,
    program: str,
    arguments: Iterable[str],
    options: Options,
    say: Callable[[str], None],
) -> int:
    """Run a guest for the first gdb that connects; its exit status, as `Session.run` has it.

    The guest has not begun when gdb comes. Raises BadGuest where the program or port cannot be
    used. Port 0 takes any that is free; `say` hears which.
    """
    streams = WakeableStreams()
    stepper = Stepper(program, arguments, options, streams)
    with _listen(port) as listener:
        say(f"waiting for gdb on {LOOPBACK}:{listener.getsockname()[1]}")
        stream, _ = listener.accept()
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = Connection(stream)
    try:
        _answer_all(connection, Debuggee(stepper))
    except Gone:
        pass
    finally:
        connection.close()
    return _run_on(stepper, say)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(1)
    except OSError as error:
        listener.close()
        raise BadGuest(f"port {port}: {error.strerror}") from None
    return listener


def _answer_all(connection: Connection, debuggee: Debuggee) -> None:
    """Until gdb is gone, or says that it wants no more."""
    commands = Commands(debuggee, connection)
    while not commands.is_over:
        answer = commands.answer(connection.receive())
        if answer is not None:
            connection.send(answer)


def _run_on(stepper: Stepper, say: Callable[[str], None]) -> int:
    """What gdb has let go, or left behind, runs to its end."""
    stepper.change(Freeze(frozenset()))
    while True:
        stopped = stepper.run()
        if stopped.reason is Reason.END:
            return stepper.status
