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
from kernel.syscalls.transfer import pages_of
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
    """Fill with random octets, as far as there is memory; never blocks. EFAULT, EINVAL."""
    if flags & ~sum(RandomFlag) or flags & _EXCLUSIVE == _EXCLUSIVE:
        raise SysError(Errno.EINVAL)
    octets, done = task.system.random.randbytes(min(count, _MOST)), 0
    for address, length in pages_of([(buffer, count)], len(octets)):
        try:
            task.memory.write(address, octets[done : done + length])
        except SysError:
            if not done:
                raise
            break
        done += length
    return done
