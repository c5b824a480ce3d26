"""Leases: who has to give one up, when, and what ends the wait for it."""

from __future__ import annotations

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import Fcntl, LockType, OpenFlag
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from kernel.task.task import Task, TaskState
from tests.callers import Callers

READ, WRITE, NONE = int(LockType.F_RDLCK), int(LockType.F_WRLCK), int(LockType.F_UNLCK)


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def holder(world: Callers) -> Task:
    task = world.run(world.process())
    world.call(task, Sysno.CLOSE, world.open(task, "/leased", OpenFlag.O_CREAT | 1))
    return task


def lease(world: Callers, task: Task, file: int, kind: int) -> int:
    return world.call(task, Sysno.FCNTL, file, Fcntl.F_SETLEASE, kind)


def waits(world: Callers, flags: int = 0) -> Task:
    """A process that sleeps in open."""
    task = world.process()
    world.sleeps(task, Sysno.OPEN, world.path(task, "/leased"), flags)
    return task


def test_an_opener_waits_until_the_lease_is_less(world: Callers, holder: Task) -> None:
    file = world.open(holder, "/leased")
    assert lease(world, holder, file, WRITE) == 0
    other = waits(world)
    assert holder.process.pending.mask & bit(Signal.SIGIO)
    assert world.call(holder, Sysno.FCNTL, file, Fcntl.F_GETLEASE) == READ
    assert lease(world, holder, file, READ) == 0
    assert other.state is TaskState.READY
    assert world.again(other) >= 0


def test_the_last_close_gives_a_lease_up(world: Callers, holder: Task) -> None:
    file = world.open(holder, "/leased")
    lease(world, holder, file, WRITE)
    other = waits(world)
    world.call(holder, Sysno.CLOSE, file)
    assert other.state is TaskState.READY


def test_who_waits_for_it_does_not_let_a_lease_grow(world: Callers, holder: Task) -> None:
    file = world.open(holder, "/leased")
    lease(world, holder, file, READ)
    waits(world, 1)
    assert lease(world, holder, file, READ) == -Errno.EAGAIN
    assert lease(world, holder, file, WRITE) == -Errno.EAGAIN
    assert lease(world, holder, file, NONE) == 0


def test_after_the_break_time_it_is_taken_away(world: Callers, holder: Task) -> None:
    file = world.open(holder, "/leased")
    lease(world, holder, file, READ)
    world.system.leases.break_time = 2
    other = waits(world, 1)
    assert other.deadline == world.system.clock.now + 2 * NANOSECONDS
    world.system.clock.now += 2 * NANOSECONDS
    assert world.call(holder, Sysno.FCNTL, file, Fcntl.F_GETLEASE) == NONE
    assert world.again(other) >= 0


def test_without_a_break_time_one_waits_for_ever(world: Callers, holder: Task) -> None:
    lease(world, holder, world.open(holder, "/leased"), READ)
    world.system.leases.break_time = 0
    assert waits(world, 1).deadline is None


def test_an_o_nonblock_opener_tells_the_holder_once(world: Callers, holder: Task) -> None:
    file = world.open(holder, "/leased")
    lease(world, holder, file, READ)
    other, flags = world.process(), OpenFlag.O_NONBLOCK | 1
    assert world.open(other, "/leased", flags) == -Errno.EAGAIN
    assert holder.process.pending.mask & bit(Signal.SIGIO)
    holder.process.pending.take(Signal.SIGIO)
    assert world.open(other, "/leased", flags) == -Errno.EAGAIN
    assert not holder.process.pending.mask
