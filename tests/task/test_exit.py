"""Ends: zombies, orphans, reaping, and everything given back."""

from __future__ import annotations

import pytest

from emulator.machine.machine import EIP
from kernel.abi.errno import Errno
from kernel.abi.process import CloneFlag, WaitIdType, WaitOption, exit_status
from kernel.abi.signals import SIG_IGN, Signal
from kernel.errors import Block, SysError
from kernel.signals.state import Action
from kernel.task import exit as exiting
from kernel.task import rseq
from kernel.task.task import Task, TaskState
from kernel.task.waiting import exit_status_of, wait_for_child
from tests.fakes import CODE, DATA
from tests.task.world import Family

THREAD = int(CloneFlag.CLONE_VM | CloneFlag.CLONE_SIGHAND | CloneFlag.CLONE_THREAD)
EXITED = int(WaitOption.WEXITED)


@pytest.fixture
def family() -> Family:
    return Family()


def end(family: Family, task: Task, status: int = 0) -> None:
    """exit(2), to its last line."""
    exiting.exit_task(family.go(task), exit_status(status))
    if not task.is_gone:
        exiting.complete_exit(task)


def wait(task: Task, options: int = EXITED) -> int | None:
    """The pid of a child that has ended."""
    report = wait_for_child(task, WaitIdType.P_ALL, 0, options)
    return None if report is None else report.pid


def test_everything_is_given_back_when_a_child_has_been_reaped(family: Family) -> None:
    before = family.footprint()
    child = family.clone(family.parent)
    child.memory.write(DATA, b"own")
    end(family, child)
    assert child.state is TaskState.ZOMBIE
    assert len(child.structure) == 2
    assert wait(family.parent) == child.tid
    assert child.state is TaskState.DEAD
    assert family.parent.memory.read(DATA, 8) == b"resident"
    assert family.footprint() == before


def test_a_zombie_is_reported_once(family: Family) -> None:
    child = family.clone(family.parent)
    end(family, child)
    assert wait(family.parent, EXITED | WaitOption.WNOWAIT) == child.tid
    assert wait(family.parent) == child.tid
    with pytest.raises(SysError) as error:
        wait(family.parent)
    assert error.value.errno is Errno.ECHILD


def test_a_parent_sleeps_until_a_child_ends(family: Family) -> None:
    child = family.clone(family.parent)
    with pytest.raises(Block) as block:
        wait(family.parent)
    family.parent.sleep(block.value)
    end(family, child)
    assert family.parent.state is TaskState.READY


@pytest.mark.parametrize("order", ["child first", "parent first"])
def test_an_orphan_belongs_to_init_which_reaps_it(family: Family, order: str) -> None:
    child = family.clone(family.parent)
    grandchild = family.clone(family.go(child))
    tasks = len(family.system.tasks)
    if order == "child first":
        end(family, grandchild)
        end(family, child)
    else:
        end(family, child)
        assert grandchild.process.parent is family.system.tasks.init
        end(family, grandchild)
    assert grandchild.state is TaskState.DEAD
    assert len(family.system.tasks) == tasks - 1
    assert family.system.tasks.init.children == [family.parent.process]


def test_a_parent_that_ignores_sigchld_has_no_zombies(family: Family) -> None:
    family.parent.sighand.actions[Signal.SIGCHLD] = Action(SIG_IGN)
    child = family.clone(family.parent)
    end(family, child)
    assert child.state is TaskState.DEAD


def test_a_leader_that_ends_first_stays_until_its_threads_have_ended(family: Family) -> None:
    leader = family.clone(family.parent)
    thread = family.clone(family.go(leader), THREAD)
    end(family, leader, 3)
    assert leader.state is TaskState.ZOMBIE
    assert wait(family.parent, EXITED | WaitOption.WNOHANG) is None
    end(family, thread, 9)
    assert thread.state is TaskState.DEAD
    assert exit_status_of(leader.process) == exit_status(9)
    assert wait(family.parent) == leader.tid


def test_exit_group_ends_sleeping_threads_too(family: Family) -> None:
    leader = family.clone(family.parent)
    thread = family.clone(family.go(leader), THREAD)
    exiting.exit_process(leader, exit_status(4))
    assert thread.is_ending
    assert wait(family.parent, EXITED | WaitOption.WNOHANG) is None
    exiting.begin_exit(family.go(thread))
    assert exit_status_of(leader.process) == exit_status(4)
    assert wait(family.parent) == leader.tid


def test_a_thread_that_executes_becomes_the_leader_and_the_only_one(family: Family) -> None:
    leader = family.clone(family.parent)
    family.clone(family.go(leader), THREAD)
    thread = family.clone(leader, THREAD)
    free = family.system.frames.free_count
    pid, own = leader.tid, thread.tid
    leader.move_to(TaskState.READY)
    assert family.execute(family.go(thread)) is None
    assert (thread.tid, thread.process.threads, thread.process.leader) == (pid, [thread], thread)
    assert family.system.tasks.find(own) is None
    assert family.system.tasks.find(pid) is thread
    assert family.system.frames.free_count != free
    end(family, thread, 5)
    assert wait(family.parent) == pid


def test_a_thread_halfway_out_does_not_outlive_an_exec(family: Family) -> None:
    leader = family.clone(family.parent)
    vfork = THREAD | int(CloneFlag.CLONE_VFORK)
    thread = family.clone(family.go(leader), vfork)
    exiting.exit_task(family.go(thread), 0)
    assert thread.memory_left
    assert not thread.is_gone
    thread.move_to(TaskState.READY)
    family.system.scheduler.ready(thread)
    family.go(leader)
    leader.held = None
    assert family.execute(leader) is None
    assert thread.is_gone
    assert leader.process.threads == [leader]
    assert thread not in family.system.scheduler.queue


# ---- restartable sequences -----------------------------------------------------------------------

AREA, SECTION, HANDLER = DATA + 0x400, DATA + 0x500, DATA + 0x600
SIGNATURE = 0x5305_3053


def _in_section(family: Family, signature: int = SIGNATURE) -> Task:
    task = family.parent
    rseq.register(task, AREA, rseq.SIZE, SIGNATURE)
    words = (0, 0, CODE, 0, 0x10, 0, HANDLER, 0)
    task.memory.write(SECTION, b"".join(word.to_bytes(4, "little") for word in words))
    task.memory.write_word(HANDLER - 4, signature)
    task.memory.write_word(AREA + 8, SECTION)
    return task


@pytest.mark.parametrize(
    ("eip", "expected"),
    [(CODE, HANDLER), (CODE + 0xF, HANDLER), (CODE + 0x10, CODE + 0x10), (CODE - 1, CODE - 1)],
)
def test_an_interrupted_sequence_goes_to_its_abort_handler(
    family: Family, eip: int, expected: int
) -> None:
    task = _in_section(family)
    family.machine.registers[EIP] = eip
    rseq.abort(task)
    assert family.machine.registers[EIP] == expected
    assert task.memory.read_word(AREA + 8) == 0


def test_a_handler_without_the_signature_is_not_gone_to(family: Family) -> None:
    task = _in_section(family, signature=0)
    family.machine.registers[EIP] = CODE
    rseq.abort(task)
    assert family.machine.registers[EIP] == CODE
