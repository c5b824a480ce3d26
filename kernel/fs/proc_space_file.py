"""Files of /proc/PID that tell of a memory: of the one that the task had when they were opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.fs.open_file import OpenFile
from kernel.fs.permission import may_inspect
from kernel.fs.proc_nodes import OpenMadeFile, OpenRecord, TaskFile, as_bytes
from kernel.fs.proc_status import space_of

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.task.task import Task


class Told(NamedTuple):
    """What such a file tells, and without what it cannot: ESRCH when it is opened without a
    memory, and when it is read without a task (one that is not reaped yet). A record is what
    OpenRecord says.
    """

    mode: int
    make: Callable[[AddressSpace], str | bytes]
    needs_memory: bool
    needs_task: bool
    is_record: bool = False


class SpaceFile(TaskFile):
    """The file as it lies in its directory; EACCES for who could not trace the task."""

    def __init__(self, task: Task, number: int, told: Told) -> None:
        super().__init__(task.system, number, told.mode, task, told.make, None)
        self.task = task
        self.told = told

    def open(self, task: Task, flags: int, path: str) -> OpenFile:
        if not may_inspect(task, self.task, as_file=True):
            raise SysError(Errno.EACCES)
        space = space_of(self.task)
        if space is None and self.told.needs_memory:
            raise SysError(Errno.ESRCH)
        kind = OpenSpaceRecord if self.told.is_record else OpenSpaceFile
        return kind(self, space, flags, path)

    def contents(self) -> bytes:
        return self.contents_of(space_of(self.task))

    def contents_of(self, space: AddressSpace | None) -> bytes:
        """What is told of this memory of the task's; ESRCH where the task is needed and gone."""
        if self.told.needs_task and self.task.state.name == "DEAD":
            raise SysError(Errno.ESRCH)
        return b"" if space is None else as_bytes(self.told.make(space))


class OpenSpaceFile(OpenMadeFile):
    """An open one. An exec of the task does not change what it tells of, and once nobody lives
    there any more it is empty.
    """

    inode: SpaceFile

    def __init__(self, inode: SpaceFile, space: AddressSpace | None, flags: int, path: str) -> None:
        super().__init__(inode, flags, path)
        self.space = space

    def contents(self) -> bytes:
        return self.inode.contents_of(self.space)


class OpenSpaceRecord(OpenSpaceFile, OpenRecord):
    """One that is no lines of text, but one record."""
