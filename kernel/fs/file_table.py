"""The descriptor table: numbers to open files, and which of them close on exec."""

from __future__ import annotations

from kernel.abi.errno import Errno
from kernel.abi.files import OpenFlag
from kernel.errors import SysError
from kernel.fs.leases import drop_lease
from kernel.fs.notify import tell_closed
from kernel.fs.open_file import OpenFile
from kernel.mm.charge import Charge

_PATH = int(OpenFlag.O_PATH)


class FileTable:
    """Descriptors of one or more tasks (`users`). `close_on_exec` holds descriptor numbers;
    below `full` every number is taken. `charge` is the emulated RAM that it takes.
    """

    __slots__ = ("charge", "close_on_exec", "files", "full", "users")

    def __init__(self) -> None:
        self.files: dict[int, OpenFile] = {}
        self.close_on_exec: set[int] = set()
        self.full = 0
        self.users = 1
        self.charge: Charge | None = None

    def find(self, number: int) -> OpenFile | None:
        """The open file, or None."""
        return self.files.get(number)

    def get(self, number: int) -> OpenFile:
        """The open file behind a descriptor that may be used for I/O; EBADF."""
        file = self.files.get(number)
        if file is None or file.flags & _PATH:
            raise SysError(Errno.EBADF)
        return file

    def get_any(self, number: int) -> OpenFile:
        """The same, descriptors opened with O_PATH included."""
        file = self.files.get(number)
        if file is None:
            raise SysError(Errno.EBADF)
        return file

    def add(self, file: OpenFile, limit: int, close_on_exec: bool = False, lowest: int = 0) -> int:
        """Install at the lowest free number >= `lowest`; EMFILE at `limit`."""
        number = self.lowest_free(limit, lowest)
        self.put(number, file, close_on_exec)
        return number

    def lowest_free(self, limit: int, lowest: int = 0) -> int:
        """The lowest free number >= `lowest`; EMFILE at `limit`."""
        number = max(lowest, self.full)
        while number in self.files:
            number += 1
        if number >= limit:
            raise SysError(Errno.EMFILE)
        if lowest <= self.full:
            self.full = number
        return number

    def put(self, number: int, file: OpenFile, close_on_exec: bool = False) -> None:
        """Install at this number, closing what was there."""
        file.users += 1
        if number in self.files:
            self.close(number)
        self.files[number] = file
        if close_on_exec:
            self.close_on_exec.add(number)

    def close(self, number: int) -> None:
        """Take a descriptor away; the open file is closed with its last one. EBADF.

        The table's record locks on the file go, even if it has another descriptor for it.
        """
        file = self.files.pop(number, None)
        if file is None:
            raise SysError(Errno.EBADF)
        self.close_on_exec.discard(number)
        self.full = min(self.full, number)
        if file.inode.locks is not None and not file.flags & _PATH:
            file.inode.locks.drop_owner(self)
        release(file)

    def copy(self) -> FileTable:
        """A table of one's own with the same open files (fork)."""
        table = FileTable()
        table.files = self.files.copy()
        table.close_on_exec = self.close_on_exec.copy()
        table.full = self.full
        for file in table.files.values():
            file.users += 1
        return table

    def close_for_exec(self) -> None:
        """Close what is marked close-on-exec."""
        for number in sorted(self.close_on_exec):
            self.close(number)

    def leave(self) -> None:
        """One user less; the last one closes everything, in order of the numbers."""
        self.users -= 1
        if self.users == 0:
            if self.charge is not None:
                self.charge.release()
            for number in sorted(self.files):
                self.close(number)


def release(file: OpenFile) -> None:
    """One reference to an open file less."""
    file.users -= 1
    if file.users == 0:
        if file.attachment is not None:
            file.attachment.end()
        if file.notice is not None:
            file.notice.end()
        if file.inode.locks is not None:
            file.inode.locks.drop_owner(file)
        if file.inode.leases is not None:
            drop_lease(file)
        if file.location is not None:
            tell_closed(file)
        file.close()
