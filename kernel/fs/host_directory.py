"""Directories of a host folder that the guest may write: what changes here changes on the host."""

from __future__ import annotations

import os

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFDIR, S_IFLNK, S_IFMT, S_IFREG
from kernel.errors import SysError
from kernel.fs.host import HostNode, host_call
from kernel.fs.host_inodes import HostFile, HostFileSystem, HostInode, HostSymlink
from kernel.fs.inode import DirectoryInode, Inode

_NEW_FILE = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class HostDirectory(HostInode, DirectoryInode):
    """A directory on the host."""

    def __init__(self, system: HostFileSystem) -> None:
        super().__init__(system, S_IFDIR)

    @classmethod
    def root_of(cls, system: HostFileSystem) -> HostDirectory:
        """The folder that was bound, to be mounted."""
        root = cls(system)
        status = HostNode(system.tree).status()
        system.enter(root, status)
        root.see(status)
        return root

    @property
    def parent(self) -> DirectoryInode | None:
        parent = self.system.inodes.get(self.known_names[0][0]) if self.known_names else None
        assert parent is None or isinstance(parent, DirectoryInode)
        return parent

    def place(self, parent: DirectoryInode, name: bytes) -> None:
        self.name = name
        self.know(parent.number, name)

    # ---- looking -----------------------------------------------------------------------------

    def lookup(self, name: bytes) -> Inode:
        return self._seen(name, self.node().child(name).status())

    def _seen(self, name: bytes, status: os.stat_result) -> HostInode:
        """The inode of what was found under a name."""
        inode = self.system.find(status)
        if inode is None:
            inode = self._inode_of_type(status.st_mode & S_IFMT)
            self.system.enter(inode, status)
        inode.see(status)
        inode.know(self.number, name)
        if isinstance(inode, HostDirectory):
            inode.name = name
        return inode

    def _inode_of_type(self, kind: int) -> HostInode:
        if kind == S_IFDIR:
            return HostDirectory(self.system)
        if kind == S_IFREG:
            return HostFile(self.system)
        if kind == S_IFLNK:
            return HostSymlink(self.system)
        return HostInode(self.system, kind)  # shown, never opened

    def names(self) -> list[bytes]:
        return self.node().names()

    # ---- changing ----------------------------------------------------------------------------

    def create(self, name: bytes, mode: int, uid: int, gid: int, now: int, rdev: int = 0) -> Inode:
        kind = mode & S_IFMT
        if kind not in (S_IFREG, S_IFDIR):
            raise SysError(Errno.EPERM)
        self._create(name, kind, mode & 0o1777, _owner_on_host(uid, gid))
        return self.lookup(name)

    @host_call
    def _create(self, name: bytes, kind: int, mode: int, owner: tuple[int, int] | None) -> None:
        """The mode is set afterwards, for the host's umask must not count."""
        with self.node().itself() as folder:
            if kind == S_IFDIR:
                os.mkdir(name, 0o700, dir_fd=folder)
            made = os.open(name, _FOLDER if kind == S_IFDIR else _NEW_FILE, 0o600, dir_fd=folder)
        try:
            if owner is not None:
                os.fchown(made, *owner)
            os.fchmod(made, mode)
        finally:
            os.close(made)

    def symlink(self, name: bytes, target: bytes, uid: int, gid: int, now: int) -> Inode:
        self._symlink(name, target)
        return self.lookup(name)

    @host_call
    def _symlink(self, name: bytes, target: bytes) -> None:
        with self.node().itself() as folder:
            os.symlink(target, name, dir_fd=folder)

    def link(self, name: bytes, inode: Inode, now: int) -> None:
        if not isinstance(inode, HostInode) or inode.system is not self.system:
            raise SysError(Errno.EXDEV)
        if not inode.links:
            raise SysError(Errno.ENOENT)
        self._link(name, inode.node())
        self.lookup(name)

    @host_call
    def _link(self, name: bytes, old: HostNode) -> None:
        with old.folder() as source, self.node().itself() as folder:
            os.link(old.name, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)

    def unlink(self, name: bytes, now: int) -> None:
        inode = self._known(name)
        if inode.is_directory:
            raise SysError(Errno.EISDIR)
        _keep_if_open(inode)
        self._unlink(name)
        inode.lose(self.number, name)

    @host_call
    def _unlink(self, name: bytes) -> None:
        with self.node().itself() as folder:
            os.unlink(name, dir_fd=folder)

    def rmdir(self, name: bytes, now: int) -> None:
        inode = self._known(name)
        self._rmdir(name)
        inode.lose(self.number, name)

    @host_call
    def _rmdir(self, name: bytes) -> None:
        with self.node().itself() as folder:
            os.rmdir(name, dir_fd=folder)

    def rename(self, old: bytes, target: DirectoryInode, new: bytes, now: int) -> None:
        if not isinstance(target, HostDirectory) or target.system is not self.system:
            raise SysError(Errno.EXDEV)
        moved, replaced = self._known(old), target._find(new)
        if replaced is not None:
            _keep_if_open(replaced)
        self._rename(old, target.node(), new)
        if replaced is not None:
            replaced.lose(target.number, new)
        moved.know(target.number, new)
        moved.forget_name(self.number, old)
        target.lookup(new)

    @host_call
    def _rename(self, old: bytes, target: HostNode, new: bytes) -> None:
        with self.node().itself() as source, target.itself() as folder:
            os.rename(old, new, src_dir_fd=source, dst_dir_fd=folder)

    # ---- what is known of the names ----------------------------------------------------------

    def _known(self, name: bytes) -> HostInode:
        inode = self.lookup(name)
        assert isinstance(inode, HostInode)
        return inode

    def _find(self, name: bytes) -> HostInode | None:
        try:
            return self._known(name)
        except SysError as error:
            if error.errno is not Errno.ENOENT:
                raise
            return None


def _keep_if_open(inode: HostInode) -> None:
    if isinstance(inode, HostFile) and inode.uses and len(inode.known_names) == 1:
        inode.absorb()


def _owner_on_host(uid: int, gid: int) -> tuple[int, int] | None:
    """Who is to own a new file: the guest's user where we are root and it is not, else we."""
    return (uid, gid) if os.geteuid() == 0 and (uid, gid) != (0, 0) else None
