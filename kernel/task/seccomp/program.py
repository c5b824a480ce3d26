"""Filter programs: classic BPF as far as seccomp has it, checked when installed, then run.

The data is a struct seccomp_data as sixteen words. What the check lets through always ends.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from kernel.abi import bpf
from kernel.abi.bpf import ABS, ALU, IMM, JMP, LD, LDX, LEN, MEM, MISC, RET, ST, STX, TAX, A, K, X
from kernel.abi.errno import Errno
from kernel.abi.seccomp import DATA_SIZE
from kernel.errors import SysError

_IMAGE = struct.Struct("<HBBI")
_WORD = 0xFFFF_FFFF
_ALU_WITH_OPERAND = (
    bpf.ADD, bpf.SUB, bpf.MUL, bpf.DIV, bpf.AND, bpf.OR, bpf.XOR, bpf.LSH, bpf.RSH,
)  # fmt: skip
_COMPARISONS = (bpf.JEQ, bpf.JGT, bpf.JGE, bpf.JSET)
_LOADS_MEMORY, _STORES = (LD | MEM, LDX | MEM), (ST, STX)
_RETURNS = (RET | K, RET | A)
_LOADS_DATA = LD | ABS
_CODES = frozenset(
    {
        *(ALU | operation | source for operation in _ALU_WITH_OPERAND for source in (K, X)),
        *(JMP | comparison | source for comparison in _COMPARISONS for source in (K, X)),
        *(ALU | bpf.NEG, JMP | bpf.JA, MISC | TAX, MISC | bpf.TXA),
        *(LD | IMM, LDX | IMM, LD | LEN, LDX | LEN, _LOADS_DATA),
        *(*_LOADS_MEMORY, *_STORES, *_RETURNS),
    }
)


class Instruction(NamedTuple):
    """struct sock_filter: `yes` and `no` are how many instructions a jump passes over."""

    code: int
    yes: int
    no: int
    k: int


Program = tuple[Instruction, ...]


def unpack(image: bytes) -> Program:
    """The program of an array of struct sock_filter."""
    return tuple([Instruction(*fields) for fields in _IMAGE.iter_unpack(image)])


def pack(program: Program) -> bytes:
    """The same, back in octets."""
    return b"".join([_IMAGE.pack(*instruction) for instruction in program])


# ---- check -------------------------------------------------------------------------------------


def check(program: Program) -> None:
    """EINVAL unless each instruction is one of seccomp's and every way through ends in a return."""
    length = len(program)
    is_valid = all(
        _is_valid(instruction, length - at - 1) for at, instruction in enumerate(program)
    )
    ends = is_valid and program[-1].code in _RETURNS
    if not ends or not _loads_only_what_was_stored(program):
        raise SysError(Errno.EINVAL)


def _is_valid(instruction: Instruction, left: int) -> bool:
    """Whether it means something, and stays within the data, memory and the `left` that follow."""
    code, yes, no, k = instruction
    if code not in _CODES:
        return False
    if code == ALU | bpf.DIV | K:
        return k != 0
    if code in (ALU | bpf.LSH | K, ALU | bpf.RSH | K):
        return k < 32
    if code in _LOADS_MEMORY or code in _STORES:
        return k < bpf.MEMORY_WORDS
    if code == _LOADS_DATA:
        return k < DATA_SIZE and k % 4 == 0
    if code == JMP | bpf.JA:
        return k < left
    return code & 7 != JMP or max(yes, no) < left


def _loads_only_what_was_stored(program: Program) -> bool:
    """No way to a load of memory passes by the store of that word. All jumps lead forwards."""
    everything = (1 << bpf.MEMORY_WORDS) - 1
    arriving = [everything] * len(program)
    stored = 0
    for at, (code, yes, no, k) in enumerate(program):
        stored &= arriving[at]
        if code in _STORES:
            stored |= 1 << k
        elif code in _LOADS_MEMORY and not stored >> k & 1:
            return False
        elif code & 7 == JMP:
            for distance in (k,) if code == JMP | bpf.JA else (yes, no):
                arriving[at + 1 + distance] &= stored
            stored = everything
    return True


# ---- run ---------------------------------------------------------------------------------------


def run(program: Program, data: tuple[int, ...]) -> int:
    """What a checked program returns for these sixteen words."""
    a = x = at = 0
    memory = [0] * bpf.MEMORY_WORDS
    while True:
        code, yes, no, k = program[at]
        at += 1
        kind = code & 7
        if kind == JMP:
            at += k if code == JMP | bpf.JA else yes if _holds(code, a, x, k) else no
        elif kind == RET:
            return a if code & A else k
        elif kind == ALU:
            operand = x if code & X else k
            if code & 0xF0 == bpf.DIV and operand == 0:
                return 0
            a = _calculated(code & 0xF0, a, operand)
        elif kind == ST:
            memory[k] = a
        elif kind == STX:
            memory[k] = x
        elif kind == MISC:
            a, x = (a, a) if code == MISC | TAX else (x, x)
        else:
            value = _loaded(code, k, data, memory)
            a, x = (value, x) if kind == LD else (a, value)


def _loaded(code: int, k: int, data: tuple[int, ...], memory: list[int]) -> int:
    mode = code & 0xE0
    if mode == ABS:
        return data[k >> 2]
    if mode == MEM:
        return memory[k]
    return DATA_SIZE if mode == LEN else k


def _holds(code: int, a: int, x: int, k: int) -> bool:
    other, comparison = x if code & X else k, code & 0xF0
    if comparison == bpf.JEQ:
        return a == other
    if comparison == bpf.JGT:
        return a > other
    if comparison == bpf.JGE:
        return a >= other
    return a & other != 0


def _calculated(operation: int, a: int, b: int) -> int:
    """One step on words; shifts by a register use its low five bits."""
    if operation == bpf.ADD:
        return (a + b) & _WORD
    if operation == bpf.SUB:
        return (a - b) & _WORD
    if operation == bpf.MUL:
        return a * b & _WORD
    if operation == bpf.DIV:
        return a // b
    if operation == bpf.AND:
        return a & b
    if operation == bpf.OR:
        return a | b
    if operation == bpf.XOR:
        return a ^ b
    if operation == bpf.LSH:
        return a << (b & 31) & _WORD
    if operation == bpf.RSH:
        return a >> (b & 31)
    return -a & _WORD
