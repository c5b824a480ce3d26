"""Privileges: how capabilities follow a change of ids or of the program (capabilities(7))."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.capabilities import FILE_CAPABILITIES, Capability, SecureBit
from kernel.abi.errno import Errno
from kernel.abi.files import S_ISGID, S_ISUID, S_IXGRP
from kernel.abi.process import Resource
from kernel.errors import SysError
from kernel.fs.file_capabilities import FileCapabilities, capabilities_of

if TYPE_CHECKING:
    from kernel.fs.inode import RegularInode
    from kernel.fs.mount import Mount
    from kernel.task.credentials import Credentials
    from kernel.task.task import Task


def adopt(task: Task, new: Credentials) -> None:
    """Let the task have these credentials from now on.

    Where it may do something else than before, its memory is no longer to be seen by others, and
    it does not hear of its parent's end (commit_creds).
    """
    old = task.credentials
    if new is old:
        return
    before = old.euid, old.egid, old.fsuid, old.fsgid
    if before != (new.euid, new.egid, new.fsuid, new.fsgid) or new.permitted & ~old.permitted:
        task.process.is_dumpable = False
        task.death_signal = 0
    if new.uid != old.uid:
        task.exceeds_limit = new.uid != 0 and is_over_limit(task, new.uid)
    task.credentials = new


def is_over_limit(task: Task, uid: int) -> bool:
    """Whether a user has more tasks than RLIMIT_NPROC allows: execve then fails with EAGAIN.

    A task that is just becoming the user's does not count yet.
    """
    limit = task.process.limits.soft(Resource.RLIMIT_NPROC)
    return task.system.tasks.count_of_user(uid) > limit


def with_changed_user(old: Credentials, new: Credentials) -> Credentials:
    """The new credentials with the capabilities that the change of user ids leaves or gives."""
    if old.is_secured(SecureBit.SECBIT_NO_SETUID_FIXUP):
        return new
    had_root = 0 in (old.uid, old.euid, old.suid)
    if had_root and 0 not in (new.uid, new.euid, new.suid):
        new = replace(new, ambient=0)
        if not old.is_secured(SecureBit.SECBIT_KEEP_CAPS):
            new = replace(new, permitted=0, effective=0)
    if old.euid == 0 and new.euid != 0:
        new = replace(new, effective=0)
    if old.euid != 0 and new.euid == 0:
        new = replace(new, effective=new.permitted)
    return new


def with_changed_file_user(old: Credentials, new: Credentials) -> Credentials:
    """The same for the file system's user id, which moves the capabilities for files alone."""
    if old.is_secured(SecureBit.SECBIT_NO_SETUID_FIXUP):
        return new
    if old.fsuid == 0 and new.fsuid != 0:
        return replace(new, effective=new.effective & ~FILE_CAPABILITIES)
    if old.fsuid != 0 and new.fsuid == 0:
        return replace(new, effective=new.effective | new.permitted & FILE_CAPABILITIES)
    return new


# ---- a new program -----------------------------------------------------------------------------


class Executed(NamedTuple):
    """Who a task is with its new program.

    `is_secure`: it has more rights than who started it, which the C library is told (AT_SECURE).
    `sets_ids`: the file has a set-id bit that counts.
    """

    credentials: Credentials
    is_secure: bool
    sets_ids: bool


def after_exec(task: Task, inode: RegularInode, mount: Mount | None) -> Executed:
    """What execve of this file does to the credentials.

    The file's set-user-ID and set-group-ID bits count unless the mount or PR_SET_NO_NEW_PRIVS
    forbids it. Root gets its capabilities anew, others those of the file; a task that shares its
    FsContext with another process, or that somebody without CAP_SYS_PTRACE traces, gains nothing.
    EPERM where the file counts on more capabilities in effect than the task can get.
    """
    old = task.credentials
    is_plain = not inode.mode & (S_ISUID | S_ISGID) and inode.attributes is None
    if is_plain and _is_settled(old):
        return Executed(old, is_secure=False, sets_ids=False)
    new, sets_ids = _with_set_ids(task, inode, mount)
    is_allowed = mount is not None and not mount.ignores_set_id
    given = capabilities_of(inode) if is_allowed else None
    permitted, becomes_effective = _with_capabilities(old, new, given)
    new = replace(new, permitted=permitted)
    changes = new.euid != old.uid or new.egid != old.gid
    if (changes or new.permitted & ~old.permitted) and _is_unsafe(task):
        if not old.has(Capability.CAP_SETUID) or task.traits.no_new_privileges:
            new = replace(new, euid=new.uid, egid=new.gid)
        new = replace(new, permitted=new.permitted & old.permitted)
    ambient = 0 if changes or given is not None else new.ambient
    permitted = new.permitted | ambient
    new = replace(
        new,
        suid=new.euid,
        fsuid=new.euid,
        sgid=new.egid,
        fsgid=new.egid,
        ambient=ambient,
        permitted=permitted,
        effective=permitted if becomes_effective else ambient,
        secure_bits=new.secure_bits & ~SecureBit.SECBIT_KEEP_CAPS,
    )
    gains = becomes_effective or permitted & ~ambient
    return Executed(new, changes or bool(new.uid != 0 and gains), sets_ids)


def _with_capabilities(
    old: Credentials, new: Credentials, given: FileCapabilities | None
) -> tuple[int, bool]:
    """What the program may have before ambient ones are added, and whether that is in effect."""
    permitted, is_effective = 0, False
    if given is not None:
        permitted = old.bounding & given.permitted | old.inheritable & given.inheritable
        is_effective = given.is_effective
        if is_effective and given.permitted & ~permitted:
            raise SysError(Errno.EPERM)
    is_mixed = given is not None and new.euid == 0 and new.uid != 0
    if old.is_secured(SecureBit.SECBIT_NOROOT) or is_mixed:
        return permitted, is_effective
    if 0 in (new.uid, new.euid):
        permitted = old.bounding | old.inheritable
    return permitted, is_effective or new.euid == 0


def _is_settled(who: Credentials) -> bool:
    """Whether a plain program changes nothing: root with all capabilities, a user with none."""
    if who.ambient or who.secure_bits or who.permitted != who.effective:
        return False
    if who.permitted != (who.bounding | who.inheritable if who.uid == 0 else 0):
        return False
    is_one_user = who.uid == who.euid == who.suid == who.fsuid
    return is_one_user and who.gid == who.egid == who.sgid == who.fsgid


def _with_set_ids(task: Task, inode: RegularInode, mount: Mount | None) -> tuple[Credentials, bool]:
    new, sets_ids = task.credentials, False
    if mount is None or mount.ignores_set_id or task.traits.no_new_privileges:
        return new, False
    if inode.mode & S_ISUID:
        new, sets_ids = replace(new, euid=inode.uid), True
    if inode.mode & S_ISGID and inode.mode & S_IXGRP:  # without it: mandatory locking, once
        new, sets_ids = replace(new, egid=inode.gid), True
    return new, sets_ids


def _is_unsafe(task: Task) -> bool:
    """Whether somebody else could steer what the new program does."""
    sharers = sum(thread.fs is task.fs for thread in task.process.threads)
    tracing = task.tracing
    is_steered = tracing is not None and not tracing.tracer.credentials.has(
        Capability.CAP_SYS_PTRACE
    )
    return task.traits.no_new_privileges or is_steered or task.fs.users > sharers
