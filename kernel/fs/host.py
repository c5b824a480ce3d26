"""Host folders shown to guests: every access goes name by name below the folder that was given.

A guest may be hostile, and a host folder may change under our hands. So symbolic links are never
followed by the host, each folder on the way is opened without following, and only regular files
are ever opened for their octets. Nothing here is an open file: descriptors live in a cache
outside the kernel's state and are opened again when needed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar

from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.fs.host_descriptors import DESCRIPTORS

P = ParamSpec("P")
R = TypeVar("R")
_FOLDER = os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
Identity = tuple[int, int]
"""st_dev and st_ino of a host file."""


def host_call(function: Callable[P, R]) -> Callable[P, R]:
    """The host's errors become the guest's."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except OSError as error:
            raise SysError(guest_errno(error)) from None

    return called


def guest_errno(error: OSError) -> Errno:
    """The same error number; EIO where the host's means nothing to a guest."""
    return _GUEST_ERRNOS.get(error.errno or 0, Errno.EIO)


_GUEST_ERRNOS = {
    int(errno): errno for errno in Errno if errno not in (Errno.EMFILE, Errno.ENFILE, Errno.EINTR)
}


def os_error(errno: Errno) -> OSError:
    """The error as the host's own calls report it."""
    return OSError(int(errno), errno.message)


class HostTree(NamedTuple):
    """A folder of the host that is shown: its real path, and which folder that was at the start."""

    path: bytes
    identity: Identity

    @classmethod
    def at(cls, path: bytes) -> HostTree:
        """The folder at a path that the user gave; OSError where there is none."""
        real = os.path.realpath(path)
        status = os.stat(real)
        if not stat.S_ISDIR(status.st_mode):
            raise os_error(Errno.ENOTDIR)
        return cls(real, (status.st_dev, status.st_ino))

    def descriptor(self) -> int:
        """A descriptor of the folder, kept open; ESTALE where another folder took its place."""
        kept = DESCRIPTORS.find(self)
        return DESCRIPTORS.keep(self, self._open()) if kept is None else kept

    def _open(self) -> int:
        with walked(None, filter(None, self.path.split(b"/"))) as folder:
            if identity_of(os.fstat(folder)) != self.identity:
                raise os_error(Errno.ESTALE)
            return os.dup(folder)


def identity_of(status: os.stat_result) -> Identity:
    """What tells a host file from any other: its device and inode numbers."""
    return status.st_dev, status.st_ino


@contextmanager
def walked(start: int | None, names: Iterable[bytes]) -> Iterator[int]:
    """A descriptor of the folder reached from `start` (None: the host's root) by these names, none
    of which may be a symbolic link; closed at the end. OSError.
    """
    here = os.open(b"/", _FOLDER) if start is None else os.dup(start)
    try:
        for name in names:
            below = os.open(name, _FOLDER, dir_fd=here)
            os.close(here)
            here = below
        yield here
    finally:
        os.close(here)


def _status_at(folder: int, name: bytes) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None  # gone since the folder was read


class HostNode(NamedTuple):
    """A place below a tree, by the names that lead to it; () is the tree's folder itself."""

    tree: HostTree
    parts: tuple[bytes, ...] = ()

    def child(self, name: bytes) -> HostNode:
        """A name in this folder."""
        if name in (b"", b".", b"..") or b"/" in name or b"\0" in name:
            raise SysError(Errno.EINVAL)
        return HostNode(self.tree, (*self.parts, name))

    def folder(self) -> AbstractContextManager[int]:
        """A descriptor of the folder that this node is in, while the context lasts."""
        return walked(self.tree.descriptor(), self.parts[:-1])

    def itself(self) -> AbstractContextManager[int]:
        """A descriptor of this node, which is a folder, while the context lasts."""
        return walked(self.tree.descriptor(), self.parts)

    @property
    def name(self) -> bytes:
        """What it is called in its folder."""
        return self.parts[-1] if self.parts else b"."

    @host_call
    def status(self) -> os.stat_result:
        """lstat(2) of it."""
        with self.folder() as folder:
            return os.stat(self.name, dir_fd=folder, follow_symlinks=False)

    @host_call
    def names(self) -> list[bytes]:
        """The names in this folder, in the host's own order."""
        with self._listed() as folder:
            return [os.fsencode(name) for name in os.listdir(folder)]

    @host_call
    def children(self, known: Container[bytes] = ()) -> list[tuple[bytes, os.stat_result | None]]:
        """The same, with lstat(2) of what is not `known`."""
        found: list[tuple[bytes, os.stat_result | None]] = []
        with self._listed() as folder:
            for name in map(os.fsencode, os.listdir(folder)):
                if name in known:
                    found.append((name, None))
                elif (status := _status_at(folder, name)) is not None:
                    found.append((name, status))
        return found

    @contextmanager
    def _listed(self) -> Iterator[int]:
        """A descriptor by which this folder can be listed, while the context lasts."""
        with self.itself() as place:
            opened = os.open(b".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=place)
        try:
            yield opened
        finally:
            os.close(opened)

    @host_call
    def target(self) -> bytes:
        """What a symbolic link says."""
        with self.folder() as folder:
            return os.readlink(self.name, dir_fd=folder)

    @host_call
    def read(self, identity: Identity, offset: int, count: int) -> bytes:
        """Octets of the regular file that had this identity; ESTALE where it is another now."""
        return os.pread(self.descriptor(identity, os.O_RDONLY), count, offset)

    def descriptor(self, identity: Identity, access: int) -> int:
        """A descriptor of the regular file, open for this access and kept; OSError."""
        key = (self.tree.path, identity, access)
        kept = DESCRIPTORS.find(key)
        return DESCRIPTORS.keep(key, self._open(identity, access)) if kept is None else kept

    def _open(self, identity: Identity, access: int) -> int:
        with self.folder() as folder:
            status = os.stat(self.name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                raise os_error(Errno.ENXIO)
            opened = os.open(self.name, access | _FILE, dir_fd=folder)
        if identity_of(os.fstat(opened)) != identity:
            os.close(opened)
            raise os_error(Errno.ESTALE)
        return opened
