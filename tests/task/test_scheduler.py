"""Who runs next: ranks, turns, time slices; and lent ranks."""

from __future__ import annotations

import pytest

from emulator.machine.traps import BUDGET_SPENT
from kernel.abi.process import RLIM_INFINITY, Resource
from kernel.abi.scheduling import SchedPolicy
from kernel.abi.signals import Signal, bit
from kernel.clock import BLOCK_NS, NANOSECONDS
from kernel.kernel import Kernel
from kernel.system import Settings
from kernel.task.scheduling import SLICE_BLOCKS, Scheduling, gives_way, schedule
from kernel.task.task import Task, TaskState
from tests.callers import Callers
from tests.fakes import World

FIFO, RR = SchedPolicy.SCHED_FIFO, SchedPolicy.SCHED_RR


@pytest.fixture
def world() -> World:
    return World()


def queued(world: World, priority: int = 0, policy: SchedPolicy = FIFO) -> Task:
    task = world.process()
    schedule(task, Scheduling(policy, priority) if priority else Scheduling())
    world.system.scheduler.ready(task)
    return task


def picked(world: World) -> list[Task | None]:
    return [world.system.scheduler.pick() for _ in world.system.scheduler.queue.copy()]


def test_higher_ranks_run_first_and_equals_in_turn(world: World) -> None:
    normal, low, high, also_low = (queued(world, rank) for rank in (0, 1, 9, 1))
    assert picked(world) == [high, low, also_low, normal]


def test_who_is_to_run_at_once_does_so_among_its_equals(world: World) -> None:
    normal, high = queued(world), queued(world, 5)
    parent = world.process()
    world.system.scheduler.ready(parent, first=True)
    assert picked(world) == [high, parent, normal]


def test_raised_goes_behind_its_equals_and_lowered_before_them(world: World) -> None:
    low, middle, high = (queued(world, rank) for rank in (1, 5, 9))
    schedule(low, Scheduling(FIFO, 5))
    schedule(high, Scheduling(FIFO, 5))
    assert picked(world) == [high, middle, low]


def test_chance_draws_among_the_highest_only(world: World) -> None:
    world.system.settings = Settings(random_schedule=True)
    tasks = [queued(world, rank) for rank in (0, 3, 3, 0, 3)]
    ranks = [task.rank for task in picked(world) if task is not None]
    assert ranks == [3, 3, 3, 0, 0]
    assert len(tasks) == 5


def test_only_a_higher_one_preempts(world: World) -> None:
    scheduler = world.system.scheduler
    world.run(queued(world, 5))
    queued(world, 5)
    assert not scheduler.must_yield
    queued(world, 6)
    assert scheduler.must_yield


def test_at_the_end_of_a_slice_fifo_goes_on_and_the_others_give_way(world: World) -> None:
    normal, fifo, rr = queued(world), queued(world, 5), queued(world, 5, RR)
    assert gives_way(normal, normal)
    assert not gives_way(fifo, rr)
    assert gives_way(rr, fifo)
    assert not gives_way(rr, normal)


@pytest.mark.parametrize(("nice", "share"), [(0, 1), (1, 0.8), (-1, 1.25), (19, 0.0144)])
def test_a_nice_value_is_a_longer_or_shorter_slice(nice: int, share: float) -> None:
    assert Scheduling(nice=nice).slice / SLICE_BLOCKS == pytest.approx(share, rel=0.01)


def test_a_preempted_task_goes_on_with_what_was_left_of_its_slice() -> None:
    """Or one that is preempted again and again would keep its equals from the CPU for ever."""
    world = Callers()
    kernel, system = Kernel(world.system), world.system
    first, second = queued(world), queued(world)
    sleeper = world.process(state=TaskState.BLOCKED)
    schedule(sleeper, Scheduling(FIFO, 5))
    sleeper.deadline = 1000
    system.scheduler.add_deadline(sleeper, 1000)
    world.machine.traps = [BUDGET_SPENT]
    world.machine.spent = 100
    kernel.run(100)
    assert system.scheduler.current is None
    assert list(system.scheduler.queue) == [sleeper, first, second]
    assert first.slice_left == SLICE_BLOCKS - 100


def test_a_task_that_gets_the_cpu_is_stopped_at_its_limit_and_not_after_its_slice() -> None:
    world = Callers()
    task = queued(world)
    task.signals.blocked = bit(Signal.SIGXCPU)
    task.process.limits = task.process.limits.replaced(Resource.RLIMIT_CPU, (1, RLIM_INFINITY))
    task.user_time = NANOSECONDS - 100 * BLOCK_NS
    world.machine.traps = [BUDGET_SPENT]
    world.machine.spent = 100
    Kernel(world.system).run(100)
    assert task.process.pending.mask == bit(Signal.SIGXCPU)


def test_a_new_policy_leaves_a_lent_rank(world: World) -> None:
    owner = queued(world, 1)
    world.system.scheduler.rank(owner, 9)
    schedule(owner, Scheduling(FIFO, 2))
    assert owner.rank == 9
    schedule(owner, Scheduling(FIFO, 20))
    assert owner.rank == 20
