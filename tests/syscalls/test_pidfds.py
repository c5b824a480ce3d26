"""Descriptors of processes that are gone; the calls themselves are compared natively."""

import pytest

from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.fs.pidfd import ProcessFile
from kernel.task import exit as exiting
from kernel.task.task import TaskState
from tests.callers import Callers


@pytest.fixture
def world() -> Callers:
    return Callers()


def test_a_descriptor_keeps_meaning_the_process_whose_number_is_used_again(world: Callers) -> None:
    task = world.run(world.process())
    child = world.process(task)
    fd = world.call(task, Sysno.PIDFD_OPEN, child.pid, 0)
    name = f"/proc/self/fdinfo/{fd}"
    assert f"Pid:\t{child.pid}\n" in world.contents(task, name)
    number = child.pid
    child.state = TaskState.ZOMBIE
    assert task.files.get(fd).poll(task), "readable from its end on"
    exiting.reap(child.process, task.process)
    again = world.process(task)
    again.tid = again.process.pid = number
    world.system.tasks.by_tid[number] = again
    file = task.files.get(fd)
    assert isinstance(file, ProcessFile)
    assert file.is_reaped
    assert "Pid:\t-1\n" in world.contents(task, name)
    assert world.call(task, Sysno.PIDFD_SEND_SIGNAL, fd, Signal.SIGUSR1, 0, 0) == -3
