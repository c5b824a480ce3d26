"""Memory files without a name (memfd_create(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.files import S_IFREG, OpenFlag
from kernel.fs.anonymous import SHARED_MEMORY_DEVICE, next_number
from kernel.fs.memory_file import MemoryFile
from kernel.fs.open_file import OpenFile
from kernel.fs.regular import RegularFile

if TYPE_CHECKING:
    from kernel.task.task import Task


def create_memory_file(task: Task, name: bytes, mode: int, seals: int) -> OpenFile:
    """A new empty file, open for reading and writing."""
    system, credentials = task.system, task.credentials
    mode = S_IFREG | mode
    inode = MemoryFile(
        system.file_quota, mode, credentials.fsuid, credentials.fsgid, system.clock.wall
    )
    inode.number, inode.device = next_number(system), SHARED_MEMORY_DEVICE
    inode.links = 0
    inode.seals = seals
    path = f"/memfd:{name.decode('latin-1')} (deleted)"
    file = RegularFile(inode, OpenFlag.O_RDWR | OpenFlag.O_LARGEFILE, path)
    file.takes_direct = False
    return file
