"""Finding System V objects for calls that may sleep on them."""

from __future__ import annotations

from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.ipc.objects import Object, Table
from kernel.task.task import Task


def object_of(task: Task, table: Table[Object], identifier: int) -> Object:
    """The object that the call found when it was first made: EINVAL, EIDRM once it is gone."""
    call = task.call
    assert call is not None
    if call.progress is None:
        call.progress = table.get(identifier)
    found: Object = call.progress
    if found.is_removed:
        raise SysError(Errno.EIDRM)
    return found
