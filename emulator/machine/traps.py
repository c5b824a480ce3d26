"""Traps: the frozen values with which the machine says why it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Access(Enum):
    """What the CPU was doing with the address that faulted."""

    READ = "read"
    WRITE = "write"
    EXECUTE = "execute"

    @classmethod
    def of_code(cls, code: int) -> Access:
        """What a page fault's error code says (Intel SDM 3A 4.7)."""
        if code & 0x10:
            return cls.EXECUTE
        return cls.WRITE if code & 2 else cls.READ


@dataclass(frozen=True, slots=True)
class Interrupt:
    """`INT vector` (0 to 255) was executed; EIP is behind it."""

    vector: int


@dataclass(frozen=True, slots=True)
class PageFault:
    """The page tables refuse an access; EIP is at the instruction (at the target for a fetch).

    `present` tells a protection violation from a page that is not there.
    """

    address: int
    access: Access
    present: bool


@dataclass(frozen=True, slots=True)
class CpuFault:
    """Any other exception (vector 0 to 31) with its error code (0 where it has none)."""

    vector: int
    error: int


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """The number of blocks allowed has been entered, or `interrupt()` asked for a stop."""


Trap = Interrupt | PageFault | CpuFault | BudgetSpent

SYSCALL_VECTOR = 0x80
SYSCALL = Interrupt(SYSCALL_VECTOR)
BUDGET_SPENT = BudgetSpent()

DIVIDE_ERROR = 0
DEBUG = 1
BREAKPOINT = 3
OVERFLOW = 4
BOUND_RANGE = 5
INVALID_OPCODE = 6
DOUBLE_FAULT = 8
SEGMENT_NOT_PRESENT = 11
STACK_SEGMENT = 12
GENERAL_PROTECTION = 13
PAGE_FAULT = 14
X87_FLOATING_POINT = 16
SINGLE_STEP = CpuFault(DEBUG, 0)
ICEBP = CpuFault(DEBUG, 1)
"""INT1 was executed; EIP is behind it. The error, which the CPU does not have, tells it apart."""
