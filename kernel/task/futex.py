"""Futexes: tasks that sleep until somebody says that a word of memory has changed (futex(2))."""

from __future__ import annotations

import operator
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from kernel.abi.errno import Errno
from kernel.abi.futex import (
    FUTEX_BITSET_MATCH_ANY,
    FUTEX_OWNER_DIED,
    FUTEX_TID_MASK,
    FUTEX_WAITERS,
    ROBUST_LIST_LIMIT,
)
from kernel.abi.memory import TASK_SIZE
from kernel.errors import Block, Restart, SysError
from kernel.signals.attention import ends_sleep
from kernel.wait import Sleeper, WaitQueue

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.system import System
    from kernel.task.task import Task

Key = tuple[str, int]
"""Where the word is: an address space's name and an address, or "frame" and a physical address."""

_OPERATIONS = (
    lambda old, argument: argument, operator.add, operator.or_,
    lambda old, argument: old & ~argument, operator.xor,
)  # fmt: skip
_COMPARISONS = (
    operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
)  # fmt: skip


class FutexQueue(WaitQueue):
    """Tasks that wait for one word; in the system's table only while there are any."""

    __slots__ = ("key", "table")

    def __init__(self, key: Key, table: dict[Key, FutexQueue]) -> None:
        super().__init__(f"futex {key[1]:#x}")
        self.key = key
        self.table = table

    def add(self, sleeper: Sleeper) -> None:
        self.table[self.key] = self
        super().add(sleeper)

    def remove(self, sleeper: Sleeper) -> None:
        super().remove(sleeper)
        if not self.sleepers:
            self.table.pop(self.key, None)


class Waiter:
    """A wait in progress, kept in the task's Call: it is over once `woken` is set."""

    __slots__ = ("bitset", "key", "woken")

    def __init__(self, key: Key, bitset: int) -> None:
        self.key = key
        self.bitset = bitset
        self.woken = False


class PiWaiter(Waiter):
    """A wait for a lock at `address` whose owner is known, or for a condition (`owner` None) from
    which the task can be moved to the lock that is its `target`.
    """

    __slots__ = ("address", "owner", "target")

    def __init__(
        self, key: Key, address: int, owner: Task | None, target: Key | None = None
    ) -> None:
        super().__init__(key, FUTEX_BITSET_MATCH_ANY)
        self.address = address
        self.owner = owner
        self.target = target


def key_of(memory: AddressSpace, address: int, private: bool) -> Key:
    """What identifies the word at `address`: two mappings of a shared page are the same word.

    EINVAL where it is not aligned, EFAULT where a shared one is not mapped, or is in anonymous
    memory that nobody may write.
    """
    if address & 3:
        raise SysError(Errno.EINVAL)
    if address >= TASK_SIZE:
        raise SysError(Errno.EFAULT)
    if not private:
        frame = memory.frame_at(address)
        area = memory.find(address)
        if area is not None and area.is_shared:
            return "frame", frame << 12 | address & 0xFFF
        if area is not None and area.inode is None and not area.is_writable:
            raise SysError(Errno.EFAULT)
    return memory.name, address


def queue_of(system: System, key: Key) -> FutexQueue:
    """Where tasks wait for a word."""
    return system.futexes.get(key) or FutexQueue(key, system.futexes)


def waiting_for(system: System, key: Key) -> list[Task]:
    """The tasks that wait for a word, those of the highest rank first, then first come first."""
    queue = system.futexes.get(key)
    if queue is None:
        return []
    tasks = [cast("Task", sleeper) for sleeper in queue.sleepers]
    tasks.sort(key=operator.attrgetter("rank"), reverse=True)
    return tasks


def waiter_of(task: Task, key: Key) -> Waiter:
    """The wait of a sleeping task's for this word; it may wait for several."""
    assert task.call is not None
    progress = task.call.progress
    if isinstance(progress, Waiter):
        return progress
    return next(waiter for waiter in cast(list[Waiter], progress) if waiter.key == key)


# ---- waiting and waking ------------------------------------------------------------------------


def wait(
    task: Task, address: int, expected: int, private: bool, bitset: int, deadline: int | None
) -> int:
    """Sleep while the word holds `expected`, until woken: 0.

    EAGAIN where it holds something else, ETIMEDOUT after the deadline (monotonic nanoseconds),
    EINVAL for an empty bitset.
    """
    call = task.call
    assert call is not None
    if not bitset:
        raise SysError(Errno.EINVAL)
    restart = Restart.SYS if deadline is None else Restart.BLOCK
    waiter = call.progress
    if isinstance(waiter, Waiter):
        if waiter.woken:
            return 0
        if deadline is not None and task.system.clock.now >= deadline:
            raise SysError(Errno.ETIMEDOUT)
        if ends_sleep(task):
            raise Block(queue_of(task.system, waiter.key), deadline=deadline, restart=restart)
    key = key_of(task.memory, address, private)
    if task.memory.read_word(address) != expected:
        raise SysError(Errno.EAGAIN)
    call.progress = Waiter(key, bitset)
    raise Block(queue_of(task.system, key), deadline=deadline, restart=restart)


def wait_for_any(task: Task, words: list[tuple[int, int, bool]], deadline: int | None) -> int:
    """Sleep until one of several words is woken for: its index in `words`.

    Each is an address, the value expected there, and whether the futex is private. Errors as of
    `wait`.
    """
    call = task.call
    assert call is not None
    waiters: list[Waiter] | None = call.progress
    if waiters is not None:
        for index, waiter in enumerate(waiters):
            if waiter.woken:
                return index
        if deadline is not None and task.system.clock.now >= deadline:
            raise SysError(Errno.ETIMEDOUT)
    if waiters is None or not ends_sleep(task):
        keys = [key_of(task.memory, address, private) for address, _, private in words]
        if any(task.memory.read_word(address) != expected for address, expected, _ in words):
            raise SysError(Errno.EAGAIN)
        waiters = [Waiter(key, FUTEX_BITSET_MATCH_ANY) for key in keys]
        call.progress = waiters
    queues = {waiter.key: queue_of(task.system, waiter.key) for waiter in waiters}
    raise Block(*queues.values(), deadline=deadline, restart=Restart.SYS)


def wake(system: System, key: Key, count: int, bitset: int = FUTEX_BITSET_MATCH_ANY) -> int:
    """Wake up to `count` waiters (one, if it is less) with a bit of `bitset`; how many.

    EINVAL where one waits for a lock: that is unlocked, or its condition requeued.
    """
    woken = 0
    for task in waiting_for(system, key):
        waiter = waiter_of(task, key)
        if isinstance(waiter, PiWaiter):
            raise SysError(Errno.EINVAL)
        if waiter.bitset & bitset:
            _wake(task, waiter)
            woken += 1
            if woken >= count:
                break
    return woken


def _wake(task: Task, waiter: Waiter) -> None:
    waiter.woken = True
    task.wake("futex")


def requeue(system: System, source: Key, target: Key, wake_count: int, move_count: int) -> int:
    """Wake some waiters and move others to another word's queue; how many in all. EINVAL."""
    done = 0
    for task in waiting_for(system, source):
        if done - wake_count >= move_count:
            break
        waiter = waiter_of(task, source)
        if isinstance(waiter, PiWaiter):
            raise SysError(Errno.EINVAL)
        done += 1
        if done <= wake_count:
            _wake(task, waiter)
        elif source != target:
            move(task, source, target)
    return done


def move(task: Task, source: Key, target: Key) -> None:
    """Let a task that waits for one word wait for another."""
    waiter = waiter_of(task, source)
    left = [queue for queue in task.blocked_on if not _is_of(queue, source)]
    for queue in task.blocked_on:
        if _is_of(queue, source):
            queue.remove(task)
    joined = queue_of(task.system, target)
    joined.add(task)
    task.blocked_on = (*left, joined)
    waiter.key = target


def _is_of(queue: WaitQueue, key: Key) -> bool:
    return isinstance(queue, FutexQueue) and queue.key == key


def operate(task: Task, address: int, encoded: int) -> bool:
    """FUTEX_WAKE_OP's second word: change it as encoded; whether its old value compares as asked.

    ENOSYS for an operation or comparison that does not exist.
    """
    kind, comparison = encoded >> 28 & 7, encoded >> 24 & 15
    if kind >= len(_OPERATIONS) or comparison >= len(_COMPARISONS):
        raise SysError(Errno.ENOSYS)
    argument = _signed(encoded >> 12 & 0xFFF, 12)
    if encoded >> 31:
        argument = 1 << (argument & 31)
    old = task.memory.read_word(address)
    task.memory.write_word(address, _OPERATIONS[kind](old, argument & 0xFFFF_FFFF))
    return bool(_COMPARISONS[comparison](_signed(old, 32), _signed(encoded & 0xFFF, 12)))


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


# ---- at the end of a task ----------------------------------------------------------------------


def clear_tid(task: Task) -> None:
    """CLONE_CHILD_CLEARTID: store 0 and wake who waits there, if others still use the memory."""
    address, task.clear_child_tid = task.clear_child_tid, 0
    if not address or task.memory.users < 2:
        return
    with suppress(SysError):
        task.memory.write_word(address, 0)
        wake(task.system, key_of(task.memory, address, private=False), 1)


def release_robust_list(task: Task) -> None:
    """Mark the robust mutexes that the task holds as its legacy, and wake a waiter of each.

    The list is the program's own: it may be of any length, circular, or nonsense.
    """
    head, task.robust_list = task.robust_list, 0
    if not head:
        return
    with suppress(SysError):
        entry = task.memory.read_word(head)
        offset = task.memory.read_word(head + 4)
        pending = task.memory.read_word(head + 8)
        for _ in range(ROBUST_LIST_LIMIT):
            if entry & ~1 == head:
                break
            following = task.memory.read_word(entry & ~1)
            if entry != pending:
                _owner_died(task, entry, offset)
            entry = following
        if pending & ~1:
            _owner_died(task, pending, offset, is_pending=True)


def _owner_died(task: Task, entry: int, offset: int, is_pending: bool = False) -> None:
    """One mutex; the lowest bit of its entry marks priority inheritance."""
    address = ((entry & ~1) + offset) & 0xFFFF_FFFF
    if address & 3:
        return
    word = task.memory.read_word(address)
    key = key_of(task.memory, address, private=False)
    inherits = entry & 1
    if is_pending and not inherits and not word:
        wake(task.system, key, 1)
    if word & FUTEX_TID_MASK != task.tid:
        return
    task.memory.write_word(address, word & FUTEX_WAITERS | FUTEX_OWNER_DIED)
    if not inherits and word & FUTEX_WAITERS:
        wake(task.system, key, 1)
