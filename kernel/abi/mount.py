"""Flags of mount(2) and umount2(2)."""

from enum import IntEnum


class MountFlag(IntEnum):
    """MS_ flags, in the order in which a trace names them."""

    MS_RDONLY = 1
    MS_NOSUID = 2
    MS_NODEV = 4
    MS_NOEXEC = 8
    MS_SYNCHRONOUS = 0x10
    MS_REMOUNT = 0x20
    MS_MANDLOCK = 0x40
    MS_DIRSYNC = 0x80
    MS_NOSYMFOLLOW = 0x100
    MS_NOATIME = 0x400
    MS_NODIRATIME = 0x800
    MS_BIND = 0x1000
    MS_MOVE = 0x2000
    MS_REC = 0x4000
    MS_SILENT = 0x8000
    MS_POSIXACL = 1 << 16
    MS_UNBINDABLE = 1 << 17
    MS_PRIVATE = 1 << 18
    MS_SLAVE = 1 << 19
    MS_SHARED = 1 << 20
    MS_RELATIME = 1 << 21
    MS_KERNMOUNT = 1 << 22
    MS_I_VERSION = 1 << 23
    MS_STRICTATIME = 1 << 24
    MS_LAZYTIME = 1 << 25


MS_MAGIC, MS_MAGIC_MASK = 0xC0ED_0000, 0xFFFF_0000
"""What old programs put into the upper half of the flags."""


class UnmountFlag(IntEnum):
    """Flags of umount2(2)."""

    MNT_FORCE = 1
    MNT_DETACH = 2
    MNT_EXPIRE = 4
    UMOUNT_NOFOLLOW = 8
