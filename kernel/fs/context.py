"""A task's place in the file systems: root, current folder, umask (fs_struct)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.fs.path import Location


class FsContext:
    """Shared by tasks cloned with CLONE_FS (`users`), else copied."""

    __slots__ = ("cwd", "root", "umask", "users")

    def __init__(self, root: Location, cwd: Location, umask: int = 0o022) -> None:
        self.root = root
        self.cwd = cwd
        self.umask = umask
        self.users = 1

    def copy(self) -> FsContext:
        """A context of one's own at the same place."""
        return FsContext(self.root, self.cwd, self.umask)
