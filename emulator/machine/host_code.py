"""Host code: tiny callbacks in x86-64 machine code, so that counting blocks or instructions and
stopping at a trap or a breakpoint cost no call into Python."""

import ctypes
import mmap
import platform

# Words of the control cell that the callbacks share with the run loop.
BUDGET, STOP, FLAG, VECTOR = range(4)
NO_VECTOR = -1
HIT = 4
"""1 after a stop at one of the addresses, or at a change of the memory watched."""
ADDRESSES, MOST_ADDRESSES = 5, 1000
"""How many addresses to stop at; they follow."""
WATCHED, MOST_WATCHED = ADDRESSES + 1 + MOST_ADDRESSES, 32
"""How many words follow, three for each word of memory: host address, value, mask of its octets."""
AT = WATCHED + 1 + 3 * MOST_WATCHED
"""Address of the instruction that was begun last; EFLAGS before it, and uc_reg_read, follow."""
FLAGS, READ = AT + 1, AT + 2
WORDS = READ + 1


def _at(word: int) -> str:
    """The displacement of a word of the cell, as it stands in machine code."""
    return (8 * word).to_bytes(4, "little").hex()


# void block(uc = rdi, address, size, cell = rcx): count down; stop when spent or when flagged.
_BLOCK = bytes.fromhex("48832901 7807 80791000 7501 c3 ff6108")
# void trap(uc = rdi, vector = esi, cell = rdx): note the vector and stop.
_TRAP = bytes.fromhex("4863f6 48897218 ff6208")
# void instruction(uc = rdi, address = rsi, size, cell = rcx): the same as block, with HIT.
_INSTRUCTION = bytes.fromhex(
    "48832901 7865"  #            sub qword [rcx], 1; js stop
    "80791000 755b"  #            cmp byte [rcx+8*FLAG], 0; jne undo
    "8b4128 85c0 740b"  #         mov eax, [rcx+8*ADDRESSES]; test eax, eax; jz watched
    "483974c128 7449"  #      at: cmp [rcx+8*rax+8*ADDRESSES], rsi; je hit
    "ffc8 75f5"  #                dec eax; jnz at
    f"8b81{_at(WATCHED)} 85c0 7422"  # watched: mov eax, [rcx+8*WATCHED]; test eax, eax; jz done
    f"488b94c1{_at(WATCHED - 2)} 488b12"  # word: mov rdx, [rcx+8*rax+8*(WATCHED-2)]; mov rdx, [rdx]
    f"483394c1{_at(WATCHED - 1)}"  #         xor rdx, [rcx+8*rax+8*(WATCHED-1)]
    f"488594c1{_at(WATCHED)} 751e"  #    test [rcx+8*rax+8*WATCHED], rdx; jnz hit
    "83e803 75de"  #              sub eax, 3; jnz word
    f"4889b1{_at(AT)}"  #     done: mov [rcx+8*AT], rsi
    "be19000000"  #               mov esi, UC_X86_REG_EFLAGS
    f"488d91{_at(FLAGS)}"  #           lea rdx, [rcx+8*FLAGS]
    f"ffa1{_at(READ)}"  #             jmp [rcx+8*READ], which returns to our caller
    "c6412001"  #            hit: mov byte [rcx+8*HIT], 1
    "48830101"  #           undo: add qword [rcx], 1
    "ff6108"  #             stop: jmp [rcx+8*STOP]
)
_TRAP_AT, _INSTRUCTION_AT = 64, 128


class HostCode:
    """The callbacks' addresses in executable memory, kept alive by this object.

    Raises OSError on a host that is not x86-64 or that refuses executable memory.
    """

    def __init__(self) -> None:
        if platform.machine().lower() not in ("x86_64", "amd64"):
            raise OSError("host code is for x86-64 only")
        rwx = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        self._memory = mmap.mmap(-1, mmap.PAGESIZE, prot=rwx)
        for at, code in ((0, _BLOCK), (_TRAP_AT, _TRAP), (_INSTRUCTION_AT, _INSTRUCTION)):
            self._memory[at : at + len(code)] = code
        self.block = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self.trap = self.block + _TRAP_AT
        self.instruction = self.block + _INSTRUCTION_AT
