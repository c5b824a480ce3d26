"""Path lookup: from a name to the file it means, through symbolic links and mounts."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, NAME_MAX, PATH_MAX
from kernel.abi.mount import MountFlag
from kernel.errors import SysError
from kernel.fs.inode import DirectoryInode, Inode, SymlinkInode
from kernel.fs.mount import mounted_on
from kernel.fs.permission import SEARCH, SEARCH_ANYTHING, is_allowed

if TYPE_CHECKING:
    from kernel.fs.mount import Mount
    from kernel.task.task import Task


class Resolve(IntFlag):
    """What a lookup may not do: openat2(2)'s RESOLVE flags. IN_ROOT makes its start the root."""

    RESOLVE_NO_XDEV = 1
    RESOLVE_NO_MAGICLINKS = 2
    RESOLVE_NO_SYMLINKS = 4
    RESOLVE_BENEATH = 8
    RESOLVE_IN_ROOT = 0x10
    RESOLVE_CACHED = 0x20


_NO_XDEV, _NO_SYMLINKS = int(Resolve.RESOLVE_NO_XDEV), int(Resolve.RESOLVE_NO_SYMLINKS)
_NO_JUMP = int(Resolve.RESOLVE_NO_MAGICLINKS)
_BENEATH, _IN_ROOT = int(Resolve.RESOLVE_BENEATH), int(Resolve.RESOLVE_IN_ROOT)
_NO_FOLLOWING = int(MountFlag.MS_NOSYMFOLLOW)
MAX_LINKS = 40
"""Symbolic links in one lookup before ELOOP (path_resolution(7))."""


class Location(NamedTuple):
    """A place in the tree: an inode, the mount it is seen through and, unless it is a directory,
    the directory and name that led to it (a directory knows its own).

    A file that was moved or removed after it was found keeps the name it was found by. `mount` is
    None for files outside the tree, such as pipes; `name` is then what /proc/self/fd shows.
    """

    mount: Mount | None
    inode: Inode
    directory: DirectoryInode | None = None
    name: bytes = b""

    @property
    def path(self) -> str:
        """The absolute path as /proc/self/fd shows it, octets as Latin-1."""
        path, _ = self.path_below(None)
        if not self.inode.links and self.mount is not None:
            path += b" (deleted)"
        return path.decode("latin-1")

    def path_below(self, root: Location | None) -> tuple[bytes, bool]:
        """The path as a task with this root sees it, and whether it can be reached from there."""
        if self.mount is None:
            return self.name, True
        names: list[bytes] = []
        here = self
        while root is None or here.inode is not root.inode or here.mount is not root.mount:
            upper = here.upper(names)
            if upper is None:
                return b"/" + b"/".join(reversed(names)), root is None
            here = upper
        return b"/" + b"/".join(reversed(names)), True

    def upper(self, names: list[bytes]) -> Location | None:
        """The directory it is in, its name appended to `names`; None at the top of everything."""
        here = self
        assert here.mount is not None
        while here.inode is here.mount.root:
            if here.mount.at is None or here.mount.at.mount is None:
                return None
            here = here.mount.at
            assert here.mount is not None
        if isinstance(here.inode, DirectoryInode):
            parent, name = here.inode.parent, here.inode.name
        else:
            parent, name = here.directory, here.name
        if parent is None:
            return None
        names.append(name)
        return Location(here.mount, parent)

    def uppermost(self) -> Location:
        """What is seen here: the root of what is mounted over it, if anything is."""
        here = self
        while (above := mounted_on(here.mount, here.inode)) is not None:
            here = here._replace(mount=above, inode=above.root)
        return here


class Parent(NamedTuple):
    """The last name of a path and the directory it is to be in.

    `name` is b"." or b".." where the path ends so, b"/" for the root; `must_be_directory` after a
    trailing slash.
    """

    directory: Location
    name: bytes
    must_be_directory: bool

    @property
    def folder(self) -> DirectoryInode:
        """The directory's inode."""
        assert isinstance(self.directory.inode, DirectoryInode)
        return self.directory.inode

    def check_length(self) -> None:
        """ENAMETOOLONG for a last name that no file can have."""
        if len(self.name) > NAME_MAX:
            raise SysError(Errno.ENAMETOOLONG)


def resolve(
    task: Task, path: bytes, at: int = AT_FDCWD, follow: bool = True, limits: int = 0
) -> Location:
    """The file a path means, below the descriptor `at` where it is relative.

    `follow` says whether a symbolic link at the end is followed; `limits` are of Resolve. ENOENT
    (also for an empty path), ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, EBADF, EXDEV.
    """
    return _Walk(task, path, at, limits).to_end(follow)


def resolve_parent(
    task: Task, path: bytes, at: int = AT_FDCWD, may_be_long: bool = False
) -> Parent:
    """The directory and last name of a path whose file may not exist. Errors as of `resolve`;
    where the last name `may_be_long`, its length is to be checked later.
    """
    parent = _Walk(task, path, at).to_parent()
    if not may_be_long:
        parent.check_length()
    return parent


def resolve_creation(
    task: Task, path: bytes, at: int, follow: bool, limits: int = 0
) -> tuple[Parent, Location | None]:
    """What open(2) with O_CREAT needs: the place, behind symbolic links at the end where `follow`
    is set, and the file there, if any. EISDIR where the path can only mean a directory.
    """
    walk = _Walk(task, path, at, limits)
    while True:
        parent = walk.to_parent()
        if parent.name in (b".", b"..", b"/") or parent.must_be_directory:
            raise SysError(Errno.EISDIR)
        try:
            walk.step(parent.name, follow)
        except SysError as error:
            if error.errno is not Errno.ENOENT:
                raise
            return parent, None
        if not walk.pending:
            return parent, walk.location()


def start_of(task: Task, path: bytes, at: int) -> Location:
    """The directory that a path begins at; EBADF, ENOTDIR."""
    if path[:1] == b"/":
        return task.fs.root
    if at == AT_FDCWD:
        return task.fs.cwd
    location = task.files.get_any(at).location
    if location is None:
        raise SysError(Errno.ENOTDIR)
    return location


class _Walk:
    """A lookup under way: where it stands, and the names still to go (`pending`, next one last)."""

    __slots__ = (
        "credentials", "directory", "inode", "limits", "links", "mount", "must_be_directory",
        "name", "pending", "root", "task",
    )  # fmt: skip

    def __init__(self, task: Task, path: bytes, at: int, limits: int = 0) -> None:
        if not path:
            raise SysError(Errno.ENOENT)
        if len(path) >= PATH_MAX:
            raise SysError(Errno.ENAMETOOLONG)
        credentials = task.credentials
        self.task = task
        self.credentials = None if credentials.effective & SEARCH_ANYTHING else credentials
        """None where every directory may be searched."""
        self.limits = limits
        self.root = task.fs.root
        if limits & (_BENEATH | _IN_ROOT):
            path = self._confine(path, at)
        self.mount, self.inode, self.directory, self.name = start_of(task, path, at)
        self.links = 0
        self.pending: list[bytes] = []
        self.must_be_directory = False
        self._push(path)

    def _confine(self, path: bytes, at: int) -> bytes:
        """The start is as high as the walk goes. An absolute path begins there, or is EXDEV."""
        if path[:1] == b"/" and self.limits & _BENEATH:
            raise SysError(Errno.EXDEV)
        self.root = start_of(self.task, b".", at)
        return b"./" + path.lstrip(b"/") if path[:1] == b"/" else path

    def location(self) -> Location:
        """Where the walk stands."""
        if isinstance(self.inode, DirectoryInode):
            return Location(self.mount, self.inode)
        return Location(self.mount, self.inode, self.directory, self.name)

    def to_end(self, follow: bool) -> Location:
        """Walk all names."""
        pending = self.pending
        while pending:
            name = pending.pop()
            self.step(name, follow or bool(pending) or self.must_be_directory)
        if self.must_be_directory and not self.inode.is_directory:
            raise SysError(Errno.ENOTDIR)
        return self.location()

    def to_parent(self) -> Parent:
        """Walk all names but the last."""
        slash, pending = self.must_be_directory, self.pending
        last = pending.pop(0) if pending else b"/"
        while pending:
            self.step(pending.pop(), follow=True)
        self._check_search()
        self.must_be_directory = slash
        return Parent(self.location(), last, slash)

    def step(self, name: bytes, follow: bool) -> None:
        """Go to one name; a symbolic link to be followed becomes pending names instead."""
        directory = self._check_search()
        if name == b".":
            return
        if name == b"..":
            self._ascend()
            return
        if len(name) > NAME_MAX:
            raise SysError(Errno.ENAMETOOLONG)
        child = directory.lookup(name)
        if isinstance(child, SymlinkInode) and follow:
            self._follow(child)
            return
        if isinstance(child, DirectoryInode) and child.parent is not directory:
            child.place(directory, name)
        self.inode, self.directory, self.name = child, directory, name
        self._cross_mounts()

    def _check_search(self) -> DirectoryInode:
        """The directory where the walk stands, which may be searched."""
        directory = self.inode
        if not isinstance(directory, DirectoryInode):
            raise SysError(Errno.ENOTDIR)
        if self.credentials is not None and not is_allowed(self.credentials, directory, SEARCH):
            raise SysError(Errno.EACCES)
        return directory

    def _cross_mounts(self) -> None:
        while self.inode.mounted and (above := mounted_on(self.mount, self.inode)) is not None:
            if self.limits & _NO_XDEV:
                raise SysError(Errno.EXDEV)
            self.mount, self.inode = above, above.root

    def _ascend(self) -> None:
        """Go to "..": nowhere at the root or at the top, through mount points upwards."""
        root = self.root
        while self.inode is not root.inode or self.mount is not root.mount:
            assert self.mount is not None
            if self.inode is not self.mount.root:
                parent = self.inode.parent if isinstance(self.inode, DirectoryInode) else None
                if parent is None:
                    raise SysError(Errno.ENOENT)
                self.inode = parent
                return
            if self.mount.at is None:
                return
            if self.limits & _NO_XDEV:
                raise SysError(Errno.EXDEV)
            self.mount, self.inode, _, _ = self.mount.at
        if self.limits & _BENEATH:
            raise SysError(Errno.EXDEV)

    def _follow(self, link: SymlinkInode) -> None:
        self.links += 1
        if self.links > MAX_LINKS or self.limits & _NO_SYMLINKS:
            raise SysError(Errno.ELOOP)
        if self.mount is not None and self.mount.flags & _NO_FOLLOWING:
            raise SysError(Errno.ELOOP)
        found = link.jump(self.task)
        if found is not None and self.limits:
            self._check_jump(found)
        if found is None:
            self._push_target(link.target(self.task))
        elif isinstance(found, Inode):
            self.mount, self.inode = None, found
            self.directory, self.name = None, link.target(self.task)
        else:
            self.mount, self.inode, self.directory, self.name = found

    def _check_jump(self, found: Location | Inode) -> None:
        """A link of /proc that leads to a file itself leads out of every confinement."""
        if self.limits & _NO_JUMP:
            raise SysError(Errno.ELOOP)
        mount = None if isinstance(found, Inode) else found.mount
        if self.limits & (_BENEATH | _IN_ROOT) or (
            self.limits & _NO_XDEV and mount is not self.mount
        ):
            raise SysError(Errno.EXDEV)

    def _push_target(self, target: bytes) -> None:
        if not target:
            raise SysError(Errno.ENOENT)
        if target[:1] == b"/":
            if self.limits & _BENEATH or (
                self.limits & _NO_XDEV and self.mount is not self.root.mount
            ):
                raise SysError(Errno.EXDEV)
            self.mount, self.inode, _, _ = self.root
        self._push(target)

    def _push(self, path: bytes) -> None:
        """Go along `path` next; a slash at the end of the last name of all asks for a directory."""
        if path[-1:] == b"/" and not self.pending:
            self.must_be_directory = True
        names = path.split(b"/")
        names.reverse()
        self.pending += [name for name in names if name]
