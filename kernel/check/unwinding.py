"""Unwinding: from inside a function to where its caller goes on.

Call frame information of the program leads, where it has some. Without it there are the words
that every function leaves: a wrapper of a system call ends in `ret` or keeps its return address in
a register, and a function with a frame pointer has its caller's below the return address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from emulator.machine.machine import EBP, EBX, ECX, EDI, EDX, EIP, ESI, ESP
from kernel.abi.signal_frames import (
    FRAME_CONTEXT,
    RETCODE,
    RT_FRAME_UCONTEXT,
    RT_RETCODE,
    SIGCONTEXT,
    SigContext,
)
from kernel.check.instruction import peek

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kernel.check.debug_data import FrameRule
    from kernel.check.program import Program
    from kernel.mm.address_space import AddressSpace

_KEEPERS = (ECX, EDX, EBX, ESI, EDI, EBP)
"""Registers in which a wrapper may keep its return address."""
_LONGEST_CALL = 7
_RETURN = b"\xc3"
_UCONTEXT_MCONTEXT = 20
_ALIGNING = bytes.fromhex("8d4c2404 83e4f0 ff71fc 55 89e5")
"""lea ecx, [esp+4]; and esp, -16; push [ecx-4]; push ebp; mov ebp, esp: and then ecx is pushed,
behind registers that the function saves."""
_SAVING = bytes.fromhex("57 56 53 51")
_PUSH_ECX = b"\x51"


class Site(NamedTuple):
    """Where a function is: its next instruction, ESP and EBP.

    `is_call` tells that the instruction before `pc` is a call or a system call, which `pc` belongs
    to; otherwise `pc` was interrupted.
    """

    pc: int
    esp: int
    ebp: int
    is_call: bool = True

    @property
    def inside(self) -> int:
        """An address within the function, which may end in a call."""
        return self.pc - self.is_call


def site_of(registers: Sequence[int], is_call: bool) -> Site:
    """Where the function with these registers is."""
    return Site(registers[EIP], registers[ESP], registers[EBP], is_call)


def by_rule(memory: AddressSpace, rule: FrameRule, esp: int, ebp: int) -> tuple[int, int]:
    """CFA, and the caller's EBP."""
    cfa = (ebp if rule.from_ebp else esp) + rule.offset
    if rule.indirect:
        cfa = word(memory, cfa)
    if rule.saved_ebp is None:
        return cfa, ebp
    return cfa, word(memory, (ebp if rule.saved_beside_ebp else cfa) + rule.saved_ebp)


def popped_return(memory: AddressSpace, registers: Sequence[int]) -> int | None:
    """The return address that a wrapper has popped into a register, as vfork's do."""
    popped = word(memory, registers[ESP] - 4)
    if popped in [registers[register] for register in _KEEPERS] and follows_call(memory, popped):
        return popped
    return None


def innermost_caller(
    program: Program | None, memory: AddressSpace, site: Site, registers: Sequence[int]
) -> Site | None:
    """What `caller` tells, of a function whose registers are all known."""
    rule = program.frame_rule(site.inside) if program is not None else None
    if rule is not None:
        if rule.kept_in is None:
            return caller(program, memory, site)
        cfa, ebp = by_rule(memory, rule, site.esp, site.ebp)
        return _returned_to(memory, registers[rule.kept_in], cfa, ebp)
    popped = popped_return(memory, registers)
    if popped is not None:
        return Site(popped, site.esp, site.ebp)
    returns_to = word(memory, site.esp)
    if code_at(memory, site.pc, 1) == _RETURN and follows_call(memory, returns_to):
        return Site(returns_to, site.esp + 4, site.ebp)
    return caller(program, memory, site)


def caller(program: Program | None, memory: AddressSpace, site: Site) -> Site | None:
    """Where the caller goes on; None where nothing tells or there is none."""
    interrupted = _interrupted(memory, site)
    if interrupted is not None:
        return interrupted
    rule = program.frame_rule(site.inside) if program is not None else None
    if rule is None:
        return _by_frame_pointer(program, memory, site)
    cfa, ebp = by_rule(memory, rule, site.esp, site.ebp)
    if rule.is_outermost or cfa <= site.esp:
        return None
    return _returned_to(memory, word(memory, cfa - 4), cfa, ebp)


def _returned_to(memory: AddressSpace, pc: int, esp: int, ebp: int) -> Site:
    """A function goes on behind its call; a handler's way back begins where it is returned to."""
    return Site(pc, esp, ebp, is_call=_context_offset(memory, pc) is None)


def _context_offset(memory: AddressSpace, pc: int) -> int | None:
    """Where a signal's frame has the registers, if this is the code that calls sigreturn(2)."""
    code = code_at(memory, pc, len(RETCODE))
    if code == RETCODE:
        return FRAME_CONTEXT
    if code[:-1] == RT_RETCODE[:-1]:
        return RT_FRAME_UCONTEXT + _UCONTEXT_MCONTEXT
    return None


def _interrupted(memory: AddressSpace, site: Site) -> Site | None:
    """What a signal interrupted, where this is a handler's way back."""
    offset = _context_offset(memory, site.pc)
    if offset is None:
        return None
    # the handler's return took the frame's first word
    octets = peek(memory, site.esp - 4 + offset, SIGCONTEXT.size)
    if len(octets) < SIGCONTEXT.size:
        return None
    saved = SigContext._make(SIGCONTEXT.unpack(octets))
    return Site(saved.eip, saved.esp, saved.ebp, is_call=False)


def _by_frame_pointer(program: Program | None, memory: AddressSpace, site: Site) -> Site | None:
    """EBP points to the caller's, and the return address lies above that."""
    area = memory.find(site.esp)
    if area is None or not site.esp <= site.ebp < area.end:
        return None
    returns_to = word(memory, site.ebp + 4)
    if not follows_call(memory, returns_to) and _context_offset(memory, returns_to) is None:
        return None
    esp = _before_alignment(program, memory, site) or site.ebp + 8
    return _returned_to(memory, returns_to, esp, word(memory, site.ebp))


def _before_alignment(program: Program | None, memory: AddressSpace, site: Site) -> int | None:
    """The caller's ESP, where the function has aligned the stack (as main does): it keeps it."""
    function = program.function_at(site.inside) if program is not None else None
    if function is None:
        return None
    code = code_at(memory, function.start, len(_ALIGNING) + len(_SAVING))
    pushed = code.removeprefix(_ALIGNING).find(_PUSH_ECX)
    if not code.startswith(_ALIGNING) or pushed < 0:
        return None
    return word(memory, site.ebp - 4 * (pushed + 1))


def word(memory: AddressSpace, address: int) -> int:
    """A word of memory; 0 where there is none."""
    return int.from_bytes(peek(memory, address, 4), "little")


def code_at(memory: AddressSpace, address: int, length: int) -> bytes:
    """The same for octets of code, which may lie in a file's page that nobody has touched yet."""
    octets = peek(memory, address, length)
    area = memory.find(address) if len(octets) < length else None
    if area is None or area.inode is None:
        return octets
    return area.inode.read_at(address - area.start + area.offset, length)


def follows_call(memory: AddressSpace, address: int) -> bool:
    """Whether a call instruction ends right before the address."""
    code = code_at(memory, address - _LONGEST_CALL, _LONGEST_CALL)
    if len(code) < _LONGEST_CALL:
        return False
    if code[-5] == 0xE8:
        return True
    return any(code[-n] == 0xFF and code[1 - n] >> 3 & 7 == 2 for n in range(2, _LONGEST_CALL + 1))
