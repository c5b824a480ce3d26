"""Credentials: who a task is; frozen, replaced and never changed (credentials(7))."""

from dataclasses import dataclass

from kernel.abi.capabilities import ALL_CAPABILITIES, Capability, SecureBit


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and group ids (real, effective, saved, file system), capability sets, securebits."""

    uid: int = 0
    euid: int = 0
    suid: int = 0
    fsuid: int = 0
    gid: int = 0
    egid: int = 0
    sgid: int = 0
    fsgid: int = 0
    groups: tuple[int, ...] = ()
    permitted: int = ALL_CAPABILITIES
    effective: int = ALL_CAPABILITIES
    inheritable: int = 0
    bounding: int = ALL_CAPABILITIES
    ambient: int = 0
    secure_bits: int = 0

    @classmethod
    def of_user(cls, uid: int, gid: int) -> "Credentials":
        """A user's: all capabilities for uid 0, none for others."""
        capabilities = ALL_CAPABILITIES if uid == 0 else 0
        return cls(uid, uid, uid, uid, gid, gid, gid, gid, (), capabilities, capabilities)

    def has(self, capability: Capability) -> bool:
        """Whether the capability is in the effective set."""
        return bool(self.effective >> capability & 1)

    def is_secured(self, bit: SecureBit) -> bool:
        """Whether this one of the securebits is set."""
        return bool(self.secure_bits & bit)

    def is_in_group(self, gid: int) -> bool:
        """Whether file access by this group applies."""
        return gid == self.fsgid or gid in self.groups
