"""process_vm_readv(2) and process_vm_writev(2): copying between one's own memory and another's."""

from __future__ import annotations

from kernel.abi.errno import Errno
from kernel.abi.memory import Prot
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.fs.permission import may_inspect
from kernel.mm.address_space import AddressSpace
from kernel.mm.user import UserMemory
from kernel.syscalls.arguments import Int, Size
from kernel.syscalls.read_write import InVector, OutVector, RemoteVector, spans_of
from kernel.syscalls.table import syscall
from kernel.syscalls.transfer import Span, pages_of, scatter
from kernel.task.task import Task


@syscall(Sysno.PROCESS_VM_READV)
def process_vm_readv(
    task: Task, pid: Int, local: OutVector, local_count: Size, remote: RemoteVector,
    remote_count: Size, flags: Size,
) -> int:  # fmt: skip
    """Octets read from another process; fewer where a page of it is bad, EFAULT for none.

    ESRCH, EPERM where it may not be looked into, EINVAL.
    """
    target, mine, theirs = _prepare(task, pid, local, local_count, remote, remote_count, flags)
    done, wanted = 0, sum(length for _, length in mine)
    for address, length in pages_of(theirs, wanted):
        try:
            scatter(task.memory, mine, done, _read(target, address, length))
        except SysError:
            return _partial(done)
        done += length
    return done


@syscall(Sysno.PROCESS_VM_WRITEV)
def process_vm_writev(
    task: Task, pid: Int, local: InVector, local_count: Size, remote: RemoteVector,
    remote_count: Size, flags: Size,
) -> int:  # fmt: skip
    """The same in the other direction."""
    target, mine, theirs = _prepare(task, pid, local, local_count, remote, remote_count, flags)
    done, wanted = 0, sum(length for _, length in mine)
    for address, length in pages_of(theirs, wanted):
        try:
            target.write(address, _taken(task.memory, mine, done, length))
        except SysError:
            return _partial(done)
        done += length
    return done


def _prepare(
    task: Task, pid: int, local: int, local_count: int, remote: int, remote_count: int, flags: int
) -> tuple[AddressSpace, list[Span], list[Span]]:
    """The other's memory and both lists of ranges."""
    if flags:
        raise SysError(Errno.EINVAL)
    mine, theirs = spans_of(task, local, local_count), spans_of(task, remote, remote_count)
    target = task.system.tasks.find(pid)
    if target is None or target.is_gone or target.memory_left:
        raise SysError(Errno.ESRCH)
    if not may_inspect(task, target):
        raise SysError(Errno.EPERM)
    return target.memory, mine, theirs


def _read(memory: AddressSpace, address: int, length: int) -> bytes:
    """Octets of one page; what may only be written cannot be read by others: EFAULT."""
    area = memory.find(address)
    if area is not None and not area.prot & Prot.PROT_READ:
        raise SysError(Errno.EFAULT)
    return memory.read(address, length)


def _taken(memory: UserMemory, spans: list[Span], skip: int, size: int) -> bytes:
    """`size` octets of the ranges, from their octet `skip` on; EFAULT."""
    parts = []
    for address, length in spans:
        taken = max(0, min(length - skip, size))
        parts.append(memory.read(address + skip, taken) if taken else b"")
        size -= taken
        skip = max(0, skip - length)
    return b"".join(parts)


def _partial(done: int) -> int:
    if not done:
        raise SysError(Errno.EFAULT)
    return done
