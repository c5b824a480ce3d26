"""The memory file system, with host folders beneath its directories where that is asked for.

What is looked up beneath is taken into memory as an inode (its octets stay on the host until they
are written), so that changes, removals and moves need no bookkeeping of their own. Inodes refer
to each other by number: a snapshot of them is as flat as a disk.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG
from kernel.abi.memory import PAGE_SHIFT
from kernel.errors import SysError
from kernel.fs.inode import Inode
from kernel.fs.memory_directory import MemoryDirectory, MemorySymlink, take_attributes
from kernel.fs.memory_file import MemoryFile, Quota
from kernel.fs.memory_options import MemoryOptions
from kernel.fs.mount import FileSystem, Statistics
from kernel.fs.pipe import Pipe

if TYPE_CHECKING:
    from kernel.fs.host import HostNode

TMPFS_MAGIC = 0x0102_1994
INODE_OCTETS = 1024
"""What an inode or one more name for it takes of the space for inodes, as in Linux's tmpfs."""


class MemoryFileSystem(FileSystem):
    """Inodes by number, and how much their data may take (a quota may serve several)."""

    def __init__(self, device: int, quota: Quota, kind: str = "tmpfs") -> None:
        super().__init__(kind, TMPFS_MAGIC, device)
        self.quota = quota
        self.max_inodes = max(quota.limit, 1024)
        """For inodes that were made here; those of host files are not counted. They share their
        space with further names of files, and with extended attributes.
        """
        self.inodes: dict[int, Inode] = {}
        self.adopted = 0
        self.second_names = 0
        self.attribute_octets = 0
        self.next_number = 1
        self.settings: MemoryOptions | None = None
        self.host_links: dict[tuple[int, int], int] = {}
        """Numbers of host files with several names, by (st_dev, st_ino)."""

    def configure(self, options: MemoryOptions) -> None:
        """What was asked for when it was mounted."""
        self.settings = options
        self.options = options.text()
        if options.inodes is not None:
            self.max_inodes = options.inodes

    def reconfigure(self, data: bytes) -> None:
        """Other limits; EINVAL for less than is in use, and where the limits are the system's."""
        asked = MemoryOptions.parse(data)
        all_memory = self.quota.above
        if asked.size is None and asked.percent is None and asked.inodes is None:
            return
        if all_memory is None or self.settings is None:
            raise SysError(Errno.EINVAL)
        options = self.settings._replace(
            size=asked.size or self.settings.size,
            percent=asked.percent or self.settings.percent,
            inodes=self.settings.inodes if asked.inodes is None else asked.inodes,
        )
        limit = options.limit(all_memory) >> PAGE_SHIFT
        most = self.max_inodes if options.inodes is None else options.inodes
        if limit < self.quota.used or most * INODE_OCTETS < self.inode_space:
            raise SysError(Errno.EINVAL)
        self.quota.limit = limit
        self.configure(options)

    def shut_down(self) -> None:
        """Give back all space."""
        self.quota.count(-len(self.inodes))
        for inode in self.inodes.values():
            if inode.attributes is not None:
                inode.attributes.discard()
        self.quota.close()
        self.inodes.clear()

    def new_root(self, mode: int, now: int) -> MemoryDirectory:
        """A directory that is in no other, to be mounted."""
        root = MemoryDirectory(self, S_IFDIR | mode, 0, 0, now)
        self.enter(root)
        return root

    def enter(self, inode: Inode) -> None:
        """Give a new inode a number and a place in the table."""
        inode.number = self.next_number
        inode.device = self.device
        self.next_number += 1
        self.inodes[inode.number] = inode
        self.quota.count(1)

    @property
    def inode_space(self) -> int:
        """Octets that inodes, further names and attributes take."""
        names = len(self.inodes) - self.adopted + self.second_names
        return names * INODE_OCTETS + self.attribute_octets

    def check_space(self, octets: int = INODE_OCTETS) -> None:
        """ENOSPC where there is no space for one more inode, or for so many octets."""
        if self.inode_space + octets > self.max_inodes * INODE_OCTETS:
            raise SysError(Errno.ENOSPC)
        self.quota.check_inodes()

    def forget(self, inode: Inode) -> None:
        """An inode's last name is gone."""
        del self.inodes[inode.number]
        self.quota.count(-1)
        if isinstance(inode, MemoryFile):
            if not inode.uses:
                inode.discard()
            return
        if isinstance(inode, MemorySymlink):
            self.quota.give(inode.pages)
        if inode.attributes is not None:
            inode.attributes.discard()

    def adopt(self, node: HostNode, status: os.stat_result) -> Inode:
        """An inode that shows the host file at a place."""
        key = (status.st_dev, status.st_ino)
        known = self.inodes.get(self.host_links.get(key, 0))
        if known is not None:
            return known
        inode = self._shown(node, status)
        take_attributes(inode, status)
        self.enter(inode)
        self.adopted += 1
        if status.st_nlink > 1 and not inode.is_directory:
            self.host_links[key] = inode.number
        return inode

    def _shown(self, node: HostNode, status: os.stat_result) -> Inode:
        kind = status.st_mode & S_IFMT
        if kind == S_IFDIR:
            directory = MemoryDirectory(self, kind, 0, 0, 0)
            directory.beneath = node
            return directory
        if kind == S_IFLNK:
            link = MemorySymlink(node.target(), 0, 0, 0)
            link.pages = 0
            return link
        if kind == S_IFIFO:
            return Pipe(0, kind, 0, 0, 0)  # a FIFO of the guest's own, where the host has one
        if kind != S_IFREG:
            return Inode(0, kind)  # the host's devices and sockets: shown, never opened
        file = MemoryFile(self.quota, kind, 0, 0, 0)
        file.lay_over(node, status)
        return file

    def statistics(self) -> Statistics:
        quota = self.quota
        return Statistics(
            self.magic,
            blocks=quota.limit,
            free=quota.limit - quota.used,
            files=self.max_inodes,
            free_files=max(self.max_inodes - -(-self.inode_space // INODE_OCTETS), 0),
        )
