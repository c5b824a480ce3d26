"""Debug registers: four addresses at which a traced task stops (struct user of ptrace(2)).

They belong to whoever traces: exec and the end of tracing forget them, children do not have them.
"""

from __future__ import annotations

from enum import Enum

from kernel.abi.errno import Errno
from kernel.abi.memory import TASK_SIZE
from kernel.errors import SysError

SLOTS = 4
STATUS, CONTROL = 6, 7
STEPPED = 0x4000
"""DR6: the stop is that of a single step, too."""
_NO_STATUS = 0xFFFF_0FF0
_WORD = 0xFFFF_FFFF


class Kind(Enum):
    """What at an address is waited for: two bits of DR7."""

    EXECUTE = 0
    WRITE = 1
    INPUT = 2
    ACCESS = 3


class DebugRegisters:
    """DR0 to DR3, DR6 and DR7. `passed` is the instruction whose breakpoint was just met: it is
    executed when the task goes on.
    """

    def __init__(self) -> None:
        self.addresses = [0] * SLOTS
        self.status = _NO_STATUS
        self.control = 0
        self.passed: int | None = None
        self._known = [False] * SLOTS
        """Slots that have ever been given an address or been enabled: they stay valid."""

    def read(self, number: int) -> int:
        """The register; 0 for DR4 and DR5."""
        if number < SLOTS:
            return self.addresses[number]
        return {STATUS: self.status, CONTROL: self.control}.get(number, 0)

    def write(self, number: int, value: int) -> None:
        """EIO for DR4 and DR5; EINVAL where an address and its slot's kind do not go together."""
        if number < SLOTS:
            self._check(value, *(self.slot(number) if self._known[number] else (Kind.WRITE, 1)))
            self.addresses[number], self._known[number] = value, True
        elif number == STATUS:
            self.status = value
        elif number == CONTROL:
            self._control(value)
        else:
            raise SysError(Errno.EIO)

    def _control(self, value: int) -> None:
        used = [self._known[each] or _is_enabled(value, each) for each in range(SLOTS)]
        for number in range(SLOTS):
            if used[number]:
                self._check(self.addresses[number], *_slot(value, number))
        self.control, self._known = value, used

    def _check(self, address: int, kind: Kind, length: int) -> None:
        is_odd = kind is Kind.INPUT or length == 8 or (kind is Kind.EXECUTE and length != 1)
        if is_odd or address & length - 1 or address + length > TASK_SIZE:
            raise SysError(Errno.EINVAL)

    def slot(self, number: int) -> tuple[Kind, int]:
        """What a slot waits for, and at how many octets."""
        return _slot(self.control, number)

    def armed(self) -> list[int]:
        """Slots that are enabled."""
        return [each for each in range(SLOTS) if _is_enabled(self.control, each)]

    def met(self, slots: int, is_step: bool) -> None:
        """A stop: which slots are its reason, and whether a single step is one."""
        self.status = _NO_STATUS | slots | (STEPPED if is_step else 0)

    @property
    def is_breakpoint(self) -> bool:
        """Whether the last stop had slots, and no step, for its reason."""
        return bool(self.status & (1 << SLOTS) - 1) and not self.status & STEPPED


def _is_enabled(control: int, number: int) -> bool:
    return bool(control >> 2 * number & 3)


def _slot(control: int, number: int) -> tuple[Kind, int]:
    bits = control >> 16 + 4 * number & 0xF
    return Kind(bits & 3), (1, 2, 8, 4)[bits >> 2]
