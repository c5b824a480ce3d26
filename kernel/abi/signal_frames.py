"""Layouts of the frames that i386 Linux builds on the stack of a signal handler (sigreturn(2))."""

import struct
from typing import NamedTuple


class SigContext(NamedTuple):
    """struct sigcontext: the registers of the interrupted program, 22 words.

    `fpstate` is the address of x87 and SSE state, 0 for none; `oldmask` the low word of the mask.
    """

    gs: int
    fs: int
    es: int
    ds: int
    edi: int
    esi: int
    ebp: int
    esp: int
    ebx: int
    edx: int
    ecx: int
    eax: int
    trapno: int
    err: int
    eip: int
    cs: int
    eflags: int
    esp_at_signal: int
    ss: int
    fpstate: int
    oldmask: int
    cr2: int


SIGCONTEXT = struct.Struct("<22I")

FRAME = struct.Struct("<II88s624xI8s")
"""struct sigframe: pretcode, sig, sigcontext, unused x87 state, high word of mask, retcode."""
FRAME_CONTEXT, FRAME_EXTRAMASK = 8, 720

RT_FRAME = struct.Struct("<IIII128s116s8s")
"""struct rt_sigframe: pretcode, sig, pointers to info and context, these two, retcode."""
RT_FRAME_INFO, RT_FRAME_UCONTEXT = 16, 144

UCONTEXT = struct.Struct("<IIIII88sQ")
"""struct ucontext: flags, link, stack (start, flags, size), sigcontext, mask."""

SIGINFO_SIZE = 128

RETCODE = b"\x58\xb8\x77\x00\x00\x00\xcd\x80"
"""pop eax; mov eax, sigreturn; int 0x80: kept in the frame for debuggers, never executed."""
RT_RETCODE = b"\xb8\xad\x00\x00\x00\xcd\x80\x00"
"""mov eax, rt_sigreturn; int 0x80."""

LEGACY_FPU = struct.Struct("<7I80sHH")
"""What stands before the FXSAVE image: seven words as FNSAVE writes them, eight registers of ten
octets, the status word again, and a magic number."""
FXSR_MAGIC = 0
"""An FXSAVE image follows (0xffff: none does)."""
FPSTATE_SIZE = LEGACY_FPU.size + 512

CHANGEABLE_FLAGS = 0x50DD5
"""EFLAGS that sigreturn may set: AC RF OF DF TF SF ZF AF PF CF."""
CLEARED_FLAGS = 0x10500
"""EFLAGS that a handler starts without: RF DF TF."""
