"""/proc/PID/mem and pagemap: a process's memory as a file, and what its pages are (proc(5))."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulator.machine import paging
from kernel.abi.errno import Errno
from kernel.abi.files import S_IFREG, Whence
from kernel.abi.memory import PAGE_SHIFT, PAGE_SIZE, TASK_SIZE
from kernel.abi.process import Capability
from kernel.errors import SysError
from kernel.fs.inode import Inode
from kernel.fs.open_file import OpenFile
from kernel.fs.permission import may_inspect
from kernel.fs.proc_nodes import ProcNode, unread
from kernel.fs.proc_status import space_of
from kernel.mm import remote

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.task.task import Task

_ENTRY = 8
_PRESENT, _OF_FILE, _SOFT_DIRTY, _EXCLUSIVE = 1 << 63, 1 << 61, 1 << 55, 1 << 56


class MemoryNode(ProcNode):
    """mem: whoever could trace the task may read and write its memory here."""

    def __init__(self, task: Task, number: int) -> None:
        super().__init__(number, S_IFREG | 0o600, now=task.system.clock.wall)
        self.task = task

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        return OpenMemory(self, _space(task, self.task), flags, path)


class PageMapNode(ProcNode):
    """pagemap: eight octets for each page."""

    def __init__(self, task: Task, number: int) -> None:
        super().__init__(number, S_IFREG | 0o400, now=task.system.clock.wall)
        self.task = task

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        return OpenPageMap(self, _space(task, self.task), flags, path)


def _space(reader: Task, task: Task) -> AddressSpace:
    """The memory to look at: EACCES, ESRCH for what has none any more."""
    if not may_inspect(reader, task, as_file=True):
        raise SysError(Errno.EACCES)
    space = space_of(task)
    if space is None:
        raise SysError(Errno.ESRCH)
    return space


class _OpenSpace(OpenFile):
    """An address space as a file; once nobody lives there it is empty."""

    def __init__(self, inode: Inode, space: AddressSpace, flags: int, path: str) -> None:
        super().__init__(inode, flags, path)
        self.space = space

    def seek(self, offset: int, whence: int) -> int:
        if whence not in (Whence.SEEK_SET, Whence.SEEK_CUR):
            raise SysError(Errno.EINVAL)
        self.offset = offset + (self.offset if whence == Whence.SEEK_CUR else 0)
        return self.offset

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        return unread(self, task, request, argument)

    def read(self, task: Task, count: int) -> bytes:
        taken = self.read_at(task, self.offset, count)
        self.offset += len(taken)
        return taken


class OpenMemory(_OpenSpace):
    """An open mem."""

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        """As far as there is memory; EIO for none at all."""
        if not self.space.users:
            return b""
        found = bytearray()
        while len(found) < count:
            at = offset + len(found)
            size = min(PAGE_SIZE - at % PAGE_SIZE, count - len(found))
            try:
                found += remote.read(self.space, at, size)
            except SysError:
                if not found:
                    raise SysError(Errno.EIO) from None
                break
        return bytes(found)

    def write(self, task: Task, data: bytes) -> int:
        done = self.write_at(task, self.offset, data)
        self.offset += done
        return done

    def write_at(self, task: Task, offset: int, data: bytes) -> int:
        """The same for writing, also where the process itself may not write."""
        if not self.space.users:
            return 0
        done = 0
        while done < len(data):
            size = min(PAGE_SIZE - (offset + done) % PAGE_SIZE, len(data) - done)
            try:
                remote.write(self.space, offset + done, data[done : done + size])
            except SysError:
                if not done:
                    raise SysError(Errno.EIO) from None
                break
            done += size
        return done


class OpenPageMap(_OpenSpace):
    """An open pagemap."""

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        """Whole entries only: EINVAL. Frame numbers are for CAP_SYS_ADMIN."""
        if offset % _ENTRY or count % _ENTRY:
            raise SysError(Errno.EINVAL)
        first = offset // _ENTRY
        last = min(first + count // _ENTRY, TASK_SIZE >> PAGE_SHIFT)
        if not self.space.users:
            return b""
        shows_frames = task.credentials.has(Capability.CAP_SYS_ADMIN)
        entries = [self._entry(page << PAGE_SHIFT, shows_frames) for page in range(first, last)]
        return struct.pack(f"<{len(entries)}Q", *entries)

    def _entry(self, page: int, shows_frames: bool) -> int:
        entry = self.space.tables.get(page)
        if not entry:
            return 0
        area, frame = self.space.find(page), paging.frame_of(entry)
        found = _PRESENT | _SOFT_DIRTY | (frame if shows_frames else 0)
        if area is not None and area.inode is not None:
            found |= _OF_FILE
        if not self.space.frames.is_shared(frame):
            found |= _EXCLUSIVE
        return found
