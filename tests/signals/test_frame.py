"""Signal frames: what a handler finds, what sigreturn restores, and what it refuses."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.machine import fxsave
from emulator.machine.machine import EAX, ECX, EDX, EFLAGS, EIP, ESP
from kernel.abi.signal_frames import FRAME, RT_FRAME, SIGCONTEXT, SigContext
from kernel.abi.signals import CLD_EXITED, SiCode, SigactionFlag, Signal, bit
from kernel.errors import SysError
from kernel.signals import fpu_frame, frame
from kernel.signals.state import Action, SigInfo
from kernel.task.task import Task
from tests.fakes import CODE, STACK, World

RESTORER = CODE + 0x200
SIGINFO = SigactionFlag.SA_SIGINFO
OLD_MASK = bit(Signal.SIGTERM) | bit(40)


def action(flags: int = 0) -> Action:
    return Action(CODE + 0x100, flags | SigactionFlag.SA_RESTORER, 0, RESTORER)


def info() -> SigInfo:
    return SigInfo(Signal.SIGCHLD, CLD_EXITED, 5, 6, 7, 8, 9)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def task(world: World) -> Task:
    task = world.run(world.process())
    for register in range(8):
        if register != ESP:
            world.machine.registers[register] = 0x1111_1111 * (register + 1)
    return task


def context_at(task: Task, address: int) -> SigContext:
    return SigContext(*SIGCONTEXT.unpack(task.memory.read(address, SIGCONTEXT.size)))


def test_the_old_frame(world: World, task: Task) -> None:
    before = list(world.machine.registers)
    frame.push(task, info(), action(), OLD_MASK)
    words = world.machine.registers
    at = words[ESP]
    pretcode, signal, _, extramask, retcode = FRAME.unpack(task.memory.read(at, FRAME.size))
    assert (pretcode, signal) == (RESTORER, Signal.SIGCHLD)
    assert retcode == b"\x58\xb8\x77\0\0\0\xcd\x80"
    assert extramask == OLD_MASK >> 32
    assert (words[EAX], words[EDX], words[ECX]) == (Signal.SIGCHLD, 0, 0)
    context = context_at(task, at + 8)
    assert context.oldmask == OLD_MASK & 0xFFFF_FFFF
    assert (context.esp, context.esp_at_signal, context.eip) == (STACK, STACK, CODE)
    assert (context.cs, context.ss, context.ds, context.gs) == (0x73, 0x7B, 0x7B, 0x33)
    assert context.eax == before[EAX]
    assert context.fpstate % 64 == 16, "the FXSAVE image behind the header is aligned to 64"


def test_the_frame_with_information(world: World, task: Task) -> None:
    frame.push(task, info(), action(SIGINFO), OLD_MASK)
    words = world.machine.registers
    at = words[ESP]
    _, _, pinfo, puc, packed, ucontext, retcode = RT_FRAME.unpack(
        task.memory.read(at, RT_FRAME.size)
    )
    assert (pinfo, puc) == (at + 16, at + 144) == (words[EDX], words[ECX])
    assert struct.unpack_from("<8i", packed) == (17, 0, CLD_EXITED, 5, 6, 7, 8, 9)
    assert struct.unpack_from("<5I", ucontext) == (0, 0, 0, 2, 0)
    assert struct.unpack_from("<Q", ucontext, 108) == (OLD_MASK,)
    assert context_at(task, at + 144 + 20).eip == CODE
    assert retcode == b"\xb8\xad\0\0\0\xcd\x80\0"


def test_a_handler_starts_with_a_clean_fpu_and_flags(world: World, task: Task) -> None:
    world.machine.registers[EFLAGS] = 0x202 | 0x400 | 0x100 | 0x1
    world.machine.fpu = bytes(range(256)) * 2
    frame.push(task, info(), action(), 0)
    assert world.machine.registers[EFLAGS] == 0x203
    assert world.machine.fpu == fxsave.INITIAL


@pytest.mark.parametrize("flags", [0, SIGINFO])
def test_sigreturn_restores_everything(world: World, task: Task, flags: int) -> None:
    world.machine.fpu = image = fxsave.pack(
        fxsave.FpuState(
            0x27F, 0x3800, 0x3FFF, 0x123, 1, 2, 0x1FA0,
            (b"\1" * 7 + b"\x80\xff\x3f",) + (bytes(10),) * 7,
            tuple(bytes([i]) * 16 for i in range(8)),
        )
    )  # fmt: skip
    world.machine.registers[EFLAGS] = 0x246 | 0x40000
    task.signals.blocked = 0
    before = list(world.machine.registers)
    frame.push(task, info(), action(flags), OLD_MASK)
    _return(world, task, bool(flags))
    assert list(world.machine.registers) == before
    assert world.machine.fpu == image
    assert task.signals.blocked == OLD_MASK


def _return(world: World, task: Task, rt: bool) -> None:
    """What `ret` and the restorer do before sigreturn."""
    words = world.machine.registers
    words[ESP] += 4 if rt else 8
    for register in (EAX, ECX, EDX):
        words[register] = 0x55
    words[EIP] = 0x66
    frame.restore(task, rt)


def test_sigreturn_changes_only_harmless_flags(world: World, task: Task) -> None:
    frame.push(task, info(), action(), 0)
    at = world.machine.registers[ESP] + 8 + 4 * SigContext._fields.index("eflags")
    task.memory.write_word(at, 0xFFFF_FFFF)
    _return(world, task, rt=False)
    assert world.machine.registers[EFLAGS] == 0x202 | 0x50DD5


def test_a_bad_data_selector_becomes_null(world: World, task: Task) -> None:
    frame.push(task, info(), action(), 0)
    task.memory.write_word(world.machine.registers[ESP] + 8, 0x1234)
    _return(world, task, rt=False)
    assert world.machine.segments["gs"] == 0


@pytest.mark.parametrize("field", ["cs", "ss", "fpstate"])
def test_a_frame_that_is_none_changes_nothing(world: World, task: Task, field: str) -> None:
    frame.push(task, info(), action(), OLD_MASK)
    at = world.machine.registers[ESP] + 8 + 4 * SigContext._fields.index(field)
    task.memory.write_word(at, 0x10)
    with pytest.raises(SysError):
        _return(world, task, rt=False)
    assert world.machine.registers[EIP] == 0x66
    assert not task.signals.blocked


def test_the_alternate_stack_is_used_once_not_twice(world: World, task: Task) -> None:
    task.signals.stack_start, task.signals.stack_size = 0x0900_0000, 0x2000
    task.signals.stack_flags = 0
    frame.push(task, info(), action(SigactionFlag.SA_ONSTACK), 0)
    first = world.machine.registers[ESP]
    assert 0x0900_1000 < first < 0x0900_2000
    frame.push(task, info(), action(SigactionFlag.SA_ONSTACK), 0)
    assert first - 0x1000 < world.machine.registers[ESP] < first


def test_an_alternate_stack_that_is_full_is_a_bad_stack(world: World, task: Task) -> None:
    task.signals.stack_start, task.signals.stack_size = 0x0900_0000, 0x2000
    task.signals.stack_flags = 0
    world.machine.registers[ESP] = 0x0900_0100
    with pytest.raises(SysError):
        frame.push(task, info(), action(SigactionFlag.SA_ONSTACK), 0)


def test_without_a_restorer_the_kernel_provides_one(world: World, task: Task) -> None:
    plain = Action(CODE + 0x100)
    frame.push(task, info(), plain, 0)
    returns_to = task.memory.read_word(world.machine.registers[ESP])
    assert task.memory.read(returns_to, 8) == b"\x58\xb8\x77\0\0\0\xcd\x80"


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=820, max_size=820), st.booleans(), st.integers(0, 0xFFFF_FFFF))
def test_no_frame_can_break_the_kernel(junk: bytes, rt: bool, fpstate: int) -> None:
    world = World()
    task = world.run(world.process())
    at = STACK - 0x900
    task.memory.write(at, junk)
    world.machine.registers[ESP] = at + (4 if rt else 8)
    start = at + (164 if rt else 8)
    for field, value in (("cs", 0x73), ("ss", 0x7B), ("fpstate", fpstate % 0xC000_0000)):
        task.memory.write_word(start + 4 * SigContext._fields.index(field), value)
    try:
        frame.restore(task, rt)
    except SysError:
        return
    assert len(world.machine.fpu) == fxsave.SIZE
    fxsave.unpack(world.machine.fpu)


@given(st.binary(min_size=624, max_size=624))
def test_any_fpu_state_from_a_frame_goes_back_into_one(junk: bytes) -> None:
    image = fpu_frame.from_frame(junk)
    assert fpu_frame.from_frame(fpu_frame.to_frame(image)) == image


def test_tags_are_full_in_the_header() -> None:
    values = (
        bytes(10),
        b"\0" * 7 + b"\x80\xff\x3f",
        b"\0" * 7 + b"\x80\xff\x7f",
        b"\1" + bytes(9),
        *(bytes(10),) * 4,
    )
    state = fxsave.FpuState(0x37F, 0, 0xFF00, 0, 0, 0, 0x1F80, values, (bytes(16),) * 8)
    tags = struct.unpack_from("<I", fpu_frame.to_frame(fxsave.pack(state)), 8)[0]
    assert tags == 0xFFFF_0000 | 0xFF00 | 0b10_10_00_01
    assert SiCode.SI_USER == 0
