"""Host streams: our own standard input, output and error, as the guest is to see them."""

from __future__ import annotations

import os
import stat
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from emulator.session import Streams
from kernel.fs.console import Console, StreamKind

if TYPE_CHECKING:
    from emulator.host_terminal import HostTerminal

CHUNK = 1 << 16


def kind_of(stream: int) -> StreamKind | None:
    """What the host has as descriptor 0, 1 or 2; None where it is closed."""
    try:
        status = os.fstat(stream)
    except OSError:
        return None
    offset = 0
    if stat.S_ISREG(status.st_mode):
        offset = os.lseek(stream, 0, os.SEEK_CUR)
    return StreamKind(
        status.st_mode, status.st_size, status.st_rdev, os.isatty(stream), _name(stream, status),
        offset, _appends(stream),
    )  # fmt: skip


def _name(stream: int, status: os.stat_result) -> str:
    """A name for /proc/self/fd that tells the guest nothing of the host's folders."""
    if stat.S_ISFIFO(status.st_mode):
        return f"pipe:[{stream + 1}]"
    if stat.S_ISCHR(status.st_mode) and status.st_rdev == os.makedev(1, 3):
        return "/dev/null"
    return ("/dev/stdin", "/dev/stdout", "/dev/stderr")[stream]


def _appends(stream: int) -> bool:
    try:
        import fcntl

        return bool(fcntl.fcntl(stream, fcntl.F_GETFL) & os.O_APPEND)
    except (ImportError, OSError):
        return False


def read_input() -> bytes:
    """Some octets of standard input, waiting for them; b"" at its end."""
    try:
        return os.read(0, CHUNK)
    except OSError:
        return b""


def write_all(stream: int, data: bytes) -> bool:
    """Write everything; False once the reader has gone or the device takes no more.

    A full disk raises OSError(ENOSPC), which is the user's to know.
    """
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(stream, view) :]
        except (BrokenPipeError, ConnectionResetError):
            return False
        except BlockingIOError:
            _wait_writable(stream)
    return True


def _wait_writable(stream: int) -> None:
    import select

    select.select([], [stream], [])


def uncooked(kind: StreamKind | None, data: bytes) -> bytes:
    """What to write to a stream that is not ours alone: a terminal that is not raw ends lines with
    CR LF by itself, as the guest's terminal has done already.
    """
    return data.replace(b"\r\n", b"\n") if kind is not None and kind.is_terminal else data


class HostStreams(Streams):
    """The command's own standard streams."""

    def __init__(self) -> None:
        super().__init__(b"", (kind_of(0), kind_of(1), kind_of(2)))
        self._terminal: HostTerminal | None = None

    def in_use(self, console: Console) -> AbstractContextManager[object]:
        if not console.feeds_terminal:
            return nullcontext()
        from emulator.host_terminal import HostTerminal

        self._terminal = HostTerminal(console)
        return self._terminal

    def has_keys(self) -> bool:
        return self._terminal is not None and self._terminal.has_keys()

    def read(self) -> bytes:
        return read_input()

    def write(self, stream: int, data: bytes) -> bool:
        stream = stream or 1
        is_raw = self._terminal is not None
        return write_all(stream, data if is_raw else uncooked(self.kinds[stream], data))

    def wait(self, seconds: float | None, for_input: bool) -> bool:
        if self._terminal is not None:
            return self._terminal.wait(seconds)
        import select

        return bool(select.select([0] if for_input else [], [], [], seconds)[0])
