"""The server: waits for one gdb on a loopback port, serves it, and lets the guest run on."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable

from emulator.changes import Freeze
from emulator.debug.gdb.commands import Commands
from emulator.debug.gdb.connection import Connection, Gone
from emulator.debug.gdb.debuggee import Debuggee
from emulator.debug.gdb.streams import WakeableStreams
from emulator.notices import inert
from emulator.session import DEADLOCK_STATUS, Options, who_sleeps
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
    connection, guest = Connection(stream), _Guest(stepper, say)
    try:
        guest.answer_all(connection)
    except Gone:
        pass
    finally:
        connection.close()
    return guest.run_on()


class _Guest:
    """The guest, and whoever hears what its kernel has to say to people."""

    def __init__(self, stepper: Stepper, say: Callable[[str], None]) -> None:
        self._stepper = stepper
        self._say = say
        self._told = 0

    def answer_all(self, connection: Connection) -> None:
        """Serve gdb until it is gone, or says that it wants no more."""
        commands = Commands(Debuggee(self._stepper), connection)
        while not commands.is_over:
            answer = commands.answer(connection.receive())
            self._pass_on_notices()
            if answer is not None:
                connection.send(answer)

    def run_on(self) -> int:
        """What gdb has let go, or left behind, runs to its end; the exit status.

        From a moment in the past it first does again, in silence, what it has done already.
        """
        stepper = self._stepper
        stepper.goto(stepper.frontier)
        if stepper.kernel.frozen:
            stepper.change(Freeze(frozenset()))
        while stepper.run().reason is not Reason.END:
            self._pass_on_notices()
        self._pass_on_notices()
        first = stepper.system.tasks.first
        if first is not None and first.leader.is_gone:
            return stepper.status
        for line in who_sleeps(stepper.system):
            self._say(inert(line))
        return DEADLOCK_STATUS

    def _pass_on_notices(self) -> None:
        for notice in self._stepper.notices[self._told :]:
            self._say(inert(notice))
        self._told = len(self._stepper.notices)


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
