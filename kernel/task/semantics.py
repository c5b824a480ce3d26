"""Whose vfork: what the call has meant on different systems, one frozen record each.

A record governs call 190 and, on solaris, forksys; clone and clone3 keep to their flags.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kernel.abi.process import CloneFlag


@dataclass(frozen=True)
class VforkSemantics:
    """What vfork does. The defaults are Linux's since 2.2."""

    name: str = "linux"
    exists: bool = True
    """Otherwise call 190 fails with ENOSYS."""
    shares_memory: bool = True
    """The child runs in its parent's address space; otherwise in a copy, as after fork."""
    parent_waits: bool = True
    """The parent sleeps until the child executes a program or ends."""
    holds_threads: bool = False
    """The other threads of the parent's process sleep, too."""
    ends_early: bool = True
    """Signals that kill without a core, and the end of its process, end a parent that waits."""
    resets_caught_signals: bool = False
    """In the child, caught signals are back to their defaults, and no new handler can be set."""
    child_never_stops_for_terminal: bool = False
    """In the child, no SIGTTIN and SIGTTOU: input is at its end, output goes through."""
    has_forksys: bool = False
    """`int $0x91` with eax = 142 is forksys: forkx, forkallx and vforkx."""
    counts_by_user: bool = False
    """A limit of processes for each user, fixed when the system was built, applies."""
    registers_from_child: bool = False
    """The parent goes on with the register values that the child had last."""


def vfork_flags(semantics: VforkSemantics) -> int:
    """The flags of clone that come closest: CLONE_VM, CLONE_VFORK, both or none."""
    shared = CloneFlag.CLONE_VM if semantics.shares_memory else 0
    return shared | (CloneFlag.CLONE_VFORK if semantics.parent_waits else 0)


_LINUX = VforkSemantics()
_BSD = replace(
    _LINUX, name="bsd", ends_early=False, child_never_stops_for_terminal=True, counts_by_user=True
)
_FORK = replace(_LINUX, shares_memory=False, parent_waits=False)
SYSTEMS: dict[str, VforkSemantics] = {
    system.name: system
    for system in (
        _LINUX,
        replace(_FORK, name="linux-2.0"),
        replace(_LINUX, name="linux-2.0-strict", exists=False),
        _BSD,
        replace(_LINUX, name="bsd44", shares_memory=False, ends_early=False),
        replace(_BSD, name="netbsd", counts_by_user=False),
        replace(
            _BSD,
            name="solaris",
            holds_threads=True,
            resets_caught_signals=True,
            has_forksys=True,
        ),
        replace(_FORK, name="posix", counts_by_user=True),
    )
}
