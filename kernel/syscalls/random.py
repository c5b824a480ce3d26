"""getrandom(2): octets from the system's seeded generator."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.abi.system import RandomFlag
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import FlagsArgument, OutBytesArgument, Size
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task

_MOST = (1 << 25) - 1
"""Octets one call gives at most."""
_EXCLUSIVE = RandomFlag.GRND_RANDOM | RandomFlag.GRND_INSECURE


class _RandomBytesArgument(OutBytesArgument):
    """A buffer filled with random octets: a trace shows each in hexadecimal."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        kind, *rest = super().describe(task, call, word)
        return ("octets" if kind == "bytes" else kind, *rest)


@syscall(Sysno.GETRANDOM)
def getrandom(
    task: Task,
    buffer: Annotated[int, _RandomBytesArgument()],
    count: Size,
    flags: Annotated[int, FlagsArgument(RandomFlag, prefix="GRND_")],
) -> int:
    """Fill with random octets; never blocks. EINVAL for unknown or contradictory flags."""
    if flags & ~sum(RandomFlag) or flags & _EXCLUSIVE == _EXCLUSIVE:
        raise SysError(Errno.EINVAL)
    count = min(count, _MOST)
    task.memory.write(buffer, task.system.random.randbytes(count))
    return count
