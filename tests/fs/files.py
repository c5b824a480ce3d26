"""A task among files, with short words for what tests do to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.fs import naming
from kernel.fs.context import FsContext
from kernel.fs.grafting import Grafter
from kernel.fs.host import HostNode, HostTree
from kernel.fs.host_directory import HostDirectory
from kernel.fs.host_inodes import HostFileSystem
from kernel.fs.inode import Inode
from kernel.fs.memory_file import Quota
from kernel.fs.mount import Namespace
from kernel.fs.open_file import OpenFile
from kernel.fs.opening import open_at
from kernel.fs.path import Location, resolve
from kernel.fs.tmpfs import MemoryFileSystem
from kernel.task.credentials import Credentials
from tests.callers import Callers

CREATE = 0o1102
"""O_RDWR | O_CREAT | O_TRUNC."""


class Files(Callers):
    """One task, of root, in an empty memory file system with /proc and /dev."""

    def __init__(self) -> None:
        super().__init__()
        self.task = self.process()

    @property
    def now(self) -> int:
        return self.system.clock.wall

    def put(self, path: bytes, data: bytes = b"", mode: int = 0o644) -> Inode:
        """A file with these octets."""
        file = self.file(path, CREATE, mode)
        while data:
            data = data[file.write(self.task, data) :]
        file.close()
        return file.inode

    def folder(self, path: bytes, mode: int = 0o755) -> Inode:
        naming.make_directory(self.task, path, mode)
        return self.at(path).inode

    def symlink(self, path: bytes, target: bytes) -> None:
        naming.make_symlink(self.task, target, path)

    def file(self, path: bytes, flags: int = 0, mode: int = 0o644) -> OpenFile:
        file = open_at(self.task, path, flags, mode)
        file.users = 1
        return file

    def get(self, path: bytes) -> bytes:
        """The octets of a file."""
        file = self.file(path)
        data = file.read(self.task, 1 << 24)
        file.close()
        return data

    def at(self, path: bytes, follow: bool = True) -> Location:
        return resolve(self.task, path, follow=follow)

    def names(self, path: bytes) -> list[bytes]:
        """What getdents finds, without the dots, sorted."""
        file = self.file(path)
        names = sorted(entry.name for entry in file.entries(self.task))
        assert names[:2] == [b".", b".."]
        return names[2:]

    def become(self, uid: int) -> None:
        self.task.credentials = Credentials.of_user(uid, uid)

    def with_groups(self, *groups: int) -> None:
        self.task.credentials = replace(self.task.credentials, groups=groups)

    # ---- host folders ------------------------------------------------------------------------

    def overlay(self, folder: Path) -> None:
        """The tree is a host folder now, read-only beneath memory."""
        shown = MemoryFileSystem(60, Quota(8 << 20), "overlay")
        root = shown.new_root(0o755, self.now)
        root.lay_over(HostNode(HostTree.at(bytes(folder))))
        self._become_root(Namespace(shown, root, "overlay"))

    def _become_root(self, namespace: Namespace) -> None:
        self.system.namespace = namespace
        mount = namespace.mounts[0]
        self.root = Location(mount, mount.root)
        self.task.fs = FsContext(self.root, self.root)

    def bind(self, folder: Path, path: bytes = b"/mnt") -> None:
        """A host folder, writable, at a path."""
        through = HostFileSystem(61, HostTree.at(bytes(folder)), Quota(1 << 20))
        at = Grafter(self.root, self.now).folder(path)
        root = HostDirectory.root_of(through)
        self.system.namespace.mount(at, root, through, "host")


def fails(errno: Errno, action: Callable[..., object], *words: object) -> None:
    """The action raises SysError with this errno."""
    with pytest.raises(SysError) as caught:
        action(*words)
    assert caught.value.errno is errno, caught.value.errno
