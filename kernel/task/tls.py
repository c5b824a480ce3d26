"""Thread-local storage: struct user_desc and its three descriptors (set_thread_area(2))."""

from __future__ import annotations

import struct
from typing import NamedTuple

from emulator.machine.segments import TLS_COUNT, TLS_FIRST
from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.task.task import Task

Slots = tuple[int, int, int]
"""The three TLS descriptors of a task."""
USER_DESC_SIZE = 16
USEABLE = 0x40
_ANY = 0xFFFF_FFFF


class UserDesc(NamedTuple):
    """struct user_desc; `limit` counts pages where `limit_in_pages` is set."""

    entry_number: int
    base: int
    limit: int
    flags: int

    @property
    def seg_32bit(self) -> int:
        return self.flags & 1

    @property
    def contents(self) -> int:
        return self.flags >> 1 & 3

    @property
    def read_exec_only(self) -> int:
        return self.flags >> 3 & 1

    @property
    def limit_in_pages(self) -> int:
        return self.flags >> 4 & 1

    @property
    def seg_not_present(self) -> int:
        return self.flags >> 5 & 1

    @property
    def useable(self) -> int:
        return self.flags >> 6 & 1

    @property
    def is_empty(self) -> bool:
        """A form that clears a slot for a thread: `is_unset`, or nothing at all."""
        return self.is_unset or (self.base == self.limit == self.flags & 0x7F == 0)

    @property
    def is_unset(self) -> bool:
        """Nothing set but read_exec_only and seg_not_present."""
        return self.base == self.limit == 0 and self.flags & 0x7F == 0x28

    def text(self) -> str:
        """As strace prints it."""
        number = "-1" if self.entry_number == _ANY else str(self.entry_number)
        return (
            f"{{entry_number={number}, base_addr={self.base:#08x}, limit={self.limit:#08x}, "
            f"seg_32bit={self.seg_32bit}, contents={self.contents}, "
            f"read_exec_only={self.read_exec_only}, limit_in_pages={self.limit_in_pages}, "
            f"seg_not_present={self.seg_not_present}, useable={self.useable}}}"
        )

    def descriptor(self) -> int:
        """The 8-byte descriptor for a thread's slot; 0 clears it."""
        return 0 if self.is_empty else self.segment()

    def segment(self) -> int:
        """The 8-byte segment descriptor: ring 3, data or code by `contents`."""
        kind = (self.contents & 2) << 2 | (self.contents & 1) << 2
        access = 0x70 | kind | (not self.read_exec_only) << 1 | 1
        access |= 0 if self.seg_not_present else 0x80
        upper = self.limit_in_pages << 3 | self.seg_32bit << 2 | self.useable
        return (
            self.limit & 0xFFFF
            | (self.base & 0xFF_FFFF) << 16
            | access << 40
            | (self.limit >> 16 & 0xF) << 48
            | upper << 52
            | (self.base >> 24) << 56
        )


def read_user_desc(task: Task, address: int) -> UserDesc:
    """The structure in user memory; EFAULT."""
    return unpack(task.memory.read(address, USER_DESC_SIZE))


def unpack(image: bytes) -> UserDesc:
    """The structure that octets begin with."""
    number, base, limit, flags = struct.unpack_from("<4I", image)
    return UserDesc(number, base, limit & 0xF_FFFF, flags)


def describe_text(task: Task, address: int) -> str:
    """As strace prints the pointer to one."""
    try:
        return read_user_desc(task, address).text()
    except SysError:
        return f"{address:#x}"


def _slot(desc: UserDesc, current: tuple[int, int, int], may_choose: bool) -> int:
    """Which of the three slots is meant; ESRCH when none is free, EINVAL for another number."""
    if desc.entry_number == _ANY and may_choose:
        if 0 not in current:
            raise SysError(Errno.ESRCH)
        return current.index(0)
    slot = desc.entry_number - TLS_FIRST
    if not 0 <= slot < TLS_COUNT:
        raise SysError(Errno.EINVAL)
    return slot


def _check(desc: UserDesc) -> None:
    """Only what Linux lets a program load: a present 32-bit data segment, or the empty form."""
    if desc.is_empty:
        return
    if not desc.seg_32bit or desc.contents > 1 or desc.seg_not_present:
        raise SysError(Errno.EINVAL)


def current_slots(task: Task) -> tuple[int, int, int]:
    """The descriptors of the task that runs."""
    return task.system.machine.tls


def with_user_desc(task: Task, address: int) -> tuple[int, int, int]:
    """The current descriptors with the one in user memory put in (CLONE_SETTLS); EFAULT, EINVAL."""
    desc = read_user_desc(task, address)
    _check(desc)
    slots = list(current_slots(task))
    slots[_slot(desc, current_slots(task), False)] = desc.descriptor()
    return slots[0], slots[1], slots[2]


def set_thread_area(task: Task, address: int) -> int:
    """set_thread_area(2): the number of the entry that was set. EFAULT, EINVAL, ESRCH."""
    desc = read_user_desc(task, address)
    slots, slot = replaced(current_slots(task), desc)
    if desc.entry_number == _ANY:
        task.memory.write_word(address, slot + TLS_FIRST)
    task.system.machine.set_tls(slots)
    return slot + TLS_FIRST


def replaced(slots: Slots, desc: UserDesc) -> tuple[Slots, int]:
    """The descriptors with this one put in, and at which of them. EINVAL, ESRCH."""
    _check(desc)
    slot = _slot(desc, slots, True)
    changed = [*slots[:slot], desc.descriptor(), *slots[slot + 1 :]]
    return (changed[0], changed[1], changed[2]), slot


def get_thread_area(task: Task, address: int) -> None:
    """get_thread_area(2): fill in the structure for its entry_number. EFAULT, EINVAL."""
    number = task.memory.read_word(address)
    task.memory.write(address, packed(current_slots(task), number))


def packed(slots: Slots, number: int) -> bytes:
    """The struct user_desc of entry `number`; EINVAL for one that is no TLS entry."""
    slot = number - TLS_FIRST
    if not 0 <= slot < TLS_COUNT:
        raise SysError(Errno.EINVAL)
    d = slots[slot]
    base = d >> 16 & 0xFF_FFFF | d >> 56 << 24
    limit = d & 0xFFFF | (d >> 48 & 0xF) << 16
    contents = (d >> 43 & 1) << 1 | d >> 42 & 1
    flags = d >> 54 & 1 | contents << 1 | (0 if d >> 41 & 1 else 8) | (d >> 55 & 1) << 4
    flags |= (0 if d >> 47 & 1 else 0x20) | (d >> 52 & 1) << 6
    return struct.pack("<4I", number, base, limit, flags)
