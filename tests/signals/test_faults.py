"""Faults: CPU exceptions as the signals that Linux makes of them."""

import pytest

from emulator.machine import fxsave, traps
from emulator.machine.machine import EIP, ESP
from emulator.machine.traps import Access, CpuFault, Interrupt, PageFault
from kernel.abi import signals as abi
from kernel.abi.signal_frames import SIGCONTEXT, SigContext
from kernel.abi.signals import SiCode, Signal, bit
from kernel.mm.fault import MemoryFault
from kernel.signals import delivery, faults
from kernel.signals.state import Fault, SigInfo
from kernel.task.task import Task
from tests.fakes import CODE, World

SEGV = Signal.SIGSEGV


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def task(world: World) -> Task:
    return world.run(world.process())


def pending(task: Task) -> SigInfo:
    [info] = task.signals.pending.queue
    return info


@pytest.mark.parametrize(
    ("trap", "expected"),
    [
        (CpuFault(0, 0), SigInfo(Signal.SIGFPE, abi.FPE_INTDIV, address=CODE)),
        (CpuFault(1, 0), SigInfo(Signal.SIGTRAP, abi.TRAP_TRACE, address=CODE)),
        (Interrupt(3), SigInfo(Signal.SIGTRAP, SiCode.SI_KERNEL)),
        (Interrupt(4), SigInfo(SEGV, SiCode.SI_KERNEL)),
        (CpuFault(5, 0), SigInfo(SEGV, SiCode.SI_KERNEL)),
        (CpuFault(6, 0), SigInfo(Signal.SIGILL, abi.ILL_ILLOPN, address=CODE)),
        (CpuFault(13, 0x123), SigInfo(SEGV, SiCode.SI_KERNEL)),
    ],
)
def test_exceptions(task: Task, trap: traps.Trap, expected: SigInfo) -> None:
    faults.raise_fault(task, trap)
    assert pending(task) == expected
    assert task.system.machine.registers[EIP] == CODE


@pytest.mark.parametrize("vector", [0, 1, 13, 14, 0x81, 0x91, 255])
def test_int_n_is_a_protection_fault_at_the_instruction(task: Task, vector: int) -> None:
    faults.raise_fault(task, Interrupt(vector))
    assert pending(task) == SigInfo(SEGV, SiCode.SI_KERNEL)
    assert task.system.machine.registers[EIP] == CODE - 2
    assert task.signals.fault == Fault(13, 8 * vector + 2)


@pytest.mark.parametrize(
    ("control", "status", "code"),
    [
        (0x37E, 0x01, abi.FPE_FLTINV),
        (0x37B, 0x04, abi.FPE_FLTDIV),
        (0x377, 0x08, abi.FPE_FLTOVF),
        (0x36F, 0x10, abi.FPE_FLTUND),
        (0x37D, 0x02, abi.FPE_FLTUND),
        (0x35F, 0x20, abi.FPE_FLTRES),
        (0x340, 0x3F, abi.FPE_FLTINV),
        (0x37B, 0x3F, abi.FPE_FLTDIV),
    ],
)
def test_x87_exceptions(world: World, task: Task, control: int, status: int, code: int) -> None:
    world.machine.fpu = fxsave.pack(
        fxsave.FpuState(control, status, 0xFFFF, 0, 0, 0, 0, (bytes(10),) * 8, (bytes(16),) * 8)
    )
    faults.raise_fault(task, CpuFault(16, 0))
    assert pending(task) == SigInfo(Signal.SIGFPE, code, address=CODE)


def test_an_x87_exception_that_is_masked_is_none(task: Task) -> None:
    faults.raise_fault(task, CpuFault(16, 0))
    assert not task.signals.pending.mask


@pytest.mark.parametrize(
    ("access", "present", "error"),
    [
        (Access.READ, False, 4),
        (Access.READ, True, 5),
        (Access.WRITE, False, 6),
        (Access.WRITE, True, 7),
        (Access.EXECUTE, False, 0x14),
        (Access.EXECUTE, True, 0x15),
    ],
)
def test_page_faults_tell_the_handler_what_was_tried(
    world: World, task: Task, access: Access, present: bool, error: int
) -> None:
    world.handle(task, SEGV)
    fault = MemoryFault(SEGV, abi.SEGV_ACCERR, 0x1234)
    faults.raise_memory_fault(task, fault, PageFault(0x1234, access, present))
    assert pending(task) == SigInfo(SEGV, abi.SEGV_ACCERR, address=0x1234)
    delivery.deliver(task)
    at = world.machine.registers[ESP] + 8
    context = SigContext(*SIGCONTEXT.unpack(task.memory.read(at, SIGCONTEXT.size)))
    assert (context.trapno, context.err, context.cr2) == (14, error, 0x1234)


def test_other_signals_frames_show_the_last_fault(world: World, task: Task) -> None:
    task.signals.blocked = 0
    world.handle(task, Signal.SIGFPE)
    faults.raise_memory_fault(
        task, MemoryFault(SEGV, abi.SEGV_MAPERR, 0x1234), PageFault(0x1234, Access.READ, False)
    )
    task.signals.pending.drop(bit(SEGV))
    faults.raise_fault(task, CpuFault(0, 0))
    delivery.deliver(task)
    at = world.machine.registers[ESP] + 8
    context = SigContext(*SIGCONTEXT.unpack(task.memory.read(at, SIGCONTEXT.size)))
    assert (context.trapno, context.err, context.cr2) == (0, 0, 0x1234)


@pytest.mark.parametrize("ignored", [True, False])
def test_a_fault_cannot_be_ignored_or_blocked(world: World, task: Task, ignored: bool) -> None:
    if ignored:
        world.handle(task, SEGV, handler=1)
    else:
        world.handle(task, SEGV)
        task.signals.blocked = bit(SEGV)
    faults.raise_fault(task, CpuFault(13, 0))
    delivery.deliver(task)
    assert task.process.group_exit == SEGV
