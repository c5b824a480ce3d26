"""Futexes that are locks with an owner (futex(2), priority-inheritance futexes).

The word holds the owner's tid, so the kernel can hand a lock from owner to waiter, find circles,
and tell the next one that an owner died. While a task of higher rank waits for it, the owner has
that rank; the highest gets the lock first, and of several the one that came first.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from kernel.abi.errno import Errno
from kernel.abi.futex import FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS
from kernel.errors import Block, Restart, SysError
from kernel.signals.attention import ends_sleep
from kernel.task.futex import Key, PiWaiter, key_of, move, queue_of, waiter_of, waiting_for

if TYPE_CHECKING:
    from kernel.task.task import Task


def lock(task: Task, address: int, private: bool, deadline: int | None) -> int:
    """Own the lock, sleeping until it is handed over: 0. `deadline` is in monotonic nanoseconds.

    EDEADLK where the caller owns it or has what its owner waits for, ESRCH where the owner does not
    exist, ETIMEDOUT. No signal is noticed from outside: the call starts again after a handler.
    """
    call = task.call
    assert call is not None
    if _begins(task, deadline):
        key = key_of(task.memory, address, private)
        owner = _acquire(task, address, key)
        if owner is None:
            return 0
        if _waits_for(owner, task):
            raise SysError(Errno.EDEADLK)
        call.progress = PiWaiter(key, address, owner)
        _lend_rank(task.rank, owner)
    return _sleep(task, call.progress, deadline)


def try_lock(task: Task, address: int, private: bool) -> int:
    """The same without sleeping: EAGAIN where another task owns the lock."""
    if _acquire(task, address, key_of(task.memory, address, private)) is not None:
        raise SysError(Errno.EAGAIN)
    return 0


def unlock(task: Task, address: int, private: bool) -> int:
    """Give the lock to the first who waits for it; EPERM for others than the owner."""
    if task.memory.read_word(address) & FUTEX_TID_MASK != task.tid:
        raise SysError(Errno.EPERM)
    key = key_of(task.memory, address, private)
    waiters = waiting_for(task.system, key)
    if waiters:
        _hand_over(waiters, key, 0)
    else:
        task.memory.write_word(address, 0)
    _give_rank_back(task)
    return 0


def release_owned(task: Task) -> None:
    """At the end of a task: who waits for its locks gets them, and learns how."""
    for key in list(task.system.futexes):
        waiters = waiting_for(task.system, key)
        first = waiter_of(waiters[0], key) if waiters else None
        if isinstance(first, PiWaiter) and first.owner is task:
            with suppress(SysError):
                _hand_over(waiters, key, FUTEX_OWNER_DIED)


def _begins(task: Task, deadline: int | None) -> bool:
    """Whether the wait begins: for the first time, or again, since the task was woken for a signal
    that another thread has taken. Until it runs, nobody gives it anything.
    """
    assert task.call is not None
    waiter = task.call.progress
    if not isinstance(waiter, PiWaiter):
        return True
    is_over = waiter.woken or (deadline is not None and task.system.clock.now >= deadline)
    return not is_over and not ends_sleep(task)


def _sleep(task: Task, waiter: PiWaiter, deadline: int | None) -> int:
    if waiter.woken:
        return 0
    if deadline is not None and task.system.clock.now >= deadline:
        if waiter.owner is not None:
            _give_rank_back(waiter.owner)
        raise SysError(Errno.ETIMEDOUT)
    raise Block(queue_of(task.system, waiter.key), deadline=deadline, restart=Restart.NOINTR)


def _acquire(task: Task, address: int, key: Key) -> Task | None:
    """Own the lock if nobody does: None. Else who does, and the word says that somebody waits."""
    word = task.memory.read_word(address)
    tid = word & FUTEX_TID_MASK
    if tid == task.tid:
        raise SysError(Errno.EDEADLK)
    waiters = waiting_for(task.system, key)
    first = waiter_of(waiters[0], key) if waiters else None
    if isinstance(first, PiWaiter) and first.owner is not None:
        owner: Task | None = first.owner
    elif first is not None:
        raise SysError(Errno.EINVAL)
    elif not tid:
        task.memory.write_word(address, task.tid | word & FUTEX_OWNER_DIED)
        return None
    else:
        owner = None
    task.memory.write_word(address, word | FUTEX_WAITERS)
    return owner or _find_owner(task, tid)


def _find_owner(task: Task, tid: int) -> Task:
    owner = task.system.tasks.find(tid)
    if owner is None or owner.is_gone:
        raise SysError(Errno.ESRCH)
    return owner


def _waits_for(owner: Task, task: Task) -> bool:
    """Whether the owner, or whom it waits for and so on, waits for a lock of this task's."""
    seen: set[int] = set()
    while owner is not task:
        waiter = owner.call.progress if owner.call is not None else None
        if not isinstance(waiter, PiWaiter) or waiter.woken or owner.tid in seen:
            return False
        if waiter.owner is None:
            return False
        seen.add(owner.tid)
        owner = waiter.owner
    return True


def _hand_over(waiters: list[Task], key: Key, died: int) -> None:
    """The first waiter owns the lock from now on; EINVAL where it waits for something else."""
    heir = waiters[0]
    waiter = waiter_of(heir, key)
    if not isinstance(waiter, PiWaiter):
        raise SysError(Errno.EINVAL)
    heir.memory.write_word(waiter.address, heir.tid | FUTEX_WAITERS | died)
    for other in waiters[1:]:
        next_one = waiter_of(other, key)
        if isinstance(next_one, PiWaiter):
            next_one.owner = heir
    waiter.woken = True
    heir.wake("futex")


# ---- ranks -------------------------------------------------------------------------------------


def _lend_rank(rank: int, owner: Task | None) -> None:
    """Raise an owner to the rank of one who waits, and whom the owner waits for, and so on."""
    while owner is not None and owner.rank < rank:
        owner.system.scheduler.rank(owner, rank)
        waiter = owner.call.progress if owner.call is not None else None
        owner = waiter.owner if isinstance(waiter, PiWaiter) and not waiter.woken else None


def _give_rank_back(owner: Task) -> None:
    """One waits no longer: the owner keeps its own rank, or that of the highest who still does."""
    system, own = owner.system, owner.scheduling.priority
    if owner.rank == own:
        return
    waiting = [
        task.rank
        for key in system.futexes
        for task in waiting_for(system, key)
        if isinstance(waiter := waiter_of(task, key), PiWaiter) and waiter.owner is owner
    ]
    system.scheduler.rank(owner, max([own, *waiting]))


# ---- conditions that come with a lock ----------------------------------------------------------


def wait_requeue(
    task: Task, address: int, expected: int, private: bool, target: int, deadline: int | None
) -> int:
    """Sleep while the word holds `expected`, until moved to the lock at `target` and given it: 0.

    EAGAIN for another value, or where a signal came while it waited for the lock; EINVAL,
    ETIMEDOUT.
    """
    call = task.call
    assert call is not None
    if _begins(task, deadline):
        if isinstance(call.progress, PiWaiter):
            signal_came(call.progress)
        if address == target:
            raise SysError(Errno.EINVAL)
        wanted, key = (key_of(task.memory, at, private) for at in (target, address))
        if key == wanted:
            raise SysError(Errno.EINVAL)
        if task.memory.read_word(address) != expected:
            raise SysError(Errno.EAGAIN)
        call.progress = PiWaiter(key, target, None, wanted)
    return _sleep(task, call.progress, deadline)


def requeue(
    task: Task, address: int, target: int, private: bool, counts: tuple[int, int], expected: int
) -> int:
    """Let the first who waits for a condition have the lock at `target`, or let it wait for that
    one, and up to so many others; how many in all.

    `counts` is how many may get it, which must be 1, and how many are moved. EAGAIN for another
    value than expected, EINVAL.
    """
    system = task.system
    if address == target or counts[0] != 1 or counts[1] < 0:
        raise SysError(Errno.EINVAL)
    key, wanted = (key_of(task.memory, at, private) for at in (address, target))
    if key == wanted:
        raise SysError(Errno.EINVAL)
    if task.memory.read_word(address) != expected:
        raise SysError(Errno.EAGAIN)
    tasks = waiting_for(system, key)[: 1 + counts[1]]
    waiters = [waiter_of(one, key) for one in tasks]
    if any(not isinstance(w, PiWaiter) or w.target != wanted for w in waiters):
        raise SysError(Errno.EINVAL)
    if not tasks:
        return 0
    word, done = task.memory.read_word(target), 0
    if not word & FUTEX_TID_MASK:
        more = FUTEX_WAITERS if counts[1] else 0
        task.memory.write_word(target, tasks[0].tid | more | word & FUTEX_OWNER_DIED)
        waiters[0].woken = True
        tasks[0].wake("futex")
        owner, done = tasks[0], 1
    else:
        owner = _find_owner(task, word & FUTEX_TID_MASK)
        task.memory.write_word(target, word | FUTEX_WAITERS)
    for waiting, waiter in list(zip(tasks, waiters, strict=True))[done:]:
        move(waiting, key, wanted)
        cast(PiWaiter, waiter).owner = owner
        _lend_rank(waiting.rank, owner)
    return len(tasks)


def signal_came(waiter: PiWaiter) -> None:
    """EAGAIN for one that was moved to its lock: the condition is over, it cannot start again."""
    if waiter.target == waiter.key:
        raise SysError(Errno.EAGAIN)
