"""Opening files by name, as open(2) does: find or create, check, cut, and make an open file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, O_ACCMODE, O_TMPFILE, S_IFREG, OpenFlag
from kernel.abi.mount import MountFlag
from kernel.errors import SysError
from kernel.fs.file_flags import require_growing_only
from kernel.fs.inode import DirectoryInode, Inode, RegularInode
from kernel.fs.leases import break_leases
from kernel.fs.notify import CREATE, MODIFY, OPEN, tell, tell_name
from kernel.fs.open_file import OpenFile
from kernel.fs.path import Location, resolve, resolve_creation
from kernel.fs.permission import READ, SEARCH, WRITE, require, require_owner
from kernel.fs.regular import MAX_SMALL_SIZE, drop_privileges
from kernel.fs.seals import require_resizing

if TYPE_CHECKING:
    from kernel.task.task import Task

_CREAT, _EXCL, _TRUNC = int(OpenFlag.O_CREAT), int(OpenFlag.O_EXCL), int(OpenFlag.O_TRUNC)
_DIRECTORY, _NOFOLLOW = int(OpenFlag.O_DIRECTORY), int(OpenFlag.O_NOFOLLOW)
_NO_DEVICES = int(MountFlag.MS_NODEV)
_LARGEFILE, _DIRECT = int(OpenFlag.O_LARGEFILE), int(OpenFlag.O_DIRECT)
_PATH, _CLOEXEC, _NOATIME = int(OpenFlag.O_PATH), int(OpenFlag.O_CLOEXEC), int(OpenFlag.O_NOATIME)
_TMPFILE_BIT = O_TMPFILE & ~_DIRECTORY
_ONLY_FOR_OPENING = _CREAT | _EXCL | _TRUNC | int(OpenFlag.O_NOCTTY) | _CLOEXEC
_ACCESS = (READ, WRITE, READ | WRITE, READ | WRITE)
"""What the access mode asks for; mode 3 asks for both and gives neither."""


def open_at(
    task: Task, path: bytes, flags: int, mode: int = 0, at: int = AT_FDCWD, limits: int = 0
) -> OpenFile:
    """Open a file; the descriptor is the caller's to make. May raise Block (a FIFO).

    `limits` are of Resolve. Every errno of open(2). O_ASYNC, O_DIRECT (for regular files only)
    and the O_SYNC flags are kept and mean nothing.
    """
    if flags & _PATH:
        return _open_path(task, path, flags, at, limits)
    if flags & _CREAT and flags & _DIRECTORY:
        raise SysError(Errno.EINVAL)
    if flags & _TMPFILE_BIT:
        return _open_temporary(task, path, flags, mode, at, limits)
    if flags & _CREAT:
        location, is_new = _find_or_create(task, path, flags, mode, at, limits)
    else:
        location, is_new = resolve(task, path, at, not flags & _NOFOLLOW, limits), False
    return open_found(task, location, flags, is_new)


def open_found(task: Task, location: Location, flags: int, is_new: bool = False) -> OpenFile:
    """Open what was found; a file that was just created needs no permission."""
    inode = location.inode
    inode.refresh()
    _check_kind(inode, flags)
    wanted = _ACCESS[flags & O_ACCMODE] | (WRITE if flags & _TRUNC else 0)
    if not is_new:
        _check_access(task, location, wanted, flags)
        if inode.is_regular and inode.size > MAX_SMALL_SIZE and not flags & _LARGEFILE:
            raise SysError(Errno.EOVERFLOW)
        if inode.leases is not None:
            break_leases(task, inode, bool(flags & O_ACCMODE), not flags & OpenFlag.O_NONBLOCK)
        if flags & _TRUNC and isinstance(inode, RegularInode):
            cut(task, inode, 0)
    file = inode.open(task, flags, location.path)
    if flags & _DIRECT and not file.takes_direct:
        file.close()
        raise SysError(Errno.EINVAL)
    file.flags = flags & ~_ONLY_FOR_OPENING
    file.location = location
    tell(location, OPEN)
    if flags & _TRUNC and not is_new:
        tell(location, MODIFY)
    return file


def _check_kind(inode: Inode, flags: int) -> None:
    if inode.is_symlink:
        raise SysError(Errno.ENOTDIR if flags & _DIRECTORY else Errno.ELOOP)
    if inode.is_directory:
        if flags & (O_ACCMODE | _CREAT | _TRUNC):
            raise SysError(Errno.EISDIR)
    elif flags & _DIRECTORY:
        raise SysError(Errno.ENOTDIR)


def _check_access(task: Task, location: Location, wanted: int, flags: int) -> None:
    inode = location.inode
    require(task.credentials, inode, wanted)
    require_growing_only(inode, flags)
    if inode.rdev and location.mount is not None and location.mount.flags & _NO_DEVICES:
        raise SysError(Errno.EACCES)
    if flags & _NOATIME:
        require_owner(task.credentials, inode)
    if wanted & WRITE and isinstance(inode, RegularInode):
        check_writable(location)
        if inode.executing:
            raise SysError(Errno.ETXTBSY)


def check_writable(location: Location) -> None:
    """EROFS where the mount is read-only."""
    if location.mount is not None:
        location.mount.check_writable()


def cut(task: Task, inode: RegularInode, size: int) -> None:
    """Change the size, as truncate(2) does; EPERM where it is sealed."""
    require_resizing(inode, size)
    inode.truncate(size)
    drop_privileges(task, inode)
    inode.modified = inode.changed = task.system.clock.wall


def _find_or_create(
    task: Task, path: bytes, flags: int, mode: int, at: int, limits: int
) -> tuple[Location, bool]:
    exclusive = bool(flags & _EXCL)
    parent, found = resolve_creation(task, path, at, not (exclusive or flags & _NOFOLLOW), limits)
    if found is not None:
        if exclusive:
            raise SysError(Errno.EEXIST)
        return found, False
    check_writable(parent.directory)
    require(task.credentials, parent.folder, WRITE | SEARCH)
    mode = S_IFREG | mode & 0o7777 & ~task.fs.umask
    uid, gid = owner_of_new(task, parent.folder)
    inode = parent.folder.create(parent.name, mode, uid, gid, task.system.clock.wall)
    tell_name(parent.folder, CREATE, parent.name, inode)
    return Location(parent.directory.mount, inode, parent.folder, parent.name), True


def owner_of_new(task: Task, folder: Inode) -> tuple[int, int]:
    """User and group of a new file: the task's, or the group of a set-group-ID folder."""
    credentials = task.credentials
    return credentials.fsuid, folder.gid if folder.mode & 0o2000 else credentials.fsgid


def _open_path(task: Task, path: bytes, flags: int, at: int, limits: int) -> OpenFile:
    """O_PATH: a descriptor that only stands for a place; a symbolic link itself is one too."""
    return open_place(task, resolve(task, path, at, not flags & _NOFOLLOW, limits), flags)


def open_place(task: Task, location: Location, flags: int) -> OpenFile:
    """A descriptor that only stands for this place; ENOTDIR."""
    if flags & _DIRECTORY and not location.inode.is_directory:
        raise SysError(Errno.ENOTDIR)
    file = OpenFile(location.inode, flags & (_PATH | _DIRECTORY | _NOFOLLOW), location.path)
    file.location = location
    return file


def _open_temporary(
    task: Task, path: bytes, flags: int, mode: int, at: int, limits: int
) -> OpenFile:
    """O_TMPFILE: a file in the folder's file system that has no name."""
    if flags & O_TMPFILE != O_TMPFILE or not flags & O_ACCMODE:
        raise SysError(Errno.EINVAL)
    place = resolve(task, path, at, limits=limits)
    folder = place.inode
    if not isinstance(folder, DirectoryInode):
        raise SysError(Errno.ENOTDIR)
    check_writable(place)
    require(task.credentials, folder, WRITE | SEARCH)
    uid, gid = owner_of_new(task, folder)
    mode = S_IFREG | mode & 0o7777 & ~task.fs.umask
    inode = folder.temporary(mode, uid, gid, task.system.clock.wall)
    inode.may_get_name = not flags & _EXCL
    named = b"#%d" % inode.number
    location = Location(place.mount, inode, folder, named)
    file = open_found(task, location, flags & ~O_TMPFILE, is_new=True)
    file.flags |= O_TMPFILE
    return file
