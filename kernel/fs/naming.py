"""Names: making, linking, removing and moving them, with the checks that Linux has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import (
    AT_FDCWD,
    S_IFBLK,
    S_IFCHR,
    S_IFDIR,
    S_IFIFO,
    S_IFMT,
    S_IFREG,
    S_IFSOCK,
    S_ISGID,
    S_ISUID,
)  # fmt: skip
from kernel.errors import SysError
from kernel.fs.file_flags import require_no_flags
from kernel.fs.inode import DirectoryInode, Inode
from kernel.fs.memory_directory import MemoryDirectory
from kernel.fs.notify import (
    ATTRIB,
    CREATE,
    MOVE_SELF,
    tell_gone,
    tell_itself,
    tell_moved,
    tell_name,
    tell_removed,
)  # fmt: skip
from kernel.fs.opening import check_writable, owner_of_new
from kernel.fs.path import Location, Parent, resolve_parent
from kernel.fs.permission import READ, SEARCH, WRITE, is_allowed, is_owner, require, require_removal

if TYPE_CHECKING:
    from kernel.task.credentials import Credentials
    from kernel.task.task import Task

RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT = 1, 2, 4
_RENAME_FLAGS = RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT
_NO_NAMES = (b".", b"..", b"/")
_NODES = (S_IFREG, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK)


def _place_for_new(task: Task, path: bytes, at: int, is_directory: bool = False) -> Parent:
    """Where a new name may go: EEXIST before EROFS before EACCES."""
    parent = _unused_place(task, path, at, is_directory)
    require(task.credentials, parent.folder, WRITE | SEARCH)
    return parent


def _unused_place(task: Task, path: bytes, at: int, is_directory: bool = False) -> Parent:
    """The same, whoever may write there; only a directory may end in "/"."""
    parent = resolve_parent(task, path, at)
    if parent.name in _NO_NAMES or _find(parent) is not None:
        raise SysError(Errno.EEXIST)
    if (parent.must_be_directory and not is_directory) or not parent.folder.takes_new_names:
        raise SysError(Errno.ENOENT)
    check_writable(parent.directory)
    return parent


def _find(parent: Parent) -> Inode | None:
    try:
        return parent.folder.lookup(parent.name)
    except SysError as error:
        if error.errno is not Errno.ENOENT:
            raise
        return None


def make_directory(task: Task, path: bytes, mode: int, at: int = AT_FDCWD) -> None:
    """mkdir(2)."""
    parent = _place_for_new(task, path, at, is_directory=True)
    mode = S_IFDIR | mode & 0o1777 & ~task.fs.umask | parent.folder.mode & S_ISGID
    uid, gid = owner_of_new(task, parent.folder)
    made = parent.folder.create(parent.name, mode, uid, gid, task.system.clock.wall)
    tell_name(parent.folder, CREATE, parent.name, made)


def make_node(task: Task, path: bytes, mode: int, rdev: int, at: int = AT_FDCWD) -> None:
    """mknod(2): a file, FIFO, socket or (CAP_MKNOD) device. EPERM, EINVAL for other types."""
    kind = mode & S_IFMT or S_IFREG
    if kind not in _NODES:
        raise SysError(Errno.EPERM if kind == S_IFDIR else Errno.EINVAL)
    parent = _place_for_new(task, path, at)
    if kind in (S_IFCHR, S_IFBLK) and not task.credentials.has(Capability.CAP_MKNOD):
        raise SysError(Errno.EPERM)
    uid, gid = owner_of_new(task, parent.folder)
    mode = kind | mode & 0o7777 & ~task.fs.umask
    made = parent.folder.create(parent.name, mode, uid, gid, task.system.clock.wall, rdev)
    tell_name(parent.folder, CREATE, parent.name, made)


def make_symlink(task: Task, target: bytes, path: bytes, at: int = AT_FDCWD) -> None:
    """symlink(2): ENOENT for an empty target."""
    if not target:
        raise SysError(Errno.ENOENT)
    parent = _place_for_new(task, path, at)
    uid, gid = owner_of_new(task, parent.folder)
    made = parent.folder.symlink(parent.name, target, uid, gid, task.system.clock.wall)
    tell_name(parent.folder, CREATE, parent.name, made)


def make_link(task: Task, old: Location, path: bytes, at: int = AT_FDCWD) -> None:
    """link(2): EXDEV between mounts, EPERM for directories and for others' protected files."""
    parent = _unused_place(task, path, at)
    if old.mount is not parent.directory.mount:
        raise SysError(Errno.EXDEV)
    if task.system.protects_hard_links and not _is_safe_source(task.credentials, old.inode):
        raise SysError(Errno.EPERM)
    require(task.credentials, parent.folder, WRITE | SEARCH)
    require_no_flags(old.inode)
    if old.inode.is_directory:
        raise SysError(Errno.EPERM)
    parent.folder.link(parent.name, old.inode, task.system.clock.wall)
    tell_itself(old.inode, ATTRIB)
    tell_name(parent.folder, CREATE, parent.name, old.inode)


def _is_safe_source(credentials: Credentials, inode: Inode) -> bool:
    """Whether the task may name a file again: its own, or one that it may read and write and that
    is no privileged program (proc(5), /proc/sys/fs/protected_hardlinks).
    """
    if is_owner(credentials, inode):
        return True
    is_privileged = inode.mode & S_ISUID or (inode.mode & S_ISGID and inode.mode & 0o010)
    return inode.is_regular and not is_privileged and is_allowed(credentials, inode, READ | WRITE)


def remove(task: Task, path: bytes, at: int = AT_FDCWD) -> None:
    """unlink(2)."""
    parent = resolve_parent(task, path, at)
    if parent.name in _NO_NAMES:
        raise SysError(Errno.EISDIR)
    check_writable(parent.directory)
    victim = parent.folder.lookup(parent.name)
    if parent.must_be_directory:
        raise SysError(Errno.EISDIR if victim.is_directory else Errno.ENOTDIR)
    require_removal(task.credentials, parent.folder, victim)
    if victim.is_directory:
        raise SysError(Errno.EISDIR)
    _require_unmounted(victim)
    parent.folder.unlink(parent.name, task.system.clock.wall)
    tell_removed(_place(parent, victim))


def remove_directory(task: Task, path: bytes, at: int = AT_FDCWD) -> None:
    """rmdir(2)."""
    parent = resolve_parent(task, path, at)
    refusal = {b".": Errno.EINVAL, b"..": Errno.ENOTEMPTY, b"/": Errno.EBUSY}.get(parent.name)
    if refusal is not None:
        raise SysError(refusal)
    check_writable(parent.directory)
    victim = parent.folder.lookup(parent.name)
    require_removal(task.credentials, parent.folder, victim)
    if not victim.is_directory:
        raise SysError(Errno.ENOTDIR)
    _require_unmounted(victim)
    parent.folder.rmdir(parent.name, task.system.clock.wall)
    tell_removed(_place(parent, victim))


def _place(parent: Parent, inode: Inode) -> Location:
    """Where a file is that has, or had, this name."""
    return Location(parent.directory.mount, inode, parent.folder, parent.name)


def _require_unmounted(inode: Inode) -> None:
    if inode.mounted:
        raise SysError(Errno.EBUSY)


def check_rename_flags(flags: int) -> None:
    """EINVAL for what is unknown, or cannot go with RENAME_EXCHANGE."""
    if flags & ~_RENAME_FLAGS or (flags & RENAME_EXCHANGE and flags & ~RENAME_EXCHANGE):
        raise SysError(Errno.EINVAL)


def rename(
    task: Task,
    old_path: bytes,
    new_path: bytes,
    old_at: int = AT_FDCWD,
    new_at: int = AT_FDCWD,
    flags: int = 0,
) -> None:
    """renameat2(2); RENAME_WHITEOUT leaves a device 0:0 behind, in memory alone."""
    check_rename_flags(flags)
    is_exchange = bool(flags & RENAME_EXCHANGE)
    old = resolve_parent(task, old_path, old_at, may_be_long=True)
    new = resolve_parent(task, new_path, new_at, may_be_long=True)
    if old.directory.mount is not new.directory.mount:
        raise SysError(Errno.EXDEV)
    if old.name in _NO_NAMES:
        raise SysError(Errno.EBUSY)
    if new.name in _NO_NAMES:
        raise SysError(Errno.EEXIST if flags & RENAME_NOREPLACE else Errno.EBUSY)
    check_writable(old.directory)
    old.check_length()
    moved = old.folder.lookup(old.name)
    new.check_length()
    replaced = _find(new)
    if replaced is not None and flags & RENAME_NOREPLACE:
        raise SysError(Errno.EEXIST)
    if replaced is None and (is_exchange or not new.folder.takes_new_names):
        raise SysError(Errno.ENOENT)
    _check_slashes(old, new, moved, replaced if is_exchange else None)
    _check_loops(old, new, moved, replaced, is_exchange)
    if moved is replaced:
        return
    _check_move(task, old, new, moved, replaced)
    if replaced is not None and not is_exchange:
        _check_kinds(moved, replaced)
    _require_unmounted(moved)
    if replaced is not None:
        _require_unmounted(replaced)
    if flags & RENAME_WHITEOUT:
        _require_whiteout(task, old)
    action = old.folder.exchange if is_exchange else old.folder.rename
    action(old.name, new.folder, new.name, task.system.clock.wall)
    if flags & RENAME_WHITEOUT:
        uid, gid = owner_of_new(task, old.folder)
        old.folder.create(old.name, S_IFCHR, uid, gid, task.system.clock.wall)
    if task.system.inotify.total:
        _tell_moves(task, old, new, moved, replaced, is_exchange)


def _require_whiteout(task: Task, old: Parent) -> None:
    """EPERM without CAP_MKNOD, EINVAL on the host, ENOSPC."""
    if not task.credentials.has(Capability.CAP_MKNOD):
        raise SysError(Errno.EPERM)
    if not isinstance(old.folder, MemoryDirectory):
        raise SysError(Errno.EINVAL)
    old.folder.system.check_space()


def _check_kinds(moved: Inode, replaced: Inode) -> None:
    """A directory replaces a directory, and nothing else does."""
    if moved.is_directory and not replaced.is_directory:
        raise SysError(Errno.ENOTDIR)
    if replaced.is_directory and not moved.is_directory:
        raise SysError(Errno.EISDIR)


def _tell_moves(
    task: Task, old: Parent, new: Parent, moved: Inode, replaced: Inode | None, is_exchange: bool
) -> None:
    use = task.system.inotify
    tell_moved(old.folder, old.name, new.folder, new.name, moved, use.next_cookie())
    if replaced is not None and not is_exchange:
        tell_itself(replaced, ATTRIB)
    tell_itself(moved, MOVE_SELF)
    if replaced is not None and is_exchange:
        tell_moved(new.folder, new.name, old.folder, old.name, replaced, use.next_cookie())
        tell_itself(replaced, MOVE_SELF)
    elif replaced is not None:
        tell_gone(_place(new, replaced))


def _check_slashes(old: Parent, new: Parent, moved: Inode, exchanged: Inode | None) -> None:
    """ENOTDIR where a name that ends in "/" would be no directory."""
    needs = old.must_be_directory or (exchanged is None and new.must_be_directory)
    if needs and not moved.is_directory:
        raise SysError(Errno.ENOTDIR)
    if exchanged is not None and new.must_be_directory and not exchanged.is_directory:
        raise SysError(Errno.ENOTDIR)


def _check_loops(
    old: Parent, new: Parent, moved: Inode, replaced: Inode | None, is_exchange: bool
) -> None:
    """EINVAL for moving a directory into itself, ENOTEMPTY for replacing one that is above."""
    if _is_at_or_above(moved, new.folder):
        raise SysError(Errno.EINVAL)
    if replaced is not None and _is_at_or_above(replaced, old.folder):
        raise SysError(Errno.EINVAL if is_exchange else Errno.ENOTEMPTY)


def _is_at_or_above(inode: Inode, folder: DirectoryInode) -> bool:
    here: DirectoryInode | None = folder if inode.is_directory else None
    while here is not None:
        if here is inode:
            return True
        here = here.parent
    return False


def _check_move(task: Task, old: Parent, new: Parent, moved: Inode, replaced: Inode | None) -> None:
    """Permission to remove the old name and to make or replace the new one."""
    credentials = task.credentials
    require_removal(credentials, old.folder, moved)
    if replaced is None:
        require(credentials, new.folder, WRITE | SEARCH)
    else:
        require_removal(credentials, new.folder, replaced)
    if old.folder is not new.folder:
        for inode in (moved, replaced):
            if inode is not None and inode.is_directory:
                require(credentials, inode, WRITE)  # its ".." changes
