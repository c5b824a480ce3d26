"""The initial stack: argc, argv, envp, auxiliary vector, as Linux lays them out (i386 ABI)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE, STACK_TOP
from kernel.abi.process import CLOCK_TICKS, Aux
from kernel.abi.signals import MINSIGSTKSZ
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.mm.elf import Elf
    from kernel.task.privileges import Executed
    from kernel.task.task import Task

MAX_STRING = 32 * PAGE_SIZE
"""Octets of one argument or variable, NUL included (MAX_ARG_STRLEN)."""
_SMALLEST_LIMIT = 32 * PAGE_SIZE
LARGEST_TOTAL = 6 << 20
"""Octets of all strings with their pointers, however large the stack may become."""
_PLATFORM = b"i686"


class Arguments(NamedTuple):
    """argv, environment and AT_EXECFN, as octets without NUL."""

    argv: tuple[bytes, ...]
    environment: tuple[bytes, ...]
    execfn: bytes

    def for_script(self, prefix: tuple[bytes, ...], script: bytes) -> Arguments:
        """The same for an interpreter: its words and the script's name in place of argv[0]."""
        return self._replace(argv=(*prefix, script, *self.argv[1:]))

    def check(self, stack_limit: int) -> None:
        """E2BIG where a string, or all of them with their pointers, exceed Linux's limits."""
        strings = (*self.argv, *self.environment)
        if any(len(string) >= MAX_STRING for string in strings):
            raise SysError(Errno.E2BIG)
        total = sum(map(len, strings)) + 5 * len(strings) + len(self.execfn)
        if total > min(max(stack_limit // 4, _SMALLEST_LIMIT), LARGEST_TOTAL):
            raise SysError(Errno.E2BIG)


def write(
    task: Task, memory: AddressSpace, elf: Elf, bias: int, arguments: Arguments, who: Executed
) -> int:
    """Write everything below the top of the stack; the initial stack pointer (to argc).

    From the top down: four zero octets, AT_EXECFN, environment, arguments, the platform string,
    16 random octets, then (16-aligned) auxiliary vector, envp, argv, argc. Raises SysError
    (E2BIG, ENOMEM).
    """
    arguments.check(memory.stack_limit)
    argc, envc = len(arguments.argv), len(arguments.environment)
    strings = b"\0".join((*arguments.argv, *arguments.environment, arguments.execfn)) + b"\0"
    at = STACK_TOP - 4 - len(strings)
    pointers, address = [], at
    for string in (*arguments.argv, *arguments.environment, arguments.execfn):
        pointers.append(address)
        address += len(string) + 1
    memory.argument_start, memory.argument_end = (
        at,
        (pointers[argc] if argc < len(pointers) else at),
    )
    memory.environment_start, memory.environment_end = pointers[argc], pointers[-1]
    platform = (at & ~15) - 16
    random = platform - 16
    auxiliary = _auxiliary_vector(task, who, elf, bias, (pointers[-1], platform, random))
    words = struct.pack(
        f"<I{argc}II{envc}II", argc, *pointers[:argc], 0, *pointers[argc : argc + envc], 0
    )
    stack = random - len(words) - len(auxiliary) & ~15
    block = (words + auxiliary).ljust(random - stack, b"\0")
    block += task.system.random.randbytes(16) + _PLATFORM
    _populate(memory, stack, STACK_TOP)
    memory.write(stack, block)
    memory.write(at, strings)
    memory.stack_start = stack
    memory.auxiliary = auxiliary
    return stack


def _populate(memory: AddressSpace, start: int, end: int) -> None:
    """Let the stack reach down to the arguments, which may be larger than its initial area."""
    area = memory.find(end - 1)
    assert area is not None
    while start < area.start:
        grown = memory.grow_stack(max(start, area.start - PAGE_SIZE))
        if grown is None:
            raise SysError(Errno.E2BIG)
        area = grown


def _auxiliary_vector(
    task: Task, executed: Executed, elf: Elf, bias: int, strings: tuple[int, int, int]
) -> bytes:
    who, (execfn, platform, random) = executed.credentials, strings
    headers = elf.program_headers + bias if elf.program_headers else 0
    pairs = (
        (Aux.AT_HWCAP, task.system.machine.cpu_features),
        (Aux.AT_PAGESZ, PAGE_SIZE),
        (Aux.AT_CLKTCK, CLOCK_TICKS),
        (Aux.AT_PHDR, headers),
        (Aux.AT_PHENT, 32),
        (Aux.AT_PHNUM, elf.program_header_count),
        (Aux.AT_BASE, 0),
        (Aux.AT_FLAGS, 0),
        (Aux.AT_ENTRY, elf.entry + bias),
        (Aux.AT_UID, who.uid),
        (Aux.AT_EUID, who.euid),
        (Aux.AT_GID, who.gid),
        (Aux.AT_EGID, who.egid),
        (Aux.AT_SECURE, executed.is_secure),
        (Aux.AT_RANDOM, random),
        (Aux.AT_HWCAP2, 0),
        (Aux.AT_EXECFN, execfn),
        (Aux.AT_PLATFORM, platform),
        (Aux.AT_MINSIGSTKSZ, MINSIGSTKSZ),
        (Aux.AT_NULL, 0),
    )
    return b"".join(struct.pack("<II", kind, value) for kind, value in pairs)
