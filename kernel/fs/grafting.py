"""Grafting: putting host folders and files at places of the guest's tree before it starts.

The way to a place is walked as the guest would walk it, symbolic links included; folders that are
missing on the way are made in memory.
"""

from __future__ import annotations

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFDIR
from kernel.errors import SysError
from kernel.fs.host import HostNode
from kernel.fs.inode import DirectoryInode, Inode, SymlinkInode
from kernel.fs.memory_directory import MemoryDirectory, MemorySymlink
from kernel.fs.path import MAX_LINKS, Location


class Grafter:
    """Works below `root`; what it makes is root's, with mode 0755 and the time `now`.

    SysError where a name on the way is no directory, or a file system takes no new names.
    """

    def __init__(self, root: Location, now: int) -> None:
        self.root = root
        self.now = now

    def folder(self, path: bytes) -> Location:
        """The folder at a path, made where it is missing."""
        above, name = self.place(path)
        return self._enter(above, name) if name else above

    def place(self, path: bytes) -> tuple[Location, bytes]:
        """The folder a path's last name is in, and the name: behind symbolic links. No name: the
        path leads to the folder itself.
        """
        here, links, pending = self.root, 0, _names(path)
        while pending:
            name = pending.pop()
            if name == b"..":
                here = here.upper([]) or here
                continue
            child = self._find(here, name)
            if isinstance(child, SymlinkInode):
                links += 1
                if links > MAX_LINKS or not isinstance(child, MemorySymlink):
                    raise SysError(Errno.ELOOP)
                here = self.root if child.text[:1] == b"/" else here
                pending += _names(child.text)
            elif pending:
                here = self._enter(here, name)
            else:
                return here, name
        return here, b""

    def show_folder(self, path: bytes, node: HostNode) -> None:
        """Lay the folder at a path over a host folder."""
        folder = self.folder(path).inode
        if not isinstance(folder, MemoryDirectory):
            raise SysError(Errno.ENOTDIR)
        folder.lay_over(node)

    def show_file(self, path: bytes, node: HostNode) -> None:
        """Show a host file at a path, instead of what is there."""
        above, name = self.place(path)
        if not isinstance(above.inode, MemoryDirectory):
            raise SysError(Errno.EROFS)
        above.inode.show(name, node)

    def _enter(self, above: Location, name: bytes) -> Location:
        """The folder `name`, made where it is missing; ENOTDIR."""
        child = self._find(above, name)
        directory = _directory(above)
        if child is None:
            child = directory.create(name, S_IFDIR | 0o755, 0, 0, self.now)
        if not isinstance(child, DirectoryInode):
            raise SysError(Errno.ENOTDIR)
        child.place(directory, name)
        return Location(above.mount, child).uppermost()

    def _find(self, above: Location, name: bytes) -> Inode | None:
        try:
            return _directory(above).lookup(name)
        except SysError as error:
            if error.errno is not Errno.ENOENT:
                raise
            return None


def _directory(place: Location) -> DirectoryInode:
    assert isinstance(place.inode, DirectoryInode)
    return place.inode


def _names(path: bytes) -> list[bytes]:
    return [name for name in reversed(path.split(b"/")) if name not in (b"", b".")]
