"""Capabilities and securebits (capabilities(7))."""

from enum import IntEnum


class Capability(IntEnum):
    """What root's power is made of."""

    CAP_CHOWN = 0
    CAP_DAC_OVERRIDE = 1
    CAP_DAC_READ_SEARCH = 2
    CAP_FOWNER = 3
    CAP_FSETID = 4
    CAP_KILL = 5
    CAP_SETGID = 6
    CAP_SETUID = 7
    CAP_SETPCAP = 8
    CAP_LINUX_IMMUTABLE = 9
    CAP_NET_BIND_SERVICE = 10
    CAP_NET_BROADCAST = 11
    CAP_NET_ADMIN = 12
    CAP_NET_RAW = 13
    CAP_IPC_LOCK = 14
    CAP_IPC_OWNER = 15
    CAP_SYS_MODULE = 16
    CAP_SYS_RAWIO = 17
    CAP_SYS_CHROOT = 18
    CAP_SYS_PTRACE = 19
    CAP_SYS_PACCT = 20
    CAP_SYS_ADMIN = 21
    CAP_SYS_BOOT = 22
    CAP_SYS_NICE = 23
    CAP_SYS_RESOURCE = 24
    CAP_SYS_TIME = 25
    CAP_SYS_TTY_CONFIG = 26
    CAP_MKNOD = 27
    CAP_LEASE = 28
    CAP_AUDIT_WRITE = 29
    CAP_AUDIT_CONTROL = 30
    CAP_SETFCAP = 31
    CAP_MAC_OVERRIDE = 32
    CAP_MAC_ADMIN = 33
    CAP_SYSLOG = 34
    CAP_WAKE_ALARM = 35
    CAP_BLOCK_SUSPEND = 36
    CAP_AUDIT_READ = 37
    CAP_PERFMON = 38
    CAP_BPF = 39
    CAP_CHECKPOINT_RESTORE = 40


LAST_CAPABILITY = max(Capability)
ALL_CAPABILITIES = (2 << LAST_CAPABILITY) - 1
FILE_CAPABILITIES = sum(
    1 << capability
    for capability in (
        *(Capability.CAP_CHOWN, Capability.CAP_DAC_OVERRIDE, Capability.CAP_DAC_READ_SEARCH),
        *(Capability.CAP_FOWNER, Capability.CAP_FSETID, Capability.CAP_LINUX_IMMUTABLE),
        *(Capability.CAP_MKNOD, Capability.CAP_MAC_OVERRIDE),
    )
)
"""Those that come and go with root as the file system's user id."""


class SecureBit(IntEnum):
    """What is not done for root because it is root (PR_SET_SECUREBITS)."""

    SECBIT_NOROOT = 0x01
    SECBIT_NOROOT_LOCKED = 0x02
    SECBIT_NO_SETUID_FIXUP = 0x04
    SECBIT_NO_SETUID_FIXUP_LOCKED = 0x08
    SECBIT_KEEP_CAPS = 0x10
    SECBIT_KEEP_CAPS_LOCKED = 0x20
    SECBIT_NO_CAP_AMBIENT_RAISE = 0x40
    SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED = 0x80


SECURE_LOCKS = 0xAA
"""Each bit's lock stands one to the left of it."""
