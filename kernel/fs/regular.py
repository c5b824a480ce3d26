"""Open regular files: an offset that moves with each read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import S_ISGID, S_ISUID, FileFlag, Ioctl, OpenFlag, Seal, Whence
from kernel.abi.mount import MountFlag
from kernel.abi.process import Resource
from kernel.errors import SysError
from kernel.fs.file_capabilities import drop_capabilities
from kernel.fs.inode import RegularInode
from kernel.fs.memory_file import MAX_FILE_SIZE
from kernel.fs.open_file import OpenFile
from kernel.fs.seals import require_writing

if TYPE_CHECKING:
    from kernel.task.task import Task

_APPEND = int(OpenFlag.O_APPEND)
_FORBIDDING = ~int(Seal.F_SEAL_SEAL)
_NOATIME = int(OpenFlag.O_NOATIME)
_NEVER_ACCESSED = int(FileFlag.FS_NOATIME_FL)
_LARGEFILE = int(OpenFlag.O_LARGEFILE)
MAX_SMALL_SIZE = 0x7FFF_FFFF
"""The largest file that can be opened without O_LARGEFILE (MAX_NON_LFS)."""
_DAY = 86_400_000_000_000


class FileSizeLimit(SysError):
    """EFBIG because of RLIMIT_FSIZE: the call also sends SIGXFSZ."""


class RegularFile(OpenFile):
    """An open regular file; it holds the inode until its last descriptor is closed."""

    inode: RegularInode
    takes_direct = True

    def __init__(self, inode: RegularInode, flags: int, path: str) -> None:
        super().__init__(inode, flags, path)
        inode.hold()
        if self.is_writable:
            inode.writers += 1

    def close(self) -> None:
        if self.is_writable:
            self.inode.writers -= 1
        self.inode.drop()

    def read(self, task: Task, count: int) -> bytes:
        data = self.read_at(task, self.offset, count)
        self.offset += len(data)
        return data

    def read_at(self, task: Task, offset: int, count: int) -> bytes:
        inode = self.inode
        data = inode.read_at(offset, count)
        if inode.accessed <= inode.modified or inode.accessed <= inode.changed:
            self._note_access(task)
        return data

    def _note_access(self, task: Task) -> None:
        """Move the access time as mounts with "relatime" do: when it lies before a change."""
        mount = self.location and self.location.mount
        if (
            self.flags & _NOATIME
            or self.inode.file_flags & _NEVER_ACCESSED
            or not mount
            or mount.read_only
        ):
            return
        if not mount.flags & MountFlag.MS_NOATIME:
            self.inode.accessed = task.system.clock.wall

    def write(self, task: Task, data: bytes) -> int:
        if self.flags & _APPEND:
            self.offset = self.inode.size
        written = self.write_at(task, self.offset, data)
        self.offset += written
        return written

    def write_at(self, task: Task, offset: int, data: bytes) -> int:
        """Store; Linux lets O_APPEND win over pwrite's offset. EFBIG, ENOSPC."""
        inode = self.inode
        if self.flags & _APPEND:
            offset = inode.size
        limit = task.process.limits.soft(Resource.RLIMIT_FSIZE)
        if offset + len(data) > limit:
            require_size(task, offset + 1)
            data = data[: limit - offset]
        if offset + len(data) > MAX_SMALL_SIZE and not self.flags & _LARGEFILE:
            data = data[: _small_length(offset)]
        if inode.seals & _FORBIDDING:
            data = data[: require_writing(inode, offset, len(data))]
        written = inode.write_at(offset, data)
        if inode.mode & (S_ISUID | S_ISGID) or inode.attributes is not None:
            drop_privileges(task, inode)
        inode.modified = inode.changed = task.system.clock.wall
        return written

    def seek(self, offset: int, whence: int) -> int:
        """The new offset; ENXIO for data or a hole sought behind the end, or data where none is."""
        size = self.inode.size
        if whence == Whence.SEEK_CUR:
            offset += self.offset
        elif whence == Whence.SEEK_END:
            offset += size
        elif whence in (Whence.SEEK_DATA, Whence.SEEK_HOLE):
            offset = self._boundary(offset, whence)
        elif whence != Whence.SEEK_SET:
            raise SysError(Errno.EINVAL)
        if not 0 <= offset <= MAX_FILE_SIZE:
            raise SysError(Errno.EINVAL)
        self.offset = offset
        return offset

    def _boundary(self, offset: int, whence: int) -> int:
        """Where the next data or hole begins; ENXIO."""
        if not 0 <= offset < self.inode.size:
            raise SysError(Errno.ENXIO)
        if whence == Whence.SEEK_HOLE:
            return self.inode.next_hole(offset)
        found = self.inode.next_data(offset)
        if found is None:
            raise SysError(Errno.ENXIO)
        return found

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        if request == Ioctl.FIBMAP:
            return _map_block(task, argument)
        if request != Ioctl.FIONREAD:
            raise SysError(Errno.ENOTTY)
        task.memory.write_word(argument, self.inode.size - self.offset)
        return 0


def _map_block(task: Task, address: int) -> int:
    """FIBMAP: files in memory have no blocks on a disk, EINVAL; EPERM, EFAULT."""
    if not task.credentials.has(Capability.CAP_SYS_RAWIO):
        raise SysError(Errno.EPERM)
    task.memory.read_word(address)
    raise SysError(Errno.EINVAL)


def _small_length(offset: int) -> int:
    """How much a file without O_LARGEFILE may take at an offset; EFBIG for nothing."""
    if offset >= MAX_SMALL_SIZE:
        raise SysError(Errno.EFBIG)
    return MAX_SMALL_SIZE - offset


def require_size(task: Task, size: int) -> None:
    """FileSizeLimit where a file may not become as large as `size`."""
    if size > task.process.limits.soft(Resource.RLIMIT_FSIZE):
        raise FileSizeLimit(Errno.EFBIG)


def drop_privileges(task: Task, inode: RegularInode) -> None:
    """A changed program has no capabilities any more, nor is it set-user-ID, unless CAP_FSETID
    changed it.
    """
    drop_capabilities(inode)
    if not task.credentials.has(Capability.CAP_FSETID):
        kept = inode.mode & 0o1777
        if not inode.mode & 0o010:
            kept |= inode.mode & S_ISGID  # mandatory locking's mark, not a privilege
        if kept != inode.mode & 0o7777:
            inode.change_mode(kept, task.system.clock.wall)
