"""The words above the stack pointer, and what they may mean."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from emulator.debug.picture.code import program_behind, symbol
from emulator.debug.picture.model import StackWord
from emulator.machine.machine import ESP
from kernel.mm.peek import peek

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kernel.mm.address_space import AddressSpace
    from kernel.task.task import Task

_STRING_LIMIT = 24
_SHORTEST = 2


def stack(
    task: Task, registers: Sequence[int], count: int, before: dict[tuple[str, int], int]
) -> tuple[StackWord, ...]:
    """`count` words from ESP up; changed are those that `before` has with another value."""
    top, program = registers[ESP], program_behind(task)
    octets = peek(task.memory, top, 4 * count)
    words = struct.unpack(f"<{len(octets) // 4}I", octets[: len(octets) & ~3])
    return tuple(
        StackWord(
            address,
            value,
            symbol(program, value) or _string_at(task.memory, value),
            before.get((task.memory.name, address), value) != value,
        )
        for address, value in zip(range(top, top + 4 * len(words), 4), words, strict=True)
    )


def _string_at(space: AddressSpace, address: int) -> str:
    """The text that a pointer leads to, in quotes; "" where there is none."""
    octets, end, _ = peek(space, address, _STRING_LIMIT).partition(b"\0")
    if len(octets) < _SHORTEST or not all(0x20 <= octet < 0x7F for octet in octets):
        return ""
    return f'"{octets.decode("ascii")}"' + ("" if end else "…")
