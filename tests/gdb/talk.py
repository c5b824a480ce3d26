"""Talking to the server without gdb: packets in, answers out, on a line that nobody else uses."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator.debug.gdb.commands import Commands
from emulator.debug.gdb.connection import Gone
from emulator.debug.gdb.debuggee import Debuggee
from emulator.debug.gdb.packets import Decoder, Mark, frame
from emulator.stepper import Stepper

EVERYTHING = (
    "qSupported:multiprocess+;swbreak+;hwbreak+;fork-events+;vfork-events+;exec-events+;no-resumed+"
)
_REGISTERS = re.compile("0[458]:[0-9a-f]{8};")


class Line:
    """In place of a Connection. Whoever waits for Ctrl-C finds that gdb has gone."""

    def __init__(self) -> None:
        self.needs_acks = True
        self.sent: list[bytes] = []
        self.interrupts = 0

    def send(self, body: bytes) -> None:
        self.sent.append(body)

    @contextmanager
    def watching(self, alarm: Callable[[], None]) -> Iterator[None]:
        if self.interrupts > 0:
            alarm()
        yield

    def take_interrupt(self) -> bool:
        self.interrupts -= 1
        return self.interrupts >= 0

    def wait_for_interrupt(self) -> None:
        if not self.take_interrupt():
            raise Gone


class Talk:
    """A debugged guest, asked packet by packet."""

    def __init__(self, program: Path, *arguments: str, features: str = EVERYTHING) -> None:
        self.stepper = Stepper(str(program), arguments)
        self.line = Line()
        self.commands = Commands(Debuggee(self.stepper), self.line)  # type: ignore[arg-type]
        self.supported = self.ask(features)
        self.ask("QPassSignals:e;10;14;17;1a;1b;1c;21;24;25;2c;4c;97;")  # as gdb has it

    def ask(self, packet: str) -> str:
        """The answer; empty for none, too."""
        return (self.commands.answer(packet.encode("latin-1")) or b"").decode("latin-1")

    def stop(self, packet: str) -> str:
        """A stop reply without the registers it carries."""
        return _REGISTERS.sub("", self.ask(packet))

    def register(self, number: int) -> int:
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}")), "little")


class Client:
    """A socket to a server, on which anything can be said."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._decoder = Decoder()
        self._arrived: list[bytes | Mark] = []

    def say(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def hear(self) -> bytes | Mark | None:
        """The next packet or mark; None at the end."""
        while not self._arrived:
            try:
                data = self.socket.recv(4096)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._arrived += self._decoder.feed(data)
        return self._arrived.pop(0)

    def ask(self, body: bytes) -> bytes | Mark | None:
        """The answer to a packet, which was confirmed and is."""
        self.say(frame(body))
        assert self.hear() is Mark.ACK
        answer = self.hear()
        self.say(b"+")
        return answer


def address_of(talk: Talk, name: str) -> int:
    task = talk.stepper.task
    assert task is not None
    program = talk.stepper.program(task)
    assert program is not None
    found = program.address_of(name)
    assert found is not None
    return found
