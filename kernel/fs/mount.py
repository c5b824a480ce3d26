"""Mounts: file systems attached to places of one tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import NAME_MAX
from kernel.abi.mount import MountFlag
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.fs.inode import DirectoryInode, Inode
    from kernel.fs.path import Location

_FIRST_NUMBER = 20
_READ_ONLY, _RELATIME = int(MountFlag.MS_RDONLY), int(MountFlag.MS_RELATIME)
_OPTIONS = (
    (MountFlag.MS_NOSUID, "nosuid"), (MountFlag.MS_NODEV, "nodev"),
    (MountFlag.MS_NOEXEC, "noexec"), (MountFlag.MS_NOATIME, "noatime"),
    (MountFlag.MS_NODIRATIME, "nodiratime"), (MountFlag.MS_RELATIME, "relatime"),
    (MountFlag.MS_NOSYMFOLLOW, "nosymfollow"),
)  # fmt: skip
MAX_MOUNTS = 1000
"""As /proc/sys/fs/mount-max tells."""
SINGLE_KINDS = ("proc", "devtmpfs", "devpts")
"""File systems of which there is one, however often it is mounted."""


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
        self.is_read_only = False
        self.options = ""
        """What of it mount(8) shows behind the mount's own options."""

    def statistics(self) -> Statistics:
        """Sizes; zeros for file systems without storage."""
        return Statistics(self.magic)

    def reconfigure(self, data: bytes) -> None:
        """Other options at a remount; EINVAL for those it has not."""

    def shut_down(self) -> None:
        """It is mounted nowhere any more, and nobody has a file of it."""


class Mount:
    """A file system's root, or another file of it (a bind mount), attached over what is at `at`
    (None: the root of everything, or a mount that was detached).

    `inner_path` is where `root` is in the file system, `flags` the MS_ flags of this mount alone.
    """

    def __init__(
        self,
        file_system: FileSystem,
        root: Inode,
        at: Location | None,
        source: str,
        flags: int = _RELATIME,
        inner_path: str = "/",
    ) -> None:
        self.number = 0
        self.file_system = file_system
        self.root = root
        self.at = at
        self.source = source
        self.flags = flags
        self.inner_path = inner_path
        self.is_unbindable = False
        self.is_expiring = False

    @property
    def read_only(self) -> bool:
        return bool(self.flags & _READ_ONLY) or self.file_system.is_read_only

    @property
    def ignores_set_id(self) -> bool:
        """MS_NOSUID: its programs do not change who executes them."""
        return bool(self.flags & MountFlag.MS_NOSUID)

    @property
    def own_options(self) -> str:
        """Options of this mount, as mountinfo has them first."""
        names = [name for flag, name in _OPTIONS if self.flags & flag]
        return ",".join(["ro" if self.flags & _READ_ONLY else "rw", *names])

    @property
    def options(self) -> str:
        """As the fourth field of /proc/mounts."""
        names = [name for flag, name in _OPTIONS if self.flags & flag]
        system = [self.file_system.options] if self.file_system.options else []
        return ",".join(["ro" if self.read_only else "rw", *names, *system])

    @property
    def path(self) -> str:
        """Where it is mounted; octets as Latin-1."""
        return "/" if self.at is None else self.at.path

    def check_writable(self) -> None:
        """EROFS for a read-only mount."""
        if self.flags & _READ_ONLY or self.file_system.is_read_only:
            raise SysError(Errno.EROFS)


def mounted_on(mount: Mount | None, inode: Inode) -> Mount | None:
    """What covers a file where it is seen through this mount."""
    for above in reversed(inode.mounted):
        if above.at is not None and above.at.mount is mount:
            return above
    return None


class Namespace:
    """The mounted file systems, in the order in which they were mounted; `root` is the first that
    is mounted on nothing. `trees` are those of which there is only one.
    """

    def __init__(self, file_system: FileSystem, root: DirectoryInode, source: str) -> None:
        self.mounts: list[Mount] = []
        self.next_number = _FIRST_NUMBER
        self.trees: dict[str, tuple[FileSystem, Inode]] = {}
        self.root = Mount(file_system, root, None, source)
        self.attach(self.root)

    def mount(
        self,
        at: Location,
        root: Inode,
        file_system: FileSystem,
        source: str,
        flags: int = _RELATIME,
        inner_path: str = "/",
    ) -> Mount:
        """Show `root` instead of what is at this place."""
        mount = Mount(file_system, root, at, source, flags, inner_path)
        self.attach(mount)
        return mount

    def attach(self, mount: Mount) -> None:
        """Enter a new mount at its place; ENOSPC for too many."""
        if len(self.mounts) >= MAX_MOUNTS:
            raise SysError(Errno.ENOSPC)
        mount.number = self.next_number
        self.next_number += 1
        self.mounts.append(mount)
        if mount.file_system.kind in SINGLE_KINDS:
            self.trees.setdefault(mount.file_system.kind, (mount.file_system, mount.root))
        self.cover(mount, mount.at)

    def cover(self, mount: Mount, at: Location | None) -> None:
        """Put a mount at another place; None: nowhere."""
        if mount.at is not None:
            under = mount.at.inode
            under.mounted = tuple(other for other in under.mounted if other is not mount)
        mount.at = at
        if at is not None:
            at.inode.mounted = (*at.inode.mounted, mount)

    def detach(self, mount: Mount) -> None:
        """Take a mount away; what is mounted below it has to go first."""
        self.cover(mount, None)
        self.mounts.remove(mount)

    def below(self, mount: Mount) -> list[Mount]:
        """Mounts on places of this one, and on theirs, in the order of mounting."""
        inner = [other for other in self.mounts if other.at and other.at.mount is mount]
        return [found for other in inner for found in (other, *self.below(other))]
