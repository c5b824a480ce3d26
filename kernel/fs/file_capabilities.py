"""Capabilities of files: what a program's security.capability gives who executes it (setcap(8)).

The value holds a revision with a flag, two sets in halves of 32 bits, and in revision 3 the user id
that is root where it counts.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.capabilities import ALL_CAPABILITIES
from kernel.abi.errno import Errno
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.fs.inode import Inode

CAPABILITY_NAME = b"security.capability"
_EFFECTIVE = 0x000001
_REVISION_2, _REVISION_3 = 0x02000000, 0x03000000
_VALUE = struct.Struct("<5I")
_OF_ROOT = bytes(4)


class FileCapabilities(NamedTuple):
    """What the program may have whoever executes it, what it may inherit, and whether it has them
    in effect from its first instruction."""

    permitted: int
    inheritable: int
    is_effective: bool


def check_capabilities(value: bytes) -> None:
    """EINVAL for what is no value of security.capability."""
    revision = int.from_bytes(value[:4], "little") & ~_EFFECTIVE
    if (len(value), revision) not in ((20, _REVISION_2), (24, _REVISION_3)):
        raise SysError(Errno.EINVAL)


def as_read(value: bytes) -> bytes:
    """The value as getxattr(2) shows it: in revision 2 where its root is everybody's."""
    if value[_VALUE.size :] != _OF_ROOT:
        return value
    flag = value[0] & _EFFECTIVE
    return (_REVISION_2 | flag).to_bytes(4, "little") + value[4 : _VALUE.size]


def capabilities_of(inode: Inode) -> FileCapabilities | None:
    """A program's capabilities; None where it has none, or those of another root."""
    value = inode.attributes.values.get(CAPABILITY_NAME) if inode.attributes is not None else None
    if value is None or value[_VALUE.size :] not in (b"", _OF_ROOT):
        return None
    head, permitted, inheritable, high_permitted, high_inheritable = _VALUE.unpack_from(value)
    return FileCapabilities(
        (permitted | high_permitted << 32) & ALL_CAPABILITIES,
        (inheritable | high_inheritable << 32) & ALL_CAPABILITIES,
        bool(head & _EFFECTIVE),
    )


def drop_capabilities(inode: Inode) -> None:
    """The file is changed or another's: what it could do is forgotten."""
    if inode.attributes is not None and CAPABILITY_NAME in inode.attributes.values:
        inode.attributes.remove(CAPABILITY_NAME)
