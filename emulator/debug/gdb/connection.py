"""A connection to gdb: packets in and out, confirmed or not, and Ctrl-C noticed at once.

A thread reads the socket all the time, so that what gdb sends while the guest runs, 0x03 or the end
of the connection, can stop it.
"""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from emulator.debug.gdb.packets import Decoder, Mark, frame

MAX_WAITING = 64
"""Packets and marks that may wait to be handled; gdb never sends a second one before the answer."""


class Gone(Exception):
    """The other side has closed the connection, or does not speak the protocol."""


class Connection:
    """One gdb. `needs_acks` until QStartNoAckMode."""

    def __init__(self, stream: socket.socket) -> None:
        self.needs_acks = True
        self._socket = stream
        self._decoder = Decoder()
        self._arrived: deque[bytes | Mark] = deque()
        self._is_closed = self._is_interrupted = False
        """The latter: Ctrl-C came between two packets, too late for what it was to stop."""
        self._changed = threading.Condition()
        self._alarm: Callable[[], None] | None = None
        self._last = b""
        threading.Thread(target=self._read, daemon=True).start()

    # ---- the thread --------------------------------------------------------------------------

    def _read(self) -> None:
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            items = [item for item in self._decoder.feed(data) if item is not Mark.ACK]
            with self._changed:
                self._arrived += items
                self._is_closed |= not data or len(self._arrived) > MAX_WAITING
                if self._alarm is not None and self._has_alarm():
                    self._alarm()
                self._changed.notify()
                if self._is_closed:
                    return

    def _has_alarm(self) -> bool:
        return self._is_closed or self._is_interrupted or Mark.INTERRUPT in self._arrived

    # ---- what arrives ------------------------------------------------------------------------

    def receive(self) -> bytes:
        """The next packet's body; marks on the way are seen to. Gone at the connection's end."""
        while True:
            item = self._next()
            if isinstance(item, bytes):
                self._confirm(Mark.ACK)
                return item
            if item is Mark.BAD:
                self._confirm(Mark.RESEND)
            elif item is Mark.RESEND:
                self._write(self._last)
            elif item is Mark.INTERRUPT:
                self._is_interrupted = True

    def _next(self) -> bytes | Mark:
        with self._changed:
            while not self._arrived:
                if self._is_closed:
                    raise Gone
                self._changed.wait()
            return self._arrived.popleft()

    @contextmanager
    def watching(self, alarm: Callable[[], None]) -> Iterator[None]:
        """While the guest runs: `alarm` is called, by the thread, at Ctrl-C and at the end."""
        with self._changed:
            self._alarm = alarm
            if self._has_alarm():
                alarm()
        try:
            yield
        finally:
            with self._changed:
                self._alarm = None

    def take_interrupt(self) -> bool:
        """Whether Ctrl-C has come since it was last asked for; Gone at the connection's end.

        One that came when the guest had just halted counts for the next time it runs, as with
        gdbserver: where a breakpoint has commands that go on, it would be lost otherwise.
        """
        with self._changed:
            if self._is_interrupted:
                self._is_interrupted = False
                return True
            if Mark.INTERRUPT in self._arrived:
                self._arrived.remove(Mark.INTERRUPT)
                return True
            if self._is_closed:
                raise Gone
            return False

    def wait_for_interrupt(self) -> None:
        """Nothing can run: wait for Ctrl-C. Gone at the connection's end."""
        with self._changed:
            while not self._has_alarm():
                self._changed.wait()
        self.take_interrupt()

    # ---- what is sent ------------------------------------------------------------------------

    def send(self, body: bytes) -> None:
        """Send a packet. Where it must be confirmed, gdb asks again for one that was damaged."""
        self._last = frame(body)
        self._write(self._last)

    def _confirm(self, mark: Mark) -> None:
        if self.needs_acks:
            self._write(mark.value.encode())

    def _write(self, octets: bytes) -> None:
        try:
            self._socket.sendall(octets)
        except OSError:
            raise Gone from None

    def close(self) -> None:
        """Close it; the thread ends."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
