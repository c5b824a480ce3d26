"""Moving a file's offset: lseek and _llseek."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.files import Whence
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.open_file import OpenFile
from kernel.syscalls.arguments import Argument, DescribedArgument, File, Int, Moment, signed
from kernel.syscalls.file_arguments import Seek
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task


class _HighLowArgument(Argument):
    """A signed 64-bit number in two registers, high word first."""

    words = 2
    plain = False

    def expression(self, word: int) -> str:
        return f"decode{word}(task, w[{word}] << 32 | w[{word + 1}])"

    def decode(self, task: Task, word: int) -> int:
        return word - (1 << 64) if word & 1 << 63 else word

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return ("int", self.decode(task, call.words[word] << 32 | call.words[word + 1]))


def _offset(task: Task, address: int) -> Described:
    value = int.from_bytes(task.memory.read(address, 8), "little", signed=True)
    return ("array", [("int", value)], False)


HighLow = Annotated[int, _HighLowArgument()]
OutOffset = Annotated[int, DescribedArgument(_offset, Moment.EXIT)]


_LAST_WHENCE = max(Whence)


def _seek(file: OpenFile, offset: int, whence: int) -> int:
    if not 0 <= whence <= _LAST_WHENCE:
        raise SysError(Errno.EINVAL)
    return file.seek(offset, whence)


@syscall(Sysno.LSEEK)
def lseek(task: Task, file: File, offset: Int, whence: Seek) -> int:
    """lseek(2); EOVERFLOW where the new offset, which counts, does not fit into 31 bits."""
    place = _seek(file, offset, signed(whence))
    if place > 0x7FFF_FFFF:
        raise SysError(Errno.EOVERFLOW)
    return place


@syscall(Sysno._LLSEEK)
def _llseek(task: Task, file: File, offset: HighLow, result: OutOffset, whence: Seek) -> int:
    """lseek(2) with 64 bits: the new offset is stored at `result`."""
    place = _seek(file, offset, signed(whence))
    task.memory.write(result, place.to_bytes(8, "little"))
    return 0
