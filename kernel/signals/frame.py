"""Signal frames: what a handler finds on its stack, and the way back from it (sigreturn(2))."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emulator.machine import fxsave
from emulator.machine.machine import EAX, EBP, EBX, ECX, EDI, EDX, EFLAGS, EIP, ESI, ESP
from emulator.machine.segments import USER_CS, USER_DS
from kernel.abi.errno import Errno
from kernel.abi.signal_frames import (
    CHANGEABLE_FLAGS,
    CLEARED_FLAGS,
    FPSTATE_SIZE,
    FRAME,
    FRAME_CONTEXT,
    FRAME_EXTRAMASK,
    LEGACY_FPU,
    RETCODE,
    RT_FRAME,
    RT_FRAME_INFO,
    RT_FRAME_UCONTEXT,
    RT_RETCODE,
    SIGCONTEXT,
    UCONTEXT,
    SigContext,
)
from kernel.abi.signals import SS_AUTODISARM, SigactionFlag
from kernel.errors import SysError
from kernel.signals import alternate_stack, fpu_frame, masks, siginfo
from kernel.signals.state import Action, SigInfo

if TYPE_CHECKING:
    from emulator.machine.machine import Machine
    from kernel.task.task import Task

_DATA_SEGMENTS = ("gs", "fs", "es", "ds")


class _Place(NamedTuple):
    """Where a frame of some size goes: its own address, and that of the FPU state above it."""

    frame: int
    fpstate: int


# ---- to the handler ----------------------------------------------------------------------------


def push(task: Task, info: SigInfo, action: Action, old_mask: int) -> None:
    """Build a frame on the user stack and make the registers those of a handler that begins.

    `old_mask` is what sigreturn will restore. EFAULT where the stack cannot hold the frame; the
    registers are then unchanged.
    """
    if action.flags & SigactionFlag.SA_SIGINFO:
        _push_rt(task, info, action, old_mask)
    else:
        _push_old(task, info, action, old_mask)
    if task.signals.stack_flags & SS_AUTODISARM:
        alternate_stack.disarm(task.signals)


def _push_old(task: Task, info: SigInfo, action: Action, old_mask: int) -> None:
    place = _find_place(task, action, FRAME.size)
    restorer = _restorer(task, action, rt=False)
    context = _save(task, place, old_mask)
    frame = FRAME.pack(restorer, info.signal, context, old_mask >> 32, RETCODE)
    task.memory.write(place.frame, frame)
    _enter(task, action, place.frame, (info.signal, 0, 0))


def _push_rt(task: Task, info: SigInfo, action: Action, old_mask: int) -> None:
    place = _find_place(task, action, RT_FRAME.size)
    restorer = _restorer(task, action, rt=True)
    context = _save(task, place, old_mask)
    signals = task.signals
    ucontext = UCONTEXT.pack(
        0, 0, signals.stack_start, signals.stack_flags, signals.stack_size, context, old_mask
    )
    at_info, at_context = place.frame + RT_FRAME_INFO, place.frame + RT_FRAME_UCONTEXT
    frame = RT_FRAME.pack(
        restorer, info.signal, at_info, at_context, siginfo.pack(info), ucontext, RT_RETCODE
    )
    task.memory.write(place.frame, frame)
    _enter(task, action, place.frame, (info.signal, at_info, at_context))


def _find_place(task: Task, action: Action, size: int) -> _Place:
    """FPU state aligned for FXSAVE, then the frame, so that ESP + 4 is a multiple of 16."""
    signals, top = task.signals, task.system.machine.registers[ESP]
    on_stack = alternate_stack.is_on_stack(signals, top)
    if action.flags & SigactionFlag.SA_ONSTACK and signals.stack_size and not on_stack:
        top = signals.stack_start + signals.stack_size
        on_stack = True
    image = (top - fxsave.SIZE) & ~63
    fpstate = image - LEGACY_FPU.size
    frame = ((fpstate - size + 4) & ~15) - 4
    if frame <= 0 or (on_stack and not alternate_stack.is_within(signals, frame)):
        raise SysError(Errno.EFAULT)
    return _Place(frame, fpstate)


def _restorer(task: Task, action: Action, rt: bool) -> int:
    """Where the handler returns to."""
    if action.flags & SigactionFlag.SA_RESTORER:
        return action.restorer
    return task.memory.trampoline()[rt]


def _save(task: Task, place: _Place, old_mask: int) -> bytes:
    """Write the FPU state; the other registers as a struct sigcontext."""
    machine = task.system.machine
    words, fault = machine.registers, task.signals.fault
    task.memory.write(place.fpstate, fpu_frame.to_frame(machine.read_fxsave()))
    context = SigContext(
        gs=machine.segment("gs"), fs=machine.segment("fs"),
        es=machine.segment("es"), ds=machine.segment("ds"),
        edi=words[EDI], esi=words[ESI], ebp=words[EBP], esp=words[ESP],
        ebx=words[EBX], edx=words[EDX], ecx=words[ECX], eax=words[EAX],
        trapno=fault.trap, err=fault.error, eip=words[EIP], cs=machine.segment("cs"),
        eflags=words[EFLAGS], esp_at_signal=words[ESP], ss=machine.segment("ss"),
        fpstate=place.fpstate, oldmask=old_mask & 0xFFFF_FFFF,
        cr2=fault.cr2,
    )  # fmt: skip
    return SIGCONTEXT.pack(*context)


def _enter(task: Task, action: Action, frame: int, arguments: tuple[int, int, int]) -> None:
    """The registers of a handler's first instruction; the FPU as a program starts with it."""
    machine = task.system.machine
    words = machine.registers
    words[EAX], words[EDX], words[ECX] = arguments
    words[ESP], words[EIP] = frame, action.handler
    words[EFLAGS] &= ~CLEARED_FLAGS
    for name in ("ds", "es"):
        if machine.segment(name) != USER_DS:
            machine.set_segment(name, USER_DS)
    machine.write_fxsave(fxsave.INITIAL)


# ---- and back ----------------------------------------------------------------------------------


def mask_in_frame(task: Task, rt: bool) -> int:
    """The mask that a sigreturn made now would restore; EFAULT."""
    at = _frame_address(task, rt)
    if rt:
        return int.from_bytes(task.memory.read(at + RT_FRAME_UCONTEXT + 108, 8), "little")
    low = task.memory.read_word(at + FRAME_CONTEXT + 4 * SigContext._fields.index("oldmask"))
    return low | task.memory.read_word(at + FRAME_EXTRAMASK) << 32


def _frame_address(task: Task, rt: bool) -> int:
    """The handler's return took the restorer's address off, the old restorer also the signal."""
    return (task.system.machine.registers[ESP] - (4 if rt else 8)) & 0xFFFF_FFFF


def restore(task: Task, rt: bool) -> None:
    """Undo `push`: all registers, the mask, for an rt frame the alternate stack.

    EFAULT where the frame cannot be read or names code or stack segments that are not a
    program's; nothing has been changed then.
    """
    memory, at = task.memory, _frame_address(task, rt)
    mask = mask_in_frame(task, rt)
    stack = None
    if rt:
        _, _, *stack, packed, _ = UCONTEXT.unpack(
            memory.read(at + RT_FRAME_UCONTEXT, UCONTEXT.size)
        )
    else:
        packed = memory.read(at + FRAME_CONTEXT, SIGCONTEXT.size)
    context = SigContext(*SIGCONTEXT.unpack(packed))
    if context.cs & 0xFFFF | 3 != USER_CS or context.ss & 0xFFFF | 3 != USER_DS:
        raise SysError(Errno.EFAULT)
    image = fxsave.INITIAL
    if context.fpstate:
        image = fpu_frame.from_frame(memory.read(context.fpstate, FPSTATE_SIZE))
    masks.set_blocked(task, mask)
    _load(task.system.machine, context, image)
    if stack is not None:
        _restore_stack(task, *stack)


def _load(machine: Machine, context: SigContext, image: bytes) -> None:
    """A bad data selector becomes the null selector, as when Linux returns to the program."""
    for name in _DATA_SEGMENTS:
        selector = getattr(context, name) & 0xFFFF
        if selector != machine.segment(name) and not machine.set_segment(name, selector):
            machine.set_segment(name, 0)
    words = machine.registers
    words[EDI], words[ESI], words[EBP], words[ESP] = context[4:8]
    words[EBX], words[EDX], words[ECX], words[EAX] = context[8:12]
    words[EIP] = context.eip
    words[EFLAGS] = words[EFLAGS] & ~CHANGEABLE_FLAGS | context.eflags & CHANGEABLE_FLAGS
    machine.write_fxsave(image)


def _restore_stack(task: Task, start: int, flags: int, size: int) -> None:
    """What is wrong with it Linux ignores here."""
    stack_pointer = task.system.machine.registers[ESP]
    try:
        alternate_stack.replace(task.signals, stack_pointer, start, flags, size)
    except SysError:
        return
