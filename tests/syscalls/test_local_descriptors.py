"""modify_ldt: one table for an address space, copied by fork."""

from __future__ import annotations

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.task.task import Task
from tests.callers import Callers
from tests.fakes import DATA

READ, WRITE_OLD, READ_DEFAULT, WRITE = 0, 1, 2, 0x11
ROOM = DATA + 0x1000
USUAL = 0x51


@pytest.fixture
def world() -> Callers:
    return Callers()


def write(
    world: Callers, task: Task, number: int, flags: int = USUAL, function: int = WRITE
) -> int:
    task.memory.write(DATA, struct.pack("<4I", number, 0x1234, 0xFFFFF, flags))
    return world.call(task, Sysno.MODIFY_LDT, function, DATA, 16)


def entry(world: Callers, task: Task, number: int) -> int:
    world.call(task, Sysno.MODIFY_LDT, READ, ROOM, 8 * number + 8)
    return int.from_bytes(task.memory.read(ROOM + 8 * number, 8), "little")


def test_an_entry_is_read_as_the_cpu_has_it(world: Callers) -> None:
    task = world.process()
    assert world.call(task, Sysno.MODIFY_LDT, READ, ROOM, 8) == 0
    assert write(world, task, 2) == 0
    assert entry(world, task, 2) == 0x00DF_F300_1234_FFFF
    assert entry(world, task, 1) == 0
    assert write(world, task, 2, function=WRITE_OLD) == 0
    assert entry(world, task, 2) == 0x00CF_F300_1234_FFFF


@pytest.mark.parametrize(("number", "flags"), [(8192, USUAL), (0xFFFF_FFFF, USUAL), (1, 0x57)])
def test_what_no_table_can_have_is_refused(world: Callers, number: int, flags: int) -> None:
    assert write(world, world.process(), number, flags) == -Errno.EINVAL


def test_a_child_has_a_copy_and_frames_come_back(world: Callers) -> None:
    task = world.process()
    task.memory.write(DATA, bytes(16))
    free = world.system.frames.free_count
    write(world, task, 600)
    child = task.memory.fork("copy")
    assert child.local_table is not None
    assert task.memory.local_table is not None
    assert child.local_table.read() == task.memory.local_table.read()
    write(world, task, 600, flags=0x59)
    assert child.local_table.read() != task.memory.local_table.read()
    child.leave()
    assert world.system.frames.free_count == free - 2


def test_a_trace_shows_the_description_that_is_written(world: Callers) -> None:
    task = world.process()
    write(world, task, 2)
    assert world.traced(task).startswith("modify_ldt(17, {entry_number=2, base_addr=0x001234, ")
    world.call(task, Sysno.MODIFY_LDT, READ, ROOM, 8)
    assert world.traced(task) == f"modify_ldt(0, {ROOM:#x}, 8)"
