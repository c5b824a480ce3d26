"""ptrace(2)'s structures: registers, signals and calls of a stopped task, copied to and fro."""

from __future__ import annotations

import struct
from collections.abc import Callable

from emulator.machine import fxsave
from emulator.machine.machine import EAX, EBP, EBX, ECX, EDI, EDX, EIP, ESI, ESP
from emulator.machine.segments import TLS_COUNT, TLS_FIRST
from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.ptrace import (
    AUDIT_ARCH_I386,
    FP_REGISTERS_SIZE,
    PEEK_SHARED,
    SYSGOOD,
    USER_REGS,
    RegisterSet,
    Request,
    SyscallInfo,
    TraceEvent,
)
from kernel.abi.seccomp import FilterFlag, SeccompMode
from kernel.abi.signal_frames import SIGINFO_SIZE
from kernel.abi.signals import Signal
from kernel.errors import SysError
from kernel.signals import masks
from kernel.signals import siginfo as siginfos
from kernel.syscalls.arguments import enum_of
from kernel.task import rseq, tls, tracee_registers, tracer
from kernel.task.seccomp import program as seccomp_program
from kernel.task.seccomp.filters import Filter
from kernel.task.task import Task
from kernel.task.tracing import StopKind

Answer = Callable[[Task, Task, int, int], int]
"""What answers a request: (tracer, tracee, addr, data) to the call's value."""
_MASK_SIZE = 8
_PEEK_ARGUMENTS = struct.Struct("<QIi")
_VECTOR = struct.Struct("<II")
_CALL_HEAD = struct.Struct("<BxxxIQQ")


# ---- registers ---------------------------------------------------------------------------------


def _get_registers(task: Task, target: Task, address: int, data: int) -> int:
    task.memory.write(data, tracee_registers.read_all(target))
    return 0


def _set_registers(task: Task, target: Task, address: int, data: int) -> int:
    tracee_registers.write_all(target, task.memory.read(data, USER_REGS.size))
    return 0


def _get_x87(task: Task, target: Task, address: int, data: int) -> int:
    task.memory.write(data, tracee_registers.read_x87(target))
    return 0


def _set_x87(task: Task, target: Task, address: int, data: int) -> int:
    tracee_registers.write_x87(target, task.memory.read(data, FP_REGISTERS_SIZE))
    return 0


def _get_fxsave(task: Task, target: Task, address: int, data: int) -> int:
    task.memory.write(data, tracee_registers.read_fxsave(target))
    return 0


def _set_fxsave(task: Task, target: Task, address: int, data: int) -> int:
    tracee_registers.write_fxsave(target, task.memory.read(data, fxsave.SIZE))
    return 0


def _get_thread_area(task: Task, target: Task, address: int, data: int) -> int:
    task.memory.write(data, tls.packed(target.context.tls, address))
    return 0


def _set_thread_area(task: Task, target: Task, address: int, data: int) -> int:
    desc = tls.read_user_desc(task, data)._replace(entry_number=address)
    target.context.tls, _ = tls.replaced(target.context.tls, desc)
    return 0


# ---- register sets -----------------------------------------------------------------------------


_ELEMENT_SIZES = {RegisterSet.NT_386_TLS: tls.USER_DESC_SIZE}
"""Octets of one element of a set, where it is not a word: only whole ones are copied."""
_SET_WHOLE = (RegisterSet.NT_PRFPREG, RegisterSet.NT_PRXFPREG)
"""Sets that are replaced altogether or not at all."""


def _read_set(target: Task, kind: RegisterSet) -> bytes:
    """A set's octets. ENXIO for the bits of ports, of which there are none, ENODEV for XSAVE's."""
    if kind is RegisterSet.NT_PRSTATUS:
        return tracee_registers.read_all(target)
    if kind is RegisterSet.NT_PRFPREG:
        return tracee_registers.read_x87(target)
    if kind is RegisterSet.NT_PRXFPREG:
        return tracee_registers.read_fxsave(target)
    if kind is RegisterSet.NT_386_TLS:
        slots = target.context.tls
        return b"".join([tls.packed(slots, TLS_FIRST + slot) for slot in range(TLS_COUNT)])
    raise SysError(Errno.ENXIO if kind is RegisterSet.NT_386_IOPERM else Errno.ENODEV)


def _vector(task: Task, number: int, data: int) -> tuple[RegisterSet, int, int]:
    """Which set is meant, and the place for it; EFAULT, EINVAL."""
    base, length = _VECTOR.unpack(task.memory.read(data, _VECTOR.size))
    kind = enum_of(RegisterSet, number)
    if length % _ELEMENT_SIZES.get(kind, 4):
        raise SysError(Errno.EINVAL)
    return kind, base, length


def _get_set(task: Task, target: Task, address: int, data: int) -> int:
    """Fill an iovec, as far as it reaches, and store how much that was. EINVAL."""
    kind, base, length = _vector(task, address, data)
    image = _read_set(target, kind)[:length]
    task.memory.write(base, image)
    task.memory.write_word(data + 4, len(image))
    return 0


def _set_set(task: Task, target: Task, address: int, data: int) -> int:
    kind, base, length = _vector(task, address, data)
    if kind is RegisterSet.NT_386_IOPERM:
        raise SysError(Errno.EOPNOTSUPP)
    old = _read_set(target, kind)
    given = task.memory.read(base, min(length, len(old)))
    if kind in _SET_WHOLE and len(given) < len(old):
        raise SysError(Errno.EINVAL)
    image = given + old[len(given) :]
    if kind is RegisterSet.NT_PRSTATUS:
        tracee_registers.write_all(target, image)
    elif kind is RegisterSet.NT_PRFPREG:
        tracee_registers.write_x87(target, image)
    elif kind is RegisterSet.NT_PRXFPREG:
        tracee_registers.write_fxsave(target, image)
    else:
        _set_descriptors(target, image)
    task.memory.write_word(data + 4, len(given))
    return 0


def _set_descriptors(target: Task, image: bytes) -> None:
    """The descriptors for threads, in order, whatever numbers they carry; EINVAL."""
    slots = target.context.tls
    for slot in range(TLS_COUNT):
        described = tls.unpack(image[slot * tls.USER_DESC_SIZE :])
        slots, _ = tls.replaced(slots, described._replace(entry_number=TLS_FIRST + slot))
    target.context.tls = slots


def _get_rseq(task: Task, target: Task, address: int, data: int) -> int:
    """struct ptrace_rseq_configuration, cut at `address` octets; its whole size."""
    size = rseq.SIZE if target.rseq_area else 0
    signature = target.rseq_signature if target.rseq_area else 0
    image = struct.pack("<QIIII", target.rseq_area, size, signature, 0, 0)
    task.memory.write(data, image[:address])
    return len(image)


# ---- signals -----------------------------------------------------------------------------------


def _get_siginfo(task: Task, target: Task, address: int, data: int) -> int:
    assert target.tracing is not None
    info = tracer.siginfo(target.tracing, target)
    task.memory.write(data, siginfos.pack(info))
    return 0


def _set_siginfo(task: Task, target: Task, address: int, data: int) -> int:
    assert target.tracing is not None
    image = task.memory.read(data, SIGINFO_SIZE)
    signal = int.from_bytes(image[:4], "little")
    tracer.replace_siginfo(target.tracing, siginfos.unpack(signal, image))
    return 0


def _peek_siginfo(task: Task, target: Task, address: int, data: int) -> int:
    """Copies of pending signals, from an offset on; how many there was room for. EFAULT, EINVAL."""
    image = task.memory.read(address, _PEEK_ARGUMENTS.size)
    first, flags, count = _PEEK_ARGUMENTS.unpack(image)
    if flags & ~PEEK_SHARED or count < 0:
        raise SysError(Errno.EINVAL)
    pending = target.process.pending if flags else target.signals.pending
    chosen = pending.queue[first : first + count]
    for number, info in enumerate(chosen):
        try:
            task.memory.write(data + number * SIGINFO_SIZE, siginfos.pack(info))
        except SysError:
            if not number:
                raise
            return number
    return len(chosen)


def _get_mask(task: Task, target: Task, address: int, data: int) -> int:
    if address != _MASK_SIZE:
        raise SysError(Errno.EINVAL)
    signals = target.signals
    mask = signals.blocked if signals.saved_mask is None else signals.saved_mask
    task.memory.write(data, mask.to_bytes(_MASK_SIZE, "little"))
    return 0


def _set_mask(task: Task, target: Task, address: int, data: int) -> int:
    if address != _MASK_SIZE:
        raise SysError(Errno.EINVAL)
    masks.set_blocked(target, int.from_bytes(task.memory.read(data, _MASK_SIZE), "little"))
    return 0


# ---- the call at work --------------------------------------------------------------------------


def _get_call(task: Task, target: Task, address: int, data: int) -> int:
    """struct ptrace_syscall_info, cut at `address` octets; its whole size.

    The beginning and the end of a call are told from other traps with PTRACE_O_TRACESYSGOOD alone.
    """
    assert target.tracing is not None
    stop, words = target.tracing.stop, target.context.words
    assert stop is not None
    kind, rest = SyscallInfo.PTRACE_SYSCALL_INFO_NONE, b""
    arguments = [words[i] for i in (EBX, ECX, EDX, ESI, EDI, EBP)]
    entered = struct.pack("<7Q", target.tracing.original, *arguments)
    is_marked = stop.code == Signal.SIGTRAP | SYSGOOD
    if stop.kind is StopKind.ENTRY and is_marked:
        kind, rest = SyscallInfo.PTRACE_SYSCALL_INFO_ENTRY, entered
    elif stop.code >> 8 == TraceEvent.PTRACE_EVENT_SECCOMP:
        kind = SyscallInfo.PTRACE_SYSCALL_INFO_SECCOMP
        rest = entered + struct.pack("<I", target.tracing.message)
    elif stop.kind is StopKind.EXIT and is_marked:
        kind = SyscallInfo.PTRACE_SYSCALL_INFO_EXIT
        value = words[EAX] - (words[EAX] >> 31 << 32)
        rest = struct.pack("<qB", value, -4096 < value < 0)
    image = _CALL_HEAD.pack(kind, AUDIT_ARCH_I386, words[EIP], words[ESP]) + rest
    task.memory.write(data, image[:address])
    return len(image)


# ---- its filters -------------------------------------------------------------------------------


def _filter_at(task: Task, target: Task, number: int) -> Filter:
    """The target's filter with this number, 0 for its first; EACCES, EINVAL, ENOENT."""
    if task.seccomp is not None or not task.credentials.has(Capability.CAP_SYS_ADMIN):
        raise SysError(Errno.EACCES)
    seccomp = target.seccomp
    if seccomp is None or seccomp.mode is not SeccompMode.SECCOMP_MODE_FILTER:
        raise SysError(Errno.EINVAL)
    if number >= len(seccomp.filters):
        raise SysError(Errno.ENOENT)
    return seccomp.filters[number]


def _get_filter(task: Task, target: Task, address: int, data: int) -> int:
    """The program as struct sock_filter, where a place for it is given; how many there are."""
    program = _filter_at(task, target, address).program
    if data:
        task.memory.write(data, seccomp_program.pack(program))
    return len(program)


def _get_filter_flags(task: Task, target: Task, address: int, data: int) -> int:
    """struct seccomp_metadata, cut at `address` octets: which filter is asked for, its flags."""
    if task.seccomp is not None or not task.credentials.has(Capability.CAP_SYS_ADMIN):
        raise SysError(Errno.EACCES)
    if address < 8:
        raise SysError(Errno.EINVAL)
    number = int.from_bytes(task.memory.read(data, 8), "little")
    is_logged = _filter_at(task, target, number).is_logged
    flags = FilterFlag.SECCOMP_FILTER_FLAG_LOG if is_logged else 0
    image = struct.pack("<QQ", number, flags)[:address]
    task.memory.write(data, image)
    return len(image)


ANSWERS: dict[int, Answer] = {
    Request.PTRACE_GETREGS: _get_registers,
    Request.PTRACE_SETREGS: _set_registers,
    Request.PTRACE_GETFPREGS: _get_x87,
    Request.PTRACE_SETFPREGS: _set_x87,
    Request.PTRACE_GETFPXREGS: _get_fxsave,
    Request.PTRACE_SETFPXREGS: _set_fxsave,
    Request.PTRACE_GET_THREAD_AREA: _get_thread_area,
    Request.PTRACE_SET_THREAD_AREA: _set_thread_area,
    Request.PTRACE_GETREGSET: _get_set,
    Request.PTRACE_GET_RSEQ_CONFIGURATION: _get_rseq,
    Request.PTRACE_SETREGSET: _set_set,
    Request.PTRACE_GETSIGINFO: _get_siginfo,
    Request.PTRACE_SETSIGINFO: _set_siginfo,
    Request.PTRACE_PEEKSIGINFO: _peek_siginfo,
    Request.PTRACE_GETSIGMASK: _get_mask,
    Request.PTRACE_SETSIGMASK: _set_mask,
    Request.PTRACE_GET_SYSCALL_INFO: _get_call,
    Request.PTRACE_SECCOMP_GET_FILTER: _get_filter,
    Request.PTRACE_SECCOMP_GET_METADATA: _get_filter_flags,
}
"""By request, what answers it; all want the task stopped."""
