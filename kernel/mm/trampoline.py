"""The trampoline page: code that returns from signal handlers which brought none of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.memory import PAGE_SIZE, MapFlag, Prot
from kernel.abi.sysno import Sysno
from kernel.mm.area import Area

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace

PATH = "[sigpage]"
_RT_OFFSET = 16
_CODE = (
    # pop %eax; mov $sigreturn, %eax; int $0x80
    b"\x58\xb8" + int(Sysno.SIGRETURN).to_bytes(4, "little") + b"\xcd\x80"
).ljust(_RT_OFFSET, b"\x90") + (
    # mov $rt_sigreturn, %eax; int $0x80
    b"\xb8" + int(Sysno.RT_SIGRETURN).to_bytes(4, "little") + b"\xcd\x80"
)


def addresses(space: AddressSpace) -> tuple[int, int]:
    """Entry points for sigreturn and rt_sigreturn, mapped when first asked for; ENOMEM."""
    for area in space.areas:
        if area.path == PATH:
            return area.start, area.start + _RT_OFFSET
    start = space.find_gap(PAGE_SIZE)
    prot = Prot.PROT_READ | Prot.PROT_EXEC
    area = Area(start, start + PAGE_SIZE, prot, MapFlag.MAP_PRIVATE, path=PATH)
    frame = space.frames.allocate()
    space.frames.ram.write(frame << 12, _CODE)
    space.map(area)
    space.set_page(start, frame, area.entry_bits)
    return start, start + _RT_OFFSET
