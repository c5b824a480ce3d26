"""Options of a memory file system: size, numbers of blocks and inodes, and its root (tmpfs(5))."""

from __future__ import annotations

from typing import NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SHIFT
from kernel.errors import SysError
from kernel.fs.memory_file import Quota

_UNITS = {b"k": 10, b"m": 20, b"g": 30}
_ACCEPTED = (b"huge", b"mpol", b"noswap", b"inode32", b"inode64")
"""Options whose only effects are on what is not emulated."""
DEFAULT_MODE = 0o1777


class MemoryOptions(NamedTuple):
    """What was asked for; None where nothing was. `size` is in octets, 0: no limit of its own."""

    size: int | None = None
    percent: int | None = None
    inodes: int | None = None
    mode: int = DEFAULT_MODE
    uid: int | None = None
    gid: int | None = None

    @classmethod
    def parse(cls, data: bytes) -> MemoryOptions:
        """From the text of mount(2)'s data; EINVAL."""
        options = cls()
        for word in filter(None, data.split(b",")):
            key, _, value = word.partition(b"=")
            options = options._with(key, value)
        return options

    def _with(self, key: bytes, value: bytes) -> MemoryOptions:
        if key == b"size" and value[-1:] == b"%":
            return self._replace(percent=_number(value[:-1]), size=None)
        if key == b"size":
            return self._replace(size=_number(value), percent=None)
        if key == b"nr_blocks":
            return self._replace(size=_number(value) << PAGE_SHIFT)
        if key == b"nr_inodes":
            return self._replace(inodes=_number(value))
        if key == b"mode":
            return self._replace(mode=_number(value, 8) & 0o7777)
        if key in (b"uid", b"gid"):
            return self._replace(**{key.decode(): _number(value)})
        if key in _ACCEPTED:
            return self
        raise SysError(Errno.EINVAL)

    def quota(self, all_memory: Quota) -> Quota:
        """Space for a new file system: what was asked for, by default all that files may take."""
        return Quota(self.limit(all_memory), all_memory)

    def limit(self, all_memory: Quota) -> int:
        """Octets that it may take."""
        most = all_memory.limit << PAGE_SHIFT
        if self.percent is not None:
            return most * 2 * self.percent // 100
        return self.size or most

    def text(self) -> str:
        """As /proc/mounts shows what differs from the defaults."""
        size = self.size
        parts = [f"size={size + 1023 >> 10}k" if size else ""]
        parts.append(f"nr_inodes={self.inodes}" if self.inodes is not None else "")
        parts.append(f"mode={self.mode:03o}" if self.mode != DEFAULT_MODE else "")
        parts += [f"uid={self.uid}" if self.uid else "", f"gid={self.gid}" if self.gid else ""]
        return ",".join(filter(None, parts))


def _number(text: bytes, base: int = 10) -> int:
    """A number, with k, m or g behind it where it is decimal; EINVAL."""
    shift = _UNITS.get(text[-1:].lower(), 0) if base == 10 else 0
    digits = text[:-1] if shift else text
    try:
        value = int(digits, base)
    except ValueError:
        value = -1
    if value < 0 or not digits.isdigit():
        raise SysError(Errno.EINVAL)
    return value << shift
