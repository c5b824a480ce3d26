"""vfork's basics: the parent is held, its tables untouched, until exec or exit frees it."""

from __future__ import annotations

import pytest

from kernel import events
from kernel.abi.errno import Errno
from kernel.abi.process import CloneFlag
from kernel.task import exit as exiting
from kernel.task.task import Task, TaskState
from tests.fakes import DATA
from tests.task.world import Family

VFORK = int(CloneFlag.CLONE_VM | CloneFlag.CLONE_VFORK)


@pytest.fixture
def family() -> Family:
    return Family()


def vfork(family: Family, task: Task) -> Task:
    return family.go(family.clone(task, VFORK))


def test_the_parent_is_held_in_state_d_on_a_queue_that_names_the_child(family: Family) -> None:
    child = vfork(family, family.parent)
    assert family.parent.state is TaskState.HELD
    assert family.parent.state.value == "D"
    assert str(child.tid) in family.parent.wait_channel
    assert family.parent not in family.system.scheduler.queue
    assert family.seen(events.Suspended)


def test_page_tables_are_the_same_to_the_octet_and_none_is_made(family: Family) -> None:
    before, root = family.tables(family.parent), family.parent.memory.tables.root
    allocated = family.system.frames.allocated
    child = vfork(family, family.parent)
    assert family.tables(family.parent) == before
    assert child.memory.tables.root == root
    assert family.system.frames.allocated - allocated <= 4  # task structure, descriptors, actions


def test_what_the_child_writes_and_maps_is_the_parents(family: Family) -> None:
    child = vfork(family, family.parent)
    child.memory.write(DATA, b"changed!")
    child.memory.unmap(DATA + 0x1000, DATA + 0x2000)
    assert family.parent.memory.read(DATA, 8) == b"changed!"
    assert not family.parent.memory.covers(DATA, DATA + 0x2000)


def test_a_successful_exec_frees_the_parent_first_in_the_queue(family: Family) -> None:
    waiting = family.clone(family.parent)
    child = vfork(family, family.parent)
    assert family.execute(child) is None
    assert family.parent.state is TaskState.READY
    assert list(family.system.scheduler.queue) == [family.parent, waiting]
    assert family.system.scheduler.must_yield
    assert child.memory is not family.parent.memory
    assert family.parent.memory.read(DATA, 8) == b"resident"
    assert not family.parent.process.child_changed.sleepers


@pytest.mark.parametrize(
    ("name", "errno"),
    [("/missing", Errno.ENOENT), ("/text", Errno.ENOEXEC), ("/plain", Errno.EACCES)],
)
def test_a_failed_exec_keeps_the_parent_waiting(family: Family, name: str, errno: Errno) -> None:
    family.put("text", b"hello")
    family.put("plain", b"hello", 0o644)
    child = vfork(family, family.parent)
    before = family.footprint()
    assert family.execute(child, name) is errno
    assert family.parent.state is TaskState.HELD
    assert child.memory is family.parent.memory
    assert family.footprint() == before


def test_exec_that_runs_out_of_memory_anywhere_keeps_the_parent_waiting(family: Family) -> None:
    child = vfork(family, family.parent)
    family.execute(child, "/missing")
    before, failed = family.footprint(), 0
    while True:
        family.system.frames.fails_in = failed + 1
        error = family.execute(child)
        family.system.frames.fails_in = None
        family.system.page_cache.reclaim()
        if error is None:
            break
        failed += 1
        assert error is Errno.ENOMEM
        assert family.parent.state is TaskState.HELD
        assert family.footprint() == before
    assert failed >= 5
    assert family.parent.state is TaskState.READY


def test_the_exit_frees_the_parent_before_the_child_is_a_zombie(family: Family) -> None:
    child = vfork(family, family.parent)
    exiting.exit_task(child, 0)
    assert family.parent.state is TaskState.READY
    assert child.state is TaskState.RUNNING
    exiting.complete_exit(child)
    assert child.state is TaskState.ZOMBIE
    assert family.parent.memory.users == 1


def test_each_parent_of_nested_vforks_waits_for_its_own_child(family: Family) -> None:
    child = vfork(family, family.parent)
    grandchild = vfork(family, child)
    assert family.execute(grandchild) is None
    assert (family.parent.state, child.state) == (TaskState.HELD, TaskState.READY)
    family.go(child)
    exiting.exit_task(child, 0)
    assert family.parent.state is TaskState.READY


def test_vfork_without_shared_memory_waits_all_the_same(family: Family) -> None:
    child = family.go(family.clone(family.parent, int(CloneFlag.CLONE_VFORK)))
    child.memory.write(DATA, b"changed!")
    assert family.parent.state is TaskState.HELD
    assert family.parent.memory.read(DATA, 8) == b"resident"
    assert family.execute(child) is None
    assert family.parent.state is TaskState.READY


def test_shared_memory_without_vfork_does_not_wait(family: Family) -> None:
    child = family.clone(family.parent, int(CloneFlag.CLONE_VM))
    assert family.parent.state is TaskState.RUNNING
    assert child.state is TaskState.READY


def test_what_the_child_does_to_its_own_structures_stays_its_own(family: Family) -> None:
    child, parent = vfork(family, family.parent), family.parent
    child.files.close(0)
    child.fs.umask = 0o77
    child.signals.blocked = 0xFF
    child.sighand.actions[10] = child.sighand.get(11)
    assert (0 in parent.files.files, parent.fs.umask, parent.signals.blocked) == (True, 0o22, 0)
    assert 10 not in parent.sighand.actions
    assert child.files.get(1) is parent.files.get(1)
