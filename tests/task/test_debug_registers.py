"""Debug registers: what may stand in them, and which addresses a task then stops for."""

from __future__ import annotations

import pytest

from emulator.machine.disassembly import accesses
from kernel.abi.errno import Errno
from kernel.abi.memory import TASK_SIZE
from kernel.abi.ptrace import DEBUG_REGISTERS_AT, Request
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.task import tracing
from kernel.task.debug_registers import CONTROL, STATUS, DebugRegisters, Kind
from kernel.task.task import TaskState
from tests.callers import Callers
from tests.fakes import DATA

WORD, HALF, EIGHT = 0xC0000, 0x40000, 0x80000
WRITE, INPUT, ACCESS = 0x10000, 0x20000, 0x30000


@pytest.mark.parametrize("control", [INPUT, HALF, WRITE | EIGHT])
def test_a_kind_and_length_that_do_not_go_together_are_refused(control: int) -> None:
    debug = DebugRegisters()
    debug.write(0, DATA)
    with pytest.raises(SysError, match="EINVAL"):
        debug.write(CONTROL, control | 1)
    assert debug.read(CONTROL) == 0


@pytest.mark.parametrize(("offset", "control"), [(1, ACCESS | HALF), (2, WRITE | WORD)])
def test_data_is_watched_where_it_is_aligned(offset: int, control: int) -> None:
    debug = DebugRegisters()
    debug.write(0, DATA)
    debug.write(CONTROL, control | 1)
    with pytest.raises(SysError, match="EINVAL"):
        debug.write(0, DATA + offset)
    assert debug.read(0) == DATA


def test_the_kernels_addresses_are_refused() -> None:
    debug = DebugRegisters()
    debug.write(3, TASK_SIZE - 1)
    with pytest.raises(SysError, match="EINVAL"):
        debug.write(3, TASK_SIZE)


def test_a_slot_is_armed_by_either_of_its_bits() -> None:
    debug = DebugRegisters()
    debug.write(CONTROL, 0b10_00_01 | ACCESS | WORD)
    assert debug.armed() == [0, 2]
    assert debug.slot(0) == (Kind.ACCESS, 4)


def test_the_status_tells_the_slots_and_a_step() -> None:
    debug = DebugRegisters()
    assert not debug.is_breakpoint
    debug.met(0b101, is_step=False)
    assert debug.read(STATUS) == 0xFFFF_0FF5
    assert debug.is_breakpoint
    debug.met(0b1, is_step=True)
    assert debug.read(STATUS) == 0xFFFF_4FF1
    assert not debug.is_breakpoint


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"\x8b\x43\x04", [(0x2004, 4, False)]),  # mov eax, [ebx + 4]
        (b"\xff\x04\x8b", [(0x2010, 4, True)]),  # inc dword ptr [ebx + ecx * 4]
        (b"\x66\xa3\x00\x30\x00\x00", [(0x3000, 2, True)]),  # mov [0x3000], ax
        (b"\x8d\x43\x04", []),  # lea eax, [ebx + 4]
    ],
)
def test_the_memory_that_operands_mean(code: bytes, expected: list[tuple[int, int, bool]]) -> None:
    registers = [0, 4, 0, 0x2000, 0, 0, 0, 0, 0, 0]  # ecx = 4, ebx = 0x2000
    assert accesses(code, 0x1000, registers) == expected


def test_a_tracer_reads_and_writes_them_and_execve_forgets_them() -> None:
    world = Callers()
    tracer, task = world.process(), world.process()
    tracing.trace(task, tracer, is_seized=True)
    task.state = TaskState.TRACED
    assert task.tracing is not None

    def poke(number: int, value: int) -> int:
        at = DEBUG_REGISTERS_AT + 4 * number
        return world.call(tracer, Sysno.PTRACE, Request.PTRACE_POKEUSER, task.tid, at, value)

    assert poke(1, DATA) == 0
    assert poke(4, 0) == -Errno.EIO
    assert poke(CONTROL, 0x4 | INPUT << 4) == -Errno.EINVAL
    at = DEBUG_REGISTERS_AT + 4
    assert world.call(tracer, Sysno.PTRACE, Request.PTRACE_PEEKUSER, task.tid, at, DATA) == 0
    assert tracer.memory.read_word(DATA) == DATA
    tracing.executed(task, task.tid)
    assert task.tracing.debug is None
