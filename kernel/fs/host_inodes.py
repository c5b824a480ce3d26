"""Files of a host folder that the guest may write (`--bind HOST:GUEST:rw`).

An inode knows which host file it is and where it was last found; every operation goes there by
name, as kernel.fs.host has it. What would give a guest power over the host is refused with EPERM:
set-user-ID and set-group-ID files, devices, FIFOs and sockets.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFLNK, S_IFMT, S_IFREG, S_ISGID, S_ISUID
from kernel.errors import SysError
from kernel.fs.host import HostNode, HostTree, Identity, host_call, identity_of, os_error
from kernel.fs.inode import Inode, RegularInode, SymlinkInode
from kernel.fs.memory_file import MemoryFile, Quota
from kernel.fs.mount import FileSystem, Statistics

if TYPE_CHECKING:
    from kernel.task.task import Task

EXT2_MAGIC = 0xEF53
ROOT = 1
"""Number of the folder that was bound."""
_PIECE = 1 << 20


class HostFileSystem(FileSystem):
    """A writable host folder: its inodes by number, and the numbers by host identity.

    `quota` is for the octets of files that were removed while they were open.
    """

    def __init__(self, device: int, tree: HostTree, quota: Quota) -> None:
        super().__init__("bind", EXT2_MAGIC, device)
        self.tree = tree
        self.quota = quota
        self.inodes: dict[int, HostInode] = {}
        self.numbers: dict[Identity, int] = {}
        self.next_number = ROOT

    def find(self, status: os.stat_result) -> HostInode | None:
        """The inode of a host file that was seen before and is of the same type still."""
        known = self.inodes.get(self.numbers.get(identity_of(status), 0))
        same = known is not None and known.type == status.st_mode & S_IFMT
        return known if same else None

    def enter(self, inode: HostInode, status: os.stat_result) -> None:
        """Give a new inode its number."""
        inode.number = self.next_number
        inode.device = self.device
        inode.identity = identity_of(status)
        self.next_number += 1
        self.inodes[inode.number] = inode
        self.numbers[inode.identity] = inode.number

    def forget(self, inode: HostInode) -> None:
        """An inode's last name is gone."""
        self.inodes.pop(inode.number, None)
        if self.numbers.get(inode.identity) == inode.number:
            del self.numbers[inode.identity]

    def statistics(self) -> Statistics:
        status = os.fstatvfs(self.tree.descriptor())
        return Statistics(
            self.magic, status.f_frsize, status.f_blocks, status.f_bfree, status.f_files,
            status.f_ffree, status.f_namemax,
        )  # fmt: skip


class HostInode(Inode):
    """A file of a writable host folder: what was last seen of it, and where."""

    def __init__(self, system: HostFileSystem, kind: int) -> None:
        super().__init__(0, kind)
        self.system = system
        self.identity: Identity = (0, 0)
        self.known_names: list[tuple[int, bytes]] = []
        """Numbers of the directories it was seen in, and under which name, the latest last."""
        self._size = 0
        self._blocks = 0

    @property
    def size(self) -> int:
        return self._size

    @property
    def blocks(self) -> int:
        return self._blocks

    def node(self) -> HostNode:
        """Where it is now; ESTALE where no name is known any more."""
        names: list[bytes] = []
        inode: HostInode = self
        while inode.number != ROOT:
            above = self.system.inodes.get(inode.known_names[-1][0]) if inode.known_names else None
            if above is None:
                raise SysError(Errno.ESTALE)
            names.append(inode.known_names[-1][1])
            inode = above
        return HostNode(self.system.tree, tuple(reversed(names)))

    def know(self, directory: int, name: bytes) -> None:
        """It was seen under this name."""
        place = (directory, name)
        if self.is_directory:
            self.known_names = [place]
        elif not self.known_names or self.known_names[-1] != place:
            self.known_names = [known for known in self.known_names if known != place] + [place]

    def forget_name(self, directory: int, name: bytes) -> None:
        """It has this name no more."""
        self.known_names = [known for known in self.known_names if known != (directory, name)]

    def lose(self, directory: int, name: bytes) -> None:
        """This name was removed."""
        self.forget_name(directory, name)
        self.links = 0 if self.is_directory else self.links - 1
        if not self.known_names:
            self.system.forget(self)

    def see(self, status: os.stat_result) -> None:
        """Take over what the host says."""
        self.mode, self.uid, self.gid = status.st_mode, status.st_uid, status.st_gid
        self.links, self.rdev = status.st_nlink, status.st_rdev
        self.accessed, self.modified = status.st_atime_ns, status.st_mtime_ns
        self.changed = status.st_ctime_ns
        self._size, self._blocks = status.st_size, status.st_blocks

    def refresh(self) -> None:
        """Look again; a file that is gone from the host stays as it was last seen."""
        if not self.links:
            return
        try:
            status = self.node().status()
        except SysError:
            return
        if identity_of(status) == self.identity:
            self.see(status)

    # ---- changing attributes -----------------------------------------------------------------

    def change_mode(self, mode: int, now: int) -> None:
        if mode & (S_ISUID | S_ISGID) and not self.is_directory:
            raise SysError(Errno.EPERM)
        if self.links:
            self._change_mode(mode)
        super().change_mode(mode, now)

    @host_call
    def _change_mode(self, mode: int) -> None:
        """The file itself is changed, not what its name might lead to meanwhile."""
        node = self.node()
        with node.folder() as folder:
            pinned = os.open(node.name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        try:
            status = os.fstat(pinned)
            if identity_of(status) != self.identity or status.st_mode & S_IFMT != self.type:
                raise os_error(Errno.EPERM)
            os.chmod(f"/proc/self/fd/{pinned}", mode)
        finally:
            os.close(pinned)

    def change_owner(self, uid: int, gid: int, now: int) -> None:
        if self.links:
            self._change_owner(uid, gid)
        super().change_owner(uid, gid, now)

    @host_call
    def _change_owner(self, uid: int, gid: int) -> None:
        node = self.node()
        with node.folder() as folder:
            os.chown(node.name, uid, gid, dir_fd=folder, follow_symlinks=False)

    def change_times(self, accessed: int, modified: int, now: int) -> None:
        if self.links:
            self._change_times(accessed, modified)
        super().change_times(accessed, modified, now)

    @host_call
    def _change_times(self, accessed: int, modified: int) -> None:
        node, times = self.node(), (accessed, modified)
        with node.folder() as folder:
            os.utime(node.name, ns=times, dir_fd=folder, follow_symlinks=False)


class HostSymlink(HostInode, SymlinkInode):
    """A symbolic link on the host; it leads to where the guest's tree has its target."""

    def __init__(self, system: HostFileSystem) -> None:
        super().__init__(system, S_IFLNK)

    def target(self, task: Task) -> bytes:
        return self.node().target()


class HostFile(HostInode, RegularInode):
    """A regular file on the host; once its name is gone, what somebody has open is in memory."""

    def __init__(self, system: HostFileSystem) -> None:
        super().__init__(system, S_IFREG)
        self.orphan: MemoryFile | None = None

    @property
    def size(self) -> int:
        if self.orphan is not None:
            return self.orphan.size
        if self.uses:
            self.refresh()
        return self._size

    def read_raw(self, offset: int, count: int) -> bytes:
        if self.orphan is not None:
            return self.orphan.read_raw(offset, count)
        return self.node().read(self.identity, offset, count)

    def write_raw(self, offset: int, data: bytes) -> None:
        if self.orphan is not None:
            self.orphan.write_raw(offset, data)
        else:
            self._write(offset, data)

    @host_call
    def _write(self, offset: int, data: bytes) -> None:
        descriptor = self.node().descriptor(self.identity, os.O_RDWR)
        while data:
            written = os.pwrite(descriptor, data, offset)
            data, offset = data[written:], offset + written

    def truncate_raw(self, size: int) -> None:
        if self.orphan is not None:
            self.orphan.truncate_raw(size)
        else:
            self._truncate(size)

    @host_call
    def _truncate(self, size: int) -> None:
        os.ftruncate(self.node().descriptor(self.identity, os.O_RDWR), size)

    @host_call
    def next_data(self, offset: int) -> int | None:
        if self.orphan is not None:
            return self.orphan.next_data(offset)
        try:
            return os.lseek(
                self.node().descriptor(self.identity, os.O_RDONLY), offset, os.SEEK_DATA
            )
        except OSError as error:
            if error.errno == errno.ENXIO:
                return None
            raise

    @host_call
    def next_hole(self, offset: int) -> int:
        if self.orphan is not None:
            return self.orphan.next_hole(offset)
        return os.lseek(self.node().descriptor(self.identity, os.O_RDONLY), offset, os.SEEK_HOLE)

    def absorb(self) -> None:
        """The last known name is about to go, and somebody has the file: keep its octets in memory.

        ENOSPC where they do not fit.
        """
        orphan = MemoryFile(self.system.quota, self.mode, self.uid, self.gid, self.changed)
        offset = 0
        while data := self.read_raw(offset, _PIECE):
            orphan.write_raw(offset, data)
            offset += len(data)
        self.orphan = orphan

    def discard(self) -> None:
        if self.orphan is not None:
            self.orphan.discard()
            self.orphan = None
