"""What RLIMIT_NICE and RLIMIT_RTPRIO let a user do, for which the host's root may lack a right."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.task.task import Task
from tests.callers import Callers
from tests.fakes import DATA

FIFO, RR, IDLE = 1, 2, 5
CPU, HARD = 4, (1 << 64) - 1


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def user(world: Callers) -> Task:
    return world.run(world.process(uid=500))


def limit(task: Task, resource: Resource, value: int) -> None:
    task.process.limits = task.process.limits.replaced(resource, (value, value))


def set_policy(world: Callers, task: Task, policy: int, priority: int) -> int:
    task.memory.write(DATA, struct.pack("<I", priority))
    return world.call(task, Sysno.SCHED_SETSCHEDULER, 0, policy, DATA)


def test_a_user_is_as_nice_as_rlimit_nice_wants(world: Callers, user: Task) -> None:
    limit(user, Resource.RLIMIT_NICE, 25)
    assert world.call(user, Sysno.SETPRIORITY, 0, 0, -6) == -Errno.EACCES
    assert world.call(user, Sysno.SETPRIORITY, 0, 0, -5) == 0
    assert world.call(user, Sysno.NICE, -1) == -Errno.EPERM
    assert world.call(user, Sysno.NICE, 2) == 0
    assert world.call(user, Sysno.NICE, -2) == 0
    assert user.nice == -5


def test_a_user_has_priorities_up_to_rlimit_rtprio(world: Callers, user: Task) -> None:
    assert set_policy(world, user, FIFO, 1) == -Errno.EPERM
    limit(user, Resource.RLIMIT_RTPRIO, 5)
    assert set_policy(world, user, FIFO, 6) == -Errno.EPERM
    assert set_policy(world, user, FIFO, 5) == 0
    limit(user, Resource.RLIMIT_RTPRIO, 0)
    assert set_policy(world, user, FIFO, 4) == 0, "less is always allowed"
    assert set_policy(world, user, FIFO, 5) == -Errno.EPERM
    assert set_policy(world, user, RR, 3) == -Errno.EPERM, "another such policy is not"


def test_who_became_idle_comes_back_by_rlimit_nice(world: Callers, user: Task) -> None:
    assert set_policy(world, user, IDLE, 0) == 0
    assert set_policy(world, user, 0, 0) == -Errno.EPERM
    limit(user, Resource.RLIMIT_NICE, 20)
    assert set_policy(world, user, 0, 0) == 0


def test_kcmp_orders_descriptors_as_one_would_sort_them(world: Callers, user: Task) -> None:
    def compare(one: int, other: int) -> int:
        return world.call(user, Sysno.KCMP, user.tid, user.tid, 0, one, other)

    assert [compare(0, 0), compare(0, 1), compare(1, 0), compare(1, 2), compare(0, 2)] == [
        0, 1, 2, 1, 1,
    ]  # fmt: skip


def test_proc_stat_tells_the_policy_and_the_priority(world: Callers) -> None:
    task = world.run(world.process())
    before = world.contents(task, "/proc/self/stat").split()
    assert (before[17], before[39], before[40]) == ("20", "0", "0")
    task.memory.write(DATA, (7).to_bytes(4, "little"))
    assert world.call(task, Sysno.SCHED_SETSCHEDULER, 0, 1, DATA) == 0
    after = world.contents(task, "/proc/self/stat").split()
    assert (after[17], after[39], after[40]) == ("-8", "7", "1")
