"""Open directories: a listing, and how far it has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFDIR, Whence
from kernel.errors import SysError
from kernel.fs.inode import DirectoryInode
from kernel.fs.open_file import OpenFile

if TYPE_CHECKING:
    from kernel.task.task import Task

Entry = tuple[bytes, int, int]


class OpenDirectory(OpenFile):
    """An open directory. `offset` counts entries; the listing is the one at its first reading
    from the start, so that names keep their places while others come and go.
    """

    inode: DirectoryInode

    def __init__(self, inode: DirectoryInode, flags: int, path: str) -> None:
        super().__init__(inode, flags, path)
        self._listing: list[Entry] | None = None

    def read(self, task: Task, count: int) -> bytes:
        raise SysError(Errno.EISDIR)

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        raise SysError(Errno.EISDIR)

    def entries(self, task: Task) -> list[Entry]:
        """What lies behind the offset; ENOENT for a removed directory."""
        if not self.inode.links:
            raise SysError(Errno.ENOENT)
        if self._listing is None or not self.offset:
            self._listing = self._dots() + [
                (name, inode.number, inode.type) for name, inode in self.inode.entries()
            ]
        return self._listing[self.offset :]

    def _dots(self) -> list[Entry]:
        location = self.location
        parent = self.inode.parent
        if parent is None and location and location.mount and location.mount.at:
            above = location.mount.at.inode
            parent = above.parent if isinstance(above, DirectoryInode) else None
        upper = self.inode if parent is None else parent
        return [(b".", self.inode.number, S_IFDIR), (b"..", upper.number, S_IFDIR)]

    def seek(self, offset: int, whence: int) -> int:
        """To an entry by its place; only from the start or from here."""
        if whence == Whence.SEEK_CUR:
            offset += self.offset
        elif whence != Whence.SEEK_SET:
            raise SysError(Errno.EINVAL)
        if offset < 0:
            raise SysError(Errno.EINVAL)
        self.offset = offset
        return offset
