"""Open directories: a listing, and how far it has been read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.fs.inode import DirectoryInode, Inode
from kernel.fs.open_file import Entry, OpenFile

if TYPE_CHECKING:
    from kernel.task.task import Task


class OpenDirectory(OpenFile):
    """An open directory. `offset` counts names; they are those at its first reading from the start,
    so that each keeps its place while others come and go.
    """

    inode: DirectoryInode
    gives_splice = False

    def __init__(self, inode: DirectoryInode, flags: int, path: str) -> None:
        super().__init__(inode, flags, path)
        self._names: list[bytes] | None = None

    def read(self, task: Task, count: int) -> bytes:
        raise SysError(Errno.EISDIR)

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        raise SysError(Errno.EISDIR)

    def entries(self, task: Task) -> Iterator[Entry]:
        if not self.inode.links:
            raise SysError(Errno.ENOENT)
        if self._names is None or not self.offset:
            self._names = [b".", b"..", *self.inode.names()]
        return self._entries_from(self.offset, self._names)

    def _entries_from(self, start: int, names: list[bytes]) -> Iterator[Entry]:
        for at in range(start, len(names)):
            inode = self._find(names[at])
            if inode is not None:
                yield Entry(names[at], inode.number, inode.type, at + 1)

    def _find(self, name: bytes) -> Inode | None:
        """What has this name now; None for one that is gone."""
        if name == b".":
            return self.inode
        if name == b"..":
            return self._upper()
        try:
            return self.inode.lookup(name)
        except SysError:
            return None

    def _upper(self) -> Inode:
        location, parent = self.location, self.inode.parent
        if parent is None and location and location.mount and location.mount.at:
            above = location.mount.at.inode
            parent = above.parent if isinstance(above, DirectoryInode) else None
        return self.inode if parent is None else parent

    def seek(self, offset: int, whence: int) -> int:
        """To an entry by its place; only from the start or from here."""
        return self.seek_without_end(offset, whence)
