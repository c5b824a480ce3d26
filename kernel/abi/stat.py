"""Structures that describe files: stat, stat64, statx, statfs, directory entries (i386 layouts)."""

from __future__ import annotations

import struct
from typing import NamedTuple

STAT = struct.Struct("<IIHHHHIIII6I8x")
"""st_dev ino mode nlink uid gid rdev size blksize blocks, three times (s, ns)."""
STAT64 = struct.Struct("<Q4xIIIIIQ4xqIQ6IQ")
"""st_dev, low ino, mode, nlink, uid, gid, rdev, size, blksize, blocks, three times, ino."""
STATX = struct.Struct("<IIQIIIH2xQQQQ" + "qI4x" * 4 + "IIIIQ" + "104x")
STATFS = struct.Struct("<7I2i3I16x")
STATFS64 = struct.Struct("<2I5Q2i3I16x")
"""type, bsize, blocks, bfree, bavail, files, ffree, fsid (two), namelen, frsize, flags."""
DIRENT = struct.Struct("<IIH")
"""d_ino, d_off, d_reclen; then the name, NUL, padding, and d_type as the last octet."""
DIRENT64 = struct.Struct("<QqHB")
"""d_ino, d_off, d_reclen, d_type; then the name and NULs."""
BLOCK_SIZE = 4096
"""st_blksize."""
STATX_BASIC_STATS = 0x7FF
STATX_BTIME = 0x800
STATX_MNT_ID = 0x1000
ST_RDONLY, ST_NOSUID, ST_NODEV, ST_NOEXEC, ST_VALID = 1, 2, 4, 8, 0x20
ST_NOATIME, ST_NODIRATIME, ST_RELATIME, ST_NOSYMFOLLOW = 0x400, 0x800, 0x1000, 0x2000


class FileStatus(NamedTuple):
    """What stat(2) tells; sizes in octets, `blocks` of 512 octets, times in nanoseconds."""

    device: int
    number: int
    mode: int
    links: int
    uid: int
    gid: int
    rdev: int
    size: int
    blocks: int
    accessed: int
    modified: int
    changed: int


def major(device: int) -> int:
    """The major number of a device as stat64 has it."""
    return device >> 8 & 0xFFF


def minor(device: int) -> int:
    """The minor number."""
    return device & 0xFF | device >> 12 & ~0xFF
