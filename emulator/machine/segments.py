"""Segments: the descriptor table of an i386 PC running Linux, with three TLS slots."""

from emulator.machine.ram import Ram

GDT = 0x1000
"""Physical address of the table."""
GDT_LIMIT = 0x7F
KERNEL_CS, KERNEL_DS = 0x08, 0x10
USER_CS, USER_DS = 0x73, 0x7B
TLS_FIRST, TLS_COUNT = 6, 3
NO_TLS = (0, 0, 0)

_FLAT = {1: 0x9B, 2: 0x93, 14: 0xFB, 15: 0xF3}
"""Descriptor index to access byte: kernel code and data, user code and data, all 0 to 4 GiB."""


def write_gdt(ram: Ram) -> None:
    """Lay out the flat descriptors; TLS slots start empty."""
    for index, access in _FLAT.items():
        ram.entries[(GDT >> 3) + index] = 0xFFFF | access << 40 | 0xCF << 48


def is_tls(selector: int) -> bool:
    """Whether a selector means one of the TLS slots."""
    return not selector & 4 and TLS_FIRST <= selector >> 3 < TLS_FIRST + TLS_COUNT


def write_tls(ram: Ram, descriptors: tuple[int, int, int]) -> None:
    """Make these the TLS descriptors that the next load of a segment register sees."""
    first = (GDT >> 3) + TLS_FIRST
    ram.entries[first], ram.entries[first + 1], ram.entries[first + 2] = descriptors
