"""vFile packets: `OPERATION:ARGUMENTS`, answered `F RESULT[,ERRNO][;DATA]`, in hexadecimal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.debug.gdb.answers import UNSUPPORTED, parse_hex, parse_octets
from emulator.debug.gdb.guest_files import GuestFiles, gdb_errno, read_link
from emulator.debug.gdb.packets import MAX_BODY
from emulator.debug.gdb.thread_ids import ThreadId
from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.fs.memory_file import MAX_FILE_SIZE

if TYPE_CHECKING:
    from emulator.debug.gdb.debuggee import Debuggee
    from kernel.task.task import Task

_LARGEST = MAX_BODY // 2 - 32
"""Octets in one answer: each may take two when it is escaped."""


class FilePackets:
    """The files that gdb has open, and as whose it looks them up."""

    def __init__(self, debuggee: Debuggee) -> None:
        self._debuggee = debuggee
        self._files = GuestFiles()
        self._as = 0
        """The process whose file system setfs chose; 0: any."""
        self._operations: dict[str, Callable[[list[str]], bytes]] = {
            "setfs": self._set_file_system,
            "open": self._open,
            "pread": self._pread,
            "fstat": self._fstat,
            "close": self._close,
            "readlink": self._readlink,
        }

    def answer(self, text: str) -> bytes:
        """What follows `vFile:`. ValueError where the arguments are not understood."""
        name, _, rest = text.partition(":")
        if name not in self._operations:
            return UNSUPPORTED
        try:
            return self._operations[name](rest.split(","))
        except SysError as error:
            return b"F-1,%x" % gdb_errno(error.errno)

    def _task(self) -> Task:
        return self._debuggee.find(ThreadId(self._as, 0))

    def _set_file_system(self, words: list[str]) -> bytes:
        (pid,) = words
        self._as = parse_hex(pid)
        return b"F0"

    def _open(self, words: list[str]) -> bytes:
        path, flags, _ = words
        return b"F%x" % self._files.open(self._task(), parse_octets(path), parse_hex(flags))

    def _pread(self, words: list[str]) -> bytes:
        descriptor, count, offset = map(parse_hex, words)
        if offset > MAX_FILE_SIZE:
            raise SysError(Errno.EINVAL)
        return _with_data(self._files.read(descriptor, min(count, _LARGEST), offset))

    def _fstat(self, words: list[str]) -> bytes:
        (descriptor,) = words
        return _with_data(self._files.status(parse_hex(descriptor)))

    def _close(self, words: list[str]) -> bytes:
        (descriptor,) = words
        self._files.close(parse_hex(descriptor))
        return b"F0"

    def _readlink(self, words: list[str]) -> bytes:
        (path,) = words
        return _with_data(read_link(self._task(), parse_octets(path)))


def _with_data(data: bytes) -> bytes:
    return b"F%x;%b" % (len(data), data)
