"""Mounting, binding, moving and unmounting, with the checks that Linux has (mount(2)).

There is one mount namespace; mounts are never shared with others, so that MS_SHARED is EINVAL, and
MS_PRIVATE and MS_SLAVE change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.event_files import Inotify
from kernel.abi.files import makedev
from kernel.abi.mount import MountFlag
from kernel.errors import SysError
from kernel.fs.inode import DirectoryInode, Inode
from kernel.fs.memory_options import MemoryOptions
from kernel.fs.mount import FileSystem, Mount, Namespace
from kernel.fs.notify import tell_itself
from kernel.fs.path import Location
from kernel.fs.tmpfs import MemoryFileSystem

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

_KEPT = (
    MountFlag.MS_RDONLY | MountFlag.MS_NOSUID | MountFlag.MS_NODEV | MountFlag.MS_NOEXEC
    | MountFlag.MS_NOSYMFOLLOW
)  # fmt: skip
_TIMES = MountFlag.MS_NOATIME | MountFlag.MS_NODIRATIME | MountFlag.MS_RELATIME
_FIRST_DEVICE = 100
"""Minor number of the first file system that a guest mounts."""


def flags_of_mount(flags: int) -> int:
    """What of mount(2)'s flags a mount keeps: relatime, unless other times are asked for."""
    kept = flags & (_KEPT | MountFlag.MS_NODIRATIME)
    if flags & MountFlag.MS_STRICTATIME:
        return kept
    return kept | (MountFlag.MS_NOATIME if flags & MountFlag.MS_NOATIME else MountFlag.MS_RELATIME)


def mount_new(task: Task, at: Location, kind: bytes, source: str, flags: int, data: bytes) -> None:
    """A new file system, or one of the kernel's; ENODEV, EINVAL, ENOTDIR."""
    file_system, root = _file_system(task, kind, data)
    namespace = task.system.namespace
    if root.is_directory and not at.inode.is_directory:
        raise SysError(Errno.ENOTDIR)
    if flags & MountFlag.MS_RDONLY and isinstance(file_system, MemoryFileSystem):
        file_system.is_read_only = True
    namespace.mount(at, root, file_system, source, flags_of_mount(flags))


def _file_system(task: Task, kind: bytes, data: bytes) -> tuple[FileSystem, Inode]:
    system = task.system
    if kind == b"tmpfs":
        options = MemoryOptions.parse(data)
        number = makedev(0, _FIRST_DEVICE + system.namespace.next_number)
        made = MemoryFileSystem(number, options.quota(system.file_quota))
        root = made.new_root(options.mode, system.clock.wall)
        made.configure(options)
        root.uid = task.credentials.fsuid if options.uid is None else options.uid
        root.gid = task.credentials.fsgid if options.gid is None else options.gid
        return made, root
    tree = system.namespace.trees.get(kind.decode("latin-1"))
    if tree is None:
        raise SysError(Errno.ENODEV)
    return tree


def bind(task: Task, source: Location, at: Location, is_recursive: bool) -> None:
    """MS_BIND: show a file or directory at another place, too; with what is mounted below it."""
    mount, namespace = source.mount, task.system.namespace
    if mount is None or mount not in namespace.mounts or mount.is_unbindable:
        raise SysError(Errno.EINVAL)
    if source.inode.is_directory != at.inode.is_directory:
        raise SysError(Errno.ENOTDIR)
    inner = [m for m in namespace.below(mount) if is_recursive and not m.is_unbindable]
    copies = {mount: _copy(namespace, mount, source, at)}
    for other in inner:
        assert other.at is not None
        above = copies.get(other.at.mount) if other.at.mount is not None else None
        if above is not None and _is_within(other.at, source):
            place = other.at._replace(mount=above)
            copies[other] = _copy(namespace, other, Location(other, other.root), place)


def _copy(namespace: Namespace, mount: Mount, source: Location, at: Location) -> Mount:
    inner = mount.inner_path
    if source.inode is not mount.root:
        inner = inner.rstrip("/") + _path_within(source)
    system = mount.file_system
    return namespace.mount(at, source.inode, system, mount.source, mount.flags, inner)


def _path_within(place: Location) -> str:
    """The path of a place in its mount."""
    assert place.mount is not None
    path, _ = place.path_below(Location(place.mount, place.mount.root))
    return path.decode("latin-1")


def _is_within(place: Location, top: Location) -> bool:
    """Whether a place is at or below another of the same mount."""
    here: Inode | None = place.inode
    if not isinstance(here, DirectoryInode):
        here = place.directory
    while isinstance(here, DirectoryInode):
        if here is top.inode:
            return True
        here = here.parent
    return False


def move(task: Task, source: Location, at: Location) -> None:
    """MS_MOVE: a mount goes to another place; EINVAL where `source` is none, ELOOP below itself."""
    mount = _mount_at(task, source)
    if mount.at is None:
        raise SysError(Errno.EINVAL)
    if source.inode.is_directory != at.inode.is_directory:
        raise SysError(Errno.EINVAL)
    above: Mount | None = at.mount
    while above is not None:
        if above is mount:
            raise SysError(Errno.ELOOP)
        above = above.at.mount if above.at is not None else None
    task.system.namespace.cover(mount, at)


def remount(task: Task, place: Location, flags: int, data: bytes) -> None:
    """MS_REMOUNT: other flags, for the file system as well unless MS_BIND is set. EINVAL, EBUSY."""
    mount = _mount_at(task, place)
    read_only = bool(flags & MountFlag.MS_RDONLY)
    if read_only and not mount.read_only and _is_written(task.system, mount):
        raise SysError(Errno.EBUSY)
    asked = flags & (_TIMES | MountFlag.MS_STRICTATIME)
    kept = flags_of_mount(flags) if asked else flags & _KEPT | mount.flags & _TIMES
    if not flags & MountFlag.MS_BIND:
        mount.file_system.reconfigure(data)
        mount.file_system.is_read_only = read_only
    mount.flags = kept


def change_type(task: Task, place: Location, flags: int) -> None:
    """MS_PRIVATE and its like; EINVAL for MS_SHARED, and for a place where nothing is mounted."""
    mount = _mount_at(task, place)
    if flags & MountFlag.MS_SHARED:
        raise SysError(Errno.EINVAL)
    inner = task.system.namespace.below(mount) if flags & MountFlag.MS_REC else []
    for each in (mount, *inner):
        each.is_unbindable = bool(flags & MountFlag.MS_UNBINDABLE)


def unmount(task: Task, place: Location, lazily: bool, expires: bool) -> None:
    """umount2(2): EINVAL where nothing is mounted, EBUSY, EAGAIN for the first MNT_EXPIRE.

    Lazily (MNT_DETACH) everything goes out of the tree at once, and is used by who has it still.
    """
    mount, namespace = _mount_at(task, place), task.system.namespace
    inner = namespace.below(mount)
    if mount.at is None:
        raise SysError(Errno.EINVAL if lazily else Errno.EBUSY)
    if not lazily and (inner or _is_used(task.system, mount)):
        raise SysError(Errno.EBUSY)
    if expires and not mount.is_expiring:
        mount.is_expiring = True
        raise SysError(Errno.EAGAIN)
    for each in (*reversed(inner), mount):
        namespace.detach(each)
        _end(task.system, each)


def _end(system: System, mount: Mount) -> None:
    """A mount is gone: its file system ends with the last of them, if nobody is in it."""
    file_system = mount.file_system
    if any(other.file_system is file_system for other in system.namespace.mounts):
        return
    if isinstance(file_system, MemoryFileSystem):
        for inode in list(file_system.inodes.values()):
            tell_itself(inode, Inotify.IN_UNMOUNT)
            for watcher in tuple(inode.watchers):
                watcher.end()
    if not _is_used(system, mount):
        file_system.shut_down()


def pivot(task: Task, new: Location, old: Location) -> None:
    """pivot_root(2): what was the root is at `old` now, and `new` is the root. EBUSY, EINVAL."""
    namespace, root = task.system.namespace, task.fs.root
    top = root.mount
    if new.mount is top or old.mount is top:
        raise SysError(Errno.EBUSY)
    if top is None or new.mount is None or root.inode is not top.root:
        raise SysError(Errno.EINVAL)
    if new.inode is not new.mount.root or new.mount not in namespace.mounts:
        raise SysError(Errno.EINVAL)
    if not (old.path_below(new)[1] and new.path_below(root)[1]):
        raise SysError(Errno.EINVAL)
    above = top.at
    namespace.cover(new.mount, None)
    namespace.cover(top, old)
    namespace.cover(new.mount, above)
    if namespace.root is top:
        namespace.root = new.mount
    place = Location(new.mount, new.inode)
    for context in dict.fromkeys(
        other.fs for other in task.system.tasks.tasks() if not other.is_gone
    ):
        if context.root[:2] == root[:2]:
            context.root = place
        if context.cwd[:2] == root[:2]:
            context.cwd = place


def _mount_at(task: Task, place: Location) -> Mount:
    """The mount whose root this is; EINVAL."""
    mount = place.mount
    if mount is None or place.inode is not mount.root or mount not in task.system.namespace.mounts:
        raise SysError(Errno.EINVAL)
    return mount


def _places(system: System) -> list[Location]:
    """Every place that a process is in or has open."""
    places: list[Location | None] = []
    for task in system.tasks.tasks():
        if not task.is_gone:
            places += [task.fs.root, task.fs.cwd]
            places += [file.location for file in task.files.files.values()]
    return [place for place in places if place is not None]


def _is_used(system: System, mount: Mount) -> bool:
    """Whether a process is in the mount, has a file of it open, or runs or maps one.

    By which mount a file was mapped is not known: it counts for the file system's last one.
    """
    if any(place.mount is mount for place in _places(system)):
        return True
    others = (other for other in system.namespace.mounts if other is not mount)
    if any(other.file_system is mount.file_system for other in others):
        return False
    device = mount.file_system.device
    mapped = (area.inode for space in system.frames.commitments.spaces for area in space.areas)
    return any(inode is not None and inode.device == device for inode in mapped)


def _is_written(system: System, mount: Mount) -> bool:
    opened = (
        file
        for task in system.tasks.tasks()
        if not task.is_gone
        for file in task.files.files.values()
    )
    return any(f.is_writable and f.location and f.location.mount is mount for f in opened)
