"""Mounts: file systems attached to places of one tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import NAME_MAX
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.fs.inode import DirectoryInode, Inode
    from kernel.fs.path import Location


@dataclass(frozen=True)
class Statistics:
    """What statfs(2) tells: sizes in blocks of `block_size` octets."""

    magic: int
    block_size: int = 4096
    blocks: int = 0
    free: int = 0
    files: int = 0
    free_files: int = 0
    name_length: int = NAME_MAX


class FileSystem:
    """What a mount shows: its kind as in /proc/mounts, its magic number and its device number."""

    def __init__(self, kind: str, magic: int, device: int) -> None:
        self.kind = kind
        self.magic = magic
        self.device = device

    def statistics(self) -> Statistics:
        """Sizes; zeros for file systems without storage."""
        return Statistics(self.magic)


class Mount:
    """A file system's root, attached over the inode at `at` (None: the root of everything)."""

    def __init__(
        self,
        file_system: FileSystem,
        root: Inode,
        at: Location | None,
        source: str,
        read_only: bool = False,
    ) -> None:
        self.file_system = file_system
        self.root = root
        self.at = at
        self.source = source
        self.read_only = read_only
        self.ignores_set_id = False
        """MS_NOSUID: its programs do not change who executes them."""

    @property
    def options(self) -> str:
        """As the fourth field of /proc/mounts."""
        kind = "ro" if self.read_only else "rw"
        return f"{kind},nosuid,relatime" if self.ignores_set_id else f"{kind},relatime"

    @property
    def path(self) -> str:
        """Where it is mounted; octets as Latin-1."""
        return "/" if self.at is None else self.at.path

    def check_writable(self) -> None:
        """EROFS for a read-only mount."""
        if self.read_only:
            raise SysError(Errno.EROFS)


class Namespace:
    """The mounted file systems, in the order in which they were mounted; the first is the root."""

    def __init__(self, file_system: FileSystem, root: DirectoryInode, source: str) -> None:
        self.mounts = [Mount(file_system, root, None, source)]

    def mount(
        self,
        at: Location,
        root: Inode,
        file_system: FileSystem,
        source: str,
        read_only: bool = False,
    ) -> Mount:
        """Show `root` instead of what is at this place."""
        mount = Mount(file_system, root, at, source, read_only)
        at.inode.mounted = mount
        self.mounts.append(mount)
        return mount
