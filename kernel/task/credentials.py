"""Credentials: who a task is; frozen, replaced and never changed (credentials(7))."""

from dataclasses import dataclass, replace

from kernel.abi.process import ALL_CAPABILITIES, Capability


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and group ids (real, effective, saved, file system) and capability sets."""

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
    keeps_capabilities: bool = False
    """The permitted ones survive when no id is root's any more (PR_SET_KEEPCAPS)."""

    @classmethod
    def of_user(cls, uid: int, gid: int) -> "Credentials":
        """A user's: all capabilities for uid 0, none for others."""
        capabilities = ALL_CAPABILITIES if uid == 0 else 0
        return cls(uid, uid, uid, uid, gid, gid, gid, gid, (), capabilities, capabilities)

    def has(self, capability: Capability) -> bool:
        """Whether the capability is in the effective set."""
        return bool(self.effective >> capability & 1)

    def after_exec(self) -> "Credentials":
        """With a new program: root gets all capabilities back, others lose theirs."""
        permitted = ALL_CAPABILITIES if 0 in (self.uid, self.euid) else 0
        effective = permitted if self.euid == 0 else 0
        return replace(
            self,
            suid=self.euid,
            fsuid=self.euid,
            permitted=permitted,
            effective=effective,
            keeps_capabilities=False,
        )

    def is_in_group(self, gid: int) -> bool:
        """Whether file access by this group applies."""
        return gid == self.fsgid or gid in self.groups
