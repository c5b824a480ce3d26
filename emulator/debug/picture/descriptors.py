"""Descriptors: what they lead to, and who else holds the same open file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.picture.model import Descriptor
from emulator.views.inert import visible
from kernel.abi.files import S_IFREG, OpenFlag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kernel.fs.open_file import OpenFile
    from kernel.task.task import Task

_FLAGS = {OpenFlag.O_APPEND: "append", OpenFlag.O_NONBLOCK: "nonblock", OpenFlag.O_PATH: "path"}


def descriptors(task: Task, others: Iterable[Task]) -> tuple[Descriptor, ...]:
    """The task's descriptors by number; none once it is over."""
    if task.is_gone:
        return ()
    holders = [other for other in others if other is not task and not other.is_gone]
    table = task.files
    return tuple(
        Descriptor(
            number,
            _access(file),
            visible(file.path),
            file.offset if file.inode.type == S_IFREG else None,
            _flags(file, number in table.close_on_exec),
            tuple(other.tid for other in holders if file in other.files.files.values()),
        )
        for number, file in sorted(table.files.items())
    )


def _access(file: OpenFile) -> str:
    return ("r" if file.is_readable else "") + ("w" if file.is_writable else "")


def _flags(file: OpenFile, closes: bool) -> str:
    names = [name for flag, name in _FLAGS.items() if file.flags & flag]
    return " ".join(["cloexec"] * closes + names)
