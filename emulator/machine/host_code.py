"""Host code: two tiny callbacks in x86-64 machine code, so that counting blocks and stopping at a
trap cost no call into Python."""

import ctypes
import mmap
import platform

# Words of the control cell that the callbacks share with the run loop.
BUDGET, STOP, FLAG, VECTOR = range(4)
NO_VECTOR = -1

# void block(uc = rdi, address, size, cell = rcx): count down; stop when spent or when flagged.
_BLOCK = bytes.fromhex("48832901 7807 80791000 7501 c3 ff6108")
# void trap(uc = rdi, vector = esi, cell = rdx): note the vector and stop.
_TRAP = bytes.fromhex("4863f6 48897218 ff6208")
_TRAP_AT = 64


class HostCode:
    """The callbacks' addresses (`block`, `trap`) in executable memory, kept alive by this object.

    Raises OSError on a host that is not x86-64 or that refuses executable memory.
    """

    def __init__(self) -> None:
        if platform.machine().lower() not in ("x86_64", "amd64"):
            raise OSError("host code is for x86-64 only")
        rwx = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        self._memory = mmap.mmap(-1, mmap.PAGESIZE, prot=rwx)
        self._memory[: len(_BLOCK)] = _BLOCK
        self._memory[_TRAP_AT : _TRAP_AT + len(_TRAP)] = _TRAP
        self.block = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self.trap = self.block + _TRAP_AT
