"""Frames: which function called vfork, and where its return address lies.

A C library's vfork is a wrapper: it keeps its own return address in a register, since the child
is going to use the stack. The function that called the wrapper is the one that must not return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emulator.machine.machine import EBP, EIP, ESP
from kernel.check.instruction import peek
from kernel.check.program import Program
from kernel.check.unwinding import by_rule, popped_return, word

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace

_WRAPPERS = frozenset({
    "vfork", "__vfork", "__libc_vfork", "syscall", "vforkx", "_dl_sysinfo_int80",
    "__kernel_vsyscall",
})  # fmt: skip
_STUB = b"\xcd\x80\xc3"
_MAX_FRAMES = 16


class Frame(NamedTuple):
    """One function's frame on the stack: [low, cfa); its return address lies at cfa - 4.

    `caller` are the start and end of the code of the function that it returns to.
    """

    name: str
    caller: tuple[int, int]
    low: int
    cfa: int


class CallSite(NamedTuple):
    """Where vfork was called. After the wrapper the caller goes on with `pc`, `esp` and `ebp`.

    `wrapped` tells whether there is one to return from first; `extent` is the caller's code,
    `frames` are its own and those of its callers, as far as the program's CFI reaches. The stack
    is in use from `floor` upwards: `wrappers` are the frames of wrappers that did not give theirs
    up (those of syscall(), with which vfork should not be called).
    """

    pc: int
    esp: int
    ebp: int
    wrapped: bool
    function: str
    extent: tuple[int, int]
    frames: tuple[Frame, ...]
    floor: int
    wrappers: tuple[Frame, ...] = ()

    def is_inside(self, address: int) -> bool:
        """Whether the address is in the code of the function that called vfork."""
        return self.extent[0] <= address < self.extent[1]

    def is_in_caller(self, address: int) -> bool:
        """Whether the address is in the code of a function that it would return to."""
        return not self.is_inside(address) and any(
            frame.caller[0] <= address < frame.caller[1] for frame in self.frames
        )

    @property
    def return_slot(self) -> int | None:
        """Address of the caller's own return address, if it is known."""
        return self.frames[0].cfa - 4 if self.frames else None


def find_call_site(program: Program, memory: AddressSpace, registers: memoryview) -> CallSite:
    """The site of the vfork whose `int` has just been executed with these registers."""
    eip, esp, ebp = registers[EIP], registers[ESP], registers[EBP]
    popped = popped_return(memory, registers)
    if popped is not None:
        return _site(program, memory, popped, esp, ebp, True)
    wrappers: list[Frame] = []
    while len(wrappers) < _MAX_FRAMES and _is_wrapper(program, memory, eip):
        rule = program.frame_rule(eip - 1)
        cfa, ebp = by_rule(memory, rule, esp, ebp) if rule is not None else (esp + 4, ebp)
        name, eip = _name(program, eip - 1), word(memory, cfa - 4)
        wrappers.append(Frame(name, program.extent(eip - 1), esp, cfa))
        esp = cfa
    site = _site(program, memory, eip, esp, ebp, bool(wrappers))
    return site._replace(floor=registers[ESP], wrappers=tuple(wrappers))


def _is_wrapper(program: Program, memory: AddressSpace, eip: int) -> bool:
    """A function of such a name; or one without a name that consists of `int` and `ret`."""
    function = program.function_at(eip - 1)
    if function is None:
        return peek(memory, eip - 2, 3) == _STUB
    return program.has_name(function.start, _WRAPPERS)


def _site(
    program: Program, memory: AddressSpace, pc: int, esp: int, ebp: int, wrapped: bool
) -> CallSite:
    frames: list[Frame] = []
    low, at, own_ebp = esp, pc, ebp
    while len(frames) < _MAX_FRAMES:
        rule = program.frame_rule(at - 1)
        if rule is None:
            break
        cfa, ebp = by_rule(memory, rule, low, ebp)
        if cfa <= low:
            break
        name, at = _name(program, at - 1), word(memory, cfa - 4)
        frames.append(Frame(name, program.extent(at - 1), low, cfa))
        low = cfa
    name, extent = _name(program, pc - 1), program.extent(pc - 1)
    return CallSite(pc, esp, own_ebp, wrapped, name, extent, tuple(frames), esp)


def _name(program: Program, address: int) -> str:
    function = program.function_at(address)
    return function.name if function is not None else f"the function at {address:#x}"
