"""The guest's tree as the user asked for it: root, what of the host is shown, /dev and /proc."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kernel.abi.errno import Errno
from kernel.abi.files import makedev
from kernel.abi.mount import MountFlag
from kernel.errors import BadGuest, SysError
from kernel.fs.context import FsContext
from kernel.fs.dev import build_dev
from kernel.fs.grafting import Grafter
from kernel.fs.host import HostNode, HostTree, guest_errno
from kernel.fs.host_directory import HostDirectory
from kernel.fs.host_inodes import HostFileSystem
from kernel.fs.inode import DirectoryInode
from kernel.fs.mount import FileSystem, Namespace
from kernel.fs.path import Location
from kernel.fs.proc import build_proc
from kernel.fs.tmpfs import MemoryFileSystem

if TYPE_CHECKING:
    from kernel.system import System

R = TypeVar("R")
_READ_ONLY = int(MountFlag.MS_RDONLY | MountFlag.MS_RELATIME)
PROC_MAGIC = 0x9FA0
_ROOT_DEVICE, _SHM_DEVICE, _FIRST_BIND_DEVICE = 30, 31, 40
"""Minor numbers (major 0) of the file systems made here."""


class Bind(NamedTuple):
    """A host folder or file to be shown at a path of the guest."""

    host: bytes
    guest: bytes
    is_writable: bool = False


@dataclass(frozen=True)
class Layout:
    """What of the host a guest sees. Host paths are as the user gave them, `folder` is the current
    folder's absolute path. Without a root: the program and the current folder, or (`is_isolated`)
    the program alone. The host's own root is not shown as a current folder: `--root /` shows it.
    """

    program: bytes
    folder: bytes
    root: bytes | None = None
    is_isolated: bool = False
    binds: tuple[Bind, ...] = ()


class Start(NamedTuple):
    """The tree, the first program's place in it, and the path to execute."""

    namespace: Namespace
    context: FsContext
    program: bytes


def build_namespace(system: System, layout: Layout) -> Start:
    """Make the tree; BadGuest, naming the host path, where something cannot be shown.

    Default root: memory, with the current folder and the program at their host paths, read-only
    beneath memory. With a root: that folder, read-only beneath memory.
    """
    return _Builder(system, layout).build()


def path_below(root: bytes, path: bytes) -> bytes | None:
    """A host path as a guest with this root folder names it; None where it lies elsewhere."""
    root, path = os.path.realpath(root), os.path.realpath(path)
    if os.path.commonpath((root, path)) != root:
        return None
    return b"/" + os.path.relpath(path, root) if path != root else b"/"


class _Builder:
    def __init__(self, system: System, layout: Layout) -> None:
        self.system = system
        self.layout = layout
        self.now = system.clock.wall
        self.quota = system.file_quota
        self.namespace = _showing(layout.root or b"/", self._root)
        root = self.namespace.mounts[0]
        self.root = Location(root, root.root)
        self.graft = Grafter(self.root, self.now)

    def build(self) -> Start:
        self._mount_kernel_trees()
        self._make_tmp()
        layout = self.layout
        program, start = layout.program, layout.folder
        if layout.root is not None:
            start = path_below(layout.root, layout.folder) or b"/"
            program = self._program_in_root(layout.root, start)
        elif layout.is_isolated:
            program, start = os.path.join(layout.folder, program), b"/"
        elif start != b"/" and not _is_the_guests_own(start):
            _showing(start, lambda: self.graft.show_folder(start, HostNode(HostTree.at(start))))
        for number, bind in enumerate(layout.binds):
            self._bind(bind, makedev(0, _FIRST_BIND_DEVICE + number))
        if layout.root is None:
            self._show_program(os.path.join(layout.folder, layout.program))
        return Start(self.namespace, FsContext(self.root, self._folder_or_root(start)), program)

    def _folder_or_root(self, path: bytes) -> Location:
        try:
            return self.graft.folder(path)
        except SysError:
            return self.root  # a folder of the host's /proc or /dev that the guest's has not

    def _root(self) -> Namespace:
        root = self.layout.root
        kind = "tmpfs" if root is None else "overlay"
        system = MemoryFileSystem(makedev(0, _ROOT_DEVICE), self.quota, kind)
        directory = system.new_root(0o755, self.now)
        if root is not None:
            host = os.path.join(self.layout.folder, root)
            directory.lay_over(HostNode(HostTree.at(host)))
        return Namespace(system, directory, kind)

    def _mount_kernel_trees(self) -> None:
        proc, dev = build_proc(self.system), build_dev(self.system)
        self._mount_tree(b"/proc", proc, FileSystem("proc", PROC_MAGIC, proc.device))
        self._mount_tree(b"/dev", dev, dev.system)
        self._mount_tree(b"/dev/pts", self.system.devpts.root, self.system.devpts)
        try:
            at = self.graft.folder(b"/dev/shm")
        except SysError:
            return
        system = MemoryFileSystem(makedev(0, _SHM_DEVICE), self.quota)
        self.namespace.mount(at, system.new_root(0o1777, self.now), system, "tmpfs")

    def _mount_tree(self, path: bytes, tree: DirectoryInode, system: FileSystem) -> None:
        at = _showing(path, lambda: self.graft.folder(path))
        self.namespace.mount(at, tree, system, system.kind)

    def _make_tmp(self) -> None:
        above, name = self.graft.place(b"/tmp")
        assert isinstance(above.inode, DirectoryInode)
        try:
            above.inode.lookup(name)
        except SysError:
            self.graft.folder(b"/tmp").inode.change_mode(0o1777, self.now)

    def _program_in_root(self, root: bytes, start: bytes) -> bytes:
        """The program's path in the root; where it is none there, a host path below the root."""
        program, host = self.layout.program, os.path.join(self.layout.folder, self.layout.program)
        root = os.path.join(self.layout.folder, root)
        if os.path.lexists(root + os.path.join(start, program)) or not os.path.lexists(host):
            return program
        folder, name = os.path.split(host)
        below = path_below(root, folder)
        return program if below is None else os.path.join(below, name)

    def _show_program(self, path: bytes) -> None:
        """Put the host's file at its path, unless the current folder or a bind shows it there.

        A folder becomes an empty one, so that it is refused as what it is.
        """
        real = os.path.realpath(path)
        if os.path.isdir(real):
            _showing(path, lambda: self.graft.folder(os.path.normpath(path)))
        if not os.path.isfile(real):
            return
        above, name = _showing(path, lambda: self.graft.place(path))
        assert isinstance(above.inode, DirectoryInode)
        try:
            above.inode.lookup(name)
        except SysError:
            _showing(path, lambda: self.graft.show_file(path, _file_node(real)))

    def _bind(self, bind: Bind, device: int) -> None:
        host = os.path.realpath(os.path.join(self.layout.folder, bind.host))
        if _showing(bind.host, lambda: stat.S_ISDIR(os.stat(host).st_mode)):
            tree = _showing(bind.host, lambda: HostTree.at(host))
            _showing(bind.guest, lambda: self._mount_host_folder(bind, tree, device))
        elif bind.is_writable:
            raise BadGuest(f"{os.fsdecode(bind.host)}: only a folder can be writable")
        else:
            _showing(bind.guest, lambda: self.graft.show_file(bind.guest, _file_node(host)))

    def _mount_host_folder(self, bind: Bind, tree: HostTree, device: int) -> None:
        """As it is on the host, writable there; or as it is on the host, read-only."""
        at, source = self.graft.folder(bind.guest), tree.path.decode("latin-1")
        if bind.is_writable:
            through = HostFileSystem(device, tree, self.quota)
            self.namespace.mount(at, HostDirectory.root_of(through), through, source)
            return
        shown = MemoryFileSystem(device, self.quota, "bind")
        root = shown.new_root(0o755, self.now)
        root.lay_over(HostNode(tree))
        self.namespace.mount(at, root, shown, source, _READ_ONLY)


def _is_the_guests_own(folder: bytes) -> bool:
    """Whether a folder is in /proc or /dev, where the guest sees its own; /dev/shm apart."""
    return folder.split(b"/")[1] in (b"proc", b"dev") and folder[:9] != b"/dev/shm/"


def _file_node(path: bytes) -> HostNode:
    folder, name = os.path.split(path)
    return HostNode(HostTree.at(folder), (name,))


def _showing(path: bytes, action: Callable[[], R]) -> R:
    """Do it; BadGuest with the path where it fails."""
    try:
        return action()
    except OSError as error:
        errno = guest_errno(error)
    except SysError as error:
        errno = error.errno
    text = errno.message.lower() if errno is not Errno.EIO else "cannot be read"
    raise BadGuest(f"{os.fsdecode(path)}: {text}")
