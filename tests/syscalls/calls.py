"""A task that makes file calls by number, on octets in its memory."""

from __future__ import annotations

import struct

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from tests.fakes import DATA
from tests.fs.files import Files

BUFFER = DATA + 0x1000
OTHER = DATA + 0x2000
SECOND_PATH = DATA + 0x3800
BAD = 0x10
"""An address where nothing is mapped."""


class Calls(Files):
    """Files, with calls whose paths are text and whose failures are errnos."""

    def make(self, number: Sysno, *words: int | str) -> int | Errno:
        """Make a call; text is stored as a path first. The result, or the errno."""
        filled: list[int] = []
        for word in words:
            if isinstance(word, str):
                address = (
                    SECOND_PATH if any(isinstance(w, str) for w in words[: len(filled)]) else 0
                )
                filled.append(self._store(word, address))
            else:
                filled.append(word)
        result = self.call(self.task, number, *filled)
        return Errno(-result) if result < 0 else result

    def _store(self, text: str, address: int) -> int:
        if not address:
            return self.path(self.task, text)
        self.task.memory.write(address, text.encode() + b"\0")
        return address

    def store(self, data: bytes, address: int = BUFFER) -> int:
        self.task.memory.write(address, data)
        return address

    def stored(self, length: int, address: int = BUFFER) -> bytes:
        return self.task.memory.read(address, length)

    def vector(self, *spans: tuple[int, int], address: int = OTHER) -> int:
        """An iovec array."""
        return self.store(b"".join(struct.pack("<II", *span) for span in spans), address)

    @property
    def trace(self) -> str:
        """The last call as a trace shows it."""
        return self.traced(self.task)
