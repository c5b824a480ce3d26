"""Telling watchers what happens to a file: those of the file itself, and of its directory.

Events are inotify's (inotify(7)); the order among them is Linux's. Where nobody watches, telling is
a look at two attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from kernel.abi.event_files import Inotify
from kernel.errors import SysError
from kernel.fs.inode import DirectoryInode, Inode

if TYPE_CHECKING:
    from kernel.fs.open_file import OpenFile
    from kernel.fs.path import Location
    from kernel.system import System

ACCESS, MODIFY, ATTRIB = int(Inotify.IN_ACCESS), int(Inotify.IN_MODIFY), int(Inotify.IN_ATTRIB)
OPEN, CREATE, DELETE = int(Inotify.IN_OPEN), int(Inotify.IN_CREATE), int(Inotify.IN_DELETE)
RENAME = 1 << 28
"""A name became another in the same directory, which F_NOTIFY alone tells."""
MOVE_SELF = int(Inotify.IN_MOVE_SELF)
_DIRECTORY = int(Inotify.IN_ISDIR)


class Watcher(Protocol):
    """Somebody who is told of a file, as an entry of `Inode.watchers`."""

    def notice(self, event: int, name: bytes, cookie: int, has_name: bool) -> None:
        """Something happened: to the file itself, or to `name` in it, if that is not empty.

        `has_name` is False for what happens to an open file whose name is gone.
        """

    def is_held(self, place: Location) -> bool:
        """Whether a process has the file that had this name open."""

    def end(self) -> None:
        """The file is no more: leave it."""


def tell(place: Location | None, event: int) -> None:
    """Something happened to a file by the name that led to it."""
    if place is None:
        return
    inode = place.inode
    if isinstance(inode, DirectoryInode):
        folder, name, event = inode.parent, inode.name, event | _DIRECTORY
    else:
        folder, name = place.directory, place.name
    if folder is not None and folder.watchers:
        _tell_all(folder, event, name, has_name=_has_name(folder, name, inode))
    if inode.watchers:
        _tell_all(inode, event)


def tell_name(
    folder: DirectoryInode, event: int, name: bytes, inode: Inode, cookie: int = 0
) -> None:
    """A name in a directory came, went or moved; `inode` is what has or had it."""
    if folder.watchers:
        if inode.is_directory:
            event |= _DIRECTORY
        _tell_all(folder, event, name, cookie)


def tell_itself(inode: Inode, event: int) -> None:
    """Something happened to a file whatever its name."""
    if inode.watchers:
        _tell_all(inode, event)


def tell_removed(place: Location) -> None:
    """A name was removed, and with the last one the file itself."""
    inode, folder = place.inode, place.directory
    assert folder is not None
    if not inode.is_directory:
        tell_itself(inode, ATTRIB)
    tell_gone(place)
    tell_name(folder, DELETE, place.name, inode)


def tell_gone(place: Location) -> None:
    """If that was the file's last name, and nobody has it open by that name, its watches end."""
    inode = place.inode
    if inode.watchers and not inode.links and not inode.watchers[0].is_held(place):
        tell_itself(inode, Inotify.IN_DELETE_SELF)
        for watcher in tuple(inode.watchers):
            watcher.end()


def tell_moved(
    old: DirectoryInode, old_name: bytes, new: DirectoryInode, new_name: bytes, inode: Inode,
    cookie: int,
) -> None:  # fmt: skip
    """A name moved; `cookie` joins both halves."""
    if old is new:
        tell_name(old, RENAME, old_name, inode)
    tell_name(old, Inotify.IN_MOVED_FROM, old_name, inode, cookie)
    tell_name(new, Inotify.IN_MOVED_TO, new_name, inode, cookie)


def tell_closed(file: OpenFile) -> None:
    """The last descriptor of an open file is gone."""
    place = file.location
    assert place is not None
    tell(place, Inotify.IN_CLOSE_WRITE if file.is_writable else Inotify.IN_CLOSE_NOWRITE)
    tell_gone(place)


def is_held(system: System, place: Location) -> bool:
    """Whether a process has the file that had this name open."""
    tasks = system.tasks.tasks()
    opened = (file for task in tasks if not task.is_gone for file in task.files.files.values())
    return any(
        file.location is not None
        and file.location.inode is place.inode
        and file.location[2:] == place[2:]
        for file in opened
    )


def _has_name(folder: DirectoryInode, name: bytes, inode: Inode) -> bool:
    try:
        return folder.lookup(name) is inode
    except SysError:
        return False


def _tell_all(
    inode: Inode, event: int, name: bytes = b"", cookie: int = 0, has_name: bool = True
) -> None:
    for watcher in tuple(inode.watchers):
        watcher.notice(event, name, cookie, has_name)
