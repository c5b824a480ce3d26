"""Extended attributes of files in memory (xattr(7)): names of four classes, and octets for each.

Where tmpfs has them: user, trusted and security. Access control lists (system.posix_acl_…) are
not supported, nor are attributes of files on the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import S_ISVTX
from kernel.abi.memory import PAGE_SHIFT, page_up
from kernel.errors import SysError
from kernel.fs.file_capabilities import CAPABILITY_NAME, as_read, check_capabilities
from kernel.fs.file_flags import require_no_flags
from kernel.fs.inode import Inode
from kernel.fs.memory_file import MemoryFile, Quota
from kernel.fs.permission import READ, WRITE, is_owner, require
from kernel.fs.tmpfs import MemoryFileSystem

if TYPE_CHECKING:
    from kernel.fs.path import Location
    from kernel.task.credentials import Credentials

XATTR_CREATE, XATTR_REPLACE = 1, 2
SIZE_MAX = 65536
"""The longest value, and the longest list of names."""
_HEAD_OCTETS = 40
"""What an attribute takes besides its name and value, as in Linux's tmpfs."""
_CLASSES = (b"user.", b"trusted.", b"security.")


class Attributes:
    """The extended attributes of one inode. They take their file system's space for inodes (where
    it is in one), and by whole pages what all files in memory together may take.
    """

    def __init__(self, quota: Quota, system: MemoryFileSystem | None) -> None:
        self.quota = quota.above or quota
        self.system = system
        self.values: dict[bytes, bytes] = {}
        self.octets = 0
        self.pages = 0

    def set(self, name: bytes, value: bytes) -> None:
        """ENOSPC."""
        added = _HEAD_OCTETS + len(name) + len(value)
        if self.system is not None:
            self.system.check_space(added)
        self._account(self.octets - self._weight(name) + added)
        self.values[name] = value

    def remove(self, name: bytes) -> None:
        """Its space is free again."""
        self._account(self.octets - self._weight(name))
        del self.values[name]

    def discard(self) -> None:
        """The inode is no more."""
        self._account(0)

    def _weight(self, name: bytes) -> int:
        value = self.values.get(name)
        return 0 if value is None else _HEAD_OCTETS + len(name) + len(value)

    def _account(self, octets: int) -> None:
        pages = page_up(octets) >> PAGE_SHIFT
        if pages > self.pages:
            self.quota.take(pages - self.pages)
        else:
            self.quota.give(self.pages - pages)
        if self.system is not None:
            self.system.attribute_octets += octets - self.octets
        self.pages, self.octets = pages, octets


def set_attribute(
    credentials: Credentials, place: Location, name: bytes, value: bytes, flags: int, now: int
) -> None:
    """setxattr(2): EEXIST, ENODATA, ENOSPC, EPERM, EACCES, EOPNOTSUPP."""
    inode = place.inode
    _require_access(credentials, inode, name, WRITE)
    quota, system = _storage(place, name)
    _require_privilege(credentials, name, value)
    known = inode.attributes is not None and name in inode.attributes.values
    if known and flags & XATTR_CREATE:
        raise SysError(Errno.EEXIST)
    if not known and flags & XATTR_REPLACE:
        raise SysError(Errno.ENODATA)
    if inode.attributes is None:
        inode.attributes = Attributes(quota, system)
    inode.attributes.set(name, value)
    inode.changed = now


def get_attribute(credentials: Credentials, place: Location, name: bytes) -> bytes:
    """getxattr(2): ENODATA, EACCES, EOPNOTSUPP."""
    _require_access(credentials, place.inode, name, READ)
    _storage(place, name)
    value = _existing(place.inode, name).values[name]
    return as_read(value) if name == CAPABILITY_NAME else value


def remove_attribute(credentials: Credentials, place: Location, name: bytes, now: int) -> None:
    """removexattr(2): ENODATA, EPERM, EACCES, EOPNOTSUPP."""
    _require_access(credentials, place.inode, name, WRITE)
    _storage(place, name)
    _require_privilege(credentials, name)
    _existing(place.inode, name).remove(name)
    place.inode.changed = now


def attribute_names(credentials: Credentials, inode: Inode) -> list[bytes]:
    """listxattr(2), in the order of tmpfs; those of the administrator are shown to nobody else."""
    names = sorted(inode.attributes.values, reverse=True) if inode.attributes is not None else []
    if credentials.has(Capability.CAP_SYS_ADMIN):
        return names
    return [name for name in names if not name.startswith(b"trusted.")]


def _existing(inode: Inode, name: bytes) -> Attributes:
    if inode.attributes is None or name not in inode.attributes.values:
        raise SysError(Errno.ENODATA)
    return inode.attributes


def _storage(place: Location, name: bytes) -> tuple[Quota, MemoryFileSystem | None]:
    """What pays for the file's attributes; EOPNOTSUPP where it can have none of this class."""
    if not name.startswith(_CLASSES):
        raise SysError(Errno.EOPNOTSUPP)
    if name in _CLASSES:
        raise SysError(Errno.EINVAL)
    if place.mount is not None and isinstance(place.mount.file_system, MemoryFileSystem):
        return place.mount.file_system.quota, place.mount.file_system
    if isinstance(place.inode, MemoryFile):
        return place.inode.quota, None
    raise SysError(Errno.EOPNOTSUPP)


def _require_access(credentials: Credentials, inode: Inode, name: bytes, wanted: int) -> None:
    """What xattr(7) says of each class: EPERM or ENODATA for what the class never allows."""
    if wanted == WRITE:
        require_no_flags(inode)
    never = SysError(Errno.EPERM if wanted == WRITE else Errno.ENODATA)
    if name.startswith((b"security.", b"system.")):
        return
    if name.startswith(b"trusted."):
        if not credentials.has(Capability.CAP_SYS_ADMIN):
            raise never
        return
    if name.startswith(b"user."):
        if not (inode.is_regular or inode.is_directory):
            raise never
        is_sticky = inode.is_directory and inode.mode & S_ISVTX
        if is_sticky and wanted == WRITE and not is_owner(credentials, inode):
            raise never
    require(credentials, inode, wanted)


def _require_privilege(credentials: Credentials, name: bytes, value: bytes | None = None) -> None:
    """Security attributes are root's to change: EPERM; EINVAL for what is no capability sets."""
    if name == CAPABILITY_NAME:
        if value is not None:
            check_capabilities(value)
        needed = Capability.CAP_SETFCAP
    elif name.startswith(b"security."):
        needed = Capability.CAP_SYS_ADMIN
    else:
        return
    if not credentials.has(needed):
        raise SysError(Errno.EPERM)
