"""Record files: written while a guest runs, whole at any moment, and read again.

A plain file gets whole lines (see whole_lines). A compressed one (its name ends in .zst) is whole
up to its last flushed block, which is at most a second old; reading takes what is there of a file
cut short.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from emulator.views.record import HEADER, events_of, lines
from emulator.views.whole_lines import laid_out
from kernel.errors import BadGuest
from kernel.events import Event

if TYPE_CHECKING:
    from typing import Self

FLUSH_SECONDS = 0.5
_SUFFIX = ".zst"


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError:
        raise BadGuest("compressed records need zstandard: pip install 'emu386[zst]'") from None
    return zstandard


class PlainOutput:
    """A file that takes every write at once."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]

    def close(self) -> None:
        self._file.close()


class LineOutput(PlainOutput):
    """The same for whole lines, none of which a killed run leaves in part."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._size = 0

    def write(self, data: bytes) -> None:
        data = laid_out(data, self._size)
        self._size += len(data)
        super().write(data)


class CompressedOutput:
    """The same, compressed; what was written reaches the file within a second."""

    def __init__(self, path: str) -> None:
        library = _zstandard()
        self._block = library.COMPRESSOBJ_FLUSH_BLOCK
        self._compressor = library.ZstdCompressor().compressobj()
        self._file = PlainOutput(path)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._has_unflushed = False
        self._error: OSError | None = None
        self._flusher = threading.Thread(target=self._keep_flushing, daemon=True)
        self._flusher.start()

    def write(self, data: bytes) -> None:
        with self._lock:
            if self._error is not None:
                raise self._error
            self._file.write(self._compressor.compress(data))
            self._has_unflushed = True

    def _keep_flushing(self) -> None:
        while not self._closing.wait(FLUSH_SECONDS):
            with self._lock:
                self._flush()

    def _flush(self) -> None:
        if not self._has_unflushed or self._error is not None:
            return
        self._has_unflushed = False
        try:
            self._file.write(self._compressor.flush(self._block))
        except OSError as error:  # said by the next write, in the thread that runs the guest
            self._error = error

    def close(self) -> None:
        self._closing.set()
        self._flusher.join()
        try:
            if self._error is not None:
                raise self._error
            self._file.write(self._compressor.flush())
        finally:
            self._file.close()


class Recorder:
    """Writes the events of a run to a file; BadGuest where it cannot be opened."""

    def __init__(self, path: str) -> None:
        output = CompressedOutput if path.endswith(_SUFFIX) else LineOutput
        try:
            self._output = output(path)
        except OSError as error:
            raise BadGuest(f"{path}: {error.strerror}") from None
        self._output.write(HEADER.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._output.close()

    def feed(self, events: list[Event]) -> None:
        """Record these events."""
        self._output.write(lines(events).encode())


@contextmanager
def reading(path: str) -> Iterator[Iterator[Event]]:
    """The events of a record file, one after the other; BadGuest where it is none."""
    try:
        file = open(path, "rb")  # noqa: SIM115
    except OSError as error:
        raise BadGuest(f"{path}: {error.strerror}") from None
    with file:
        yield _from_lines(_text(file, path), path)


def _text(file: io.BufferedReader, path: str) -> TextIO:
    raw: Any = file
    if path.endswith(_SUFFIX):
        raw = _zstandard().ZstdDecompressor().stream_reader(file)
    return io.TextIOWrapper(raw, encoding="ascii", newline="\n")


def _from_lines(text: TextIO, path: str) -> Iterator[Event]:
    try:
        yield from events_of(text, path)
    except UnicodeDecodeError:
        raise BadGuest(f"{path}: not a record of emu386") from None
    except OSError as error:
        raise BadGuest(f"{path}: {error.strerror or error}") from None
    except Exception as error:
        if type(error).__name__ != "ZstdError":  # a class of the optional library
            raise
        raise BadGuest(f"{path}: {error}") from None
