"""Local descriptors: a window in the kernel's part of the address space onto the LDT in force.

The CPU's LDTR always points to the window, which is as long as an LDT can be. Which frames show
there belongs to the address space: the kernel writes their entries behind the four of the
page-directory-pointer table, and the machine copies them when it switches.
"""

from emulator.machine import paging
from emulator.machine.ram import FRAME_SIZE, Ram

PAGES = 16
ENTRIES_PER_PAGE = FRAME_SIZE // 8
ENTRIES = PAGES * ENTRIES_PER_PAGE
BASE = paging.KERNEL_BASE + 0x1_0000
LIMIT = PAGES * FRAME_SIZE - 1
SELECTOR = 0x50
"""LDTR's visible part; nothing reads it."""
SLOT = 4
"""Where a page-directory-pointer table's frame has the first of the window's entries."""
IN_LDT = 4
"""A selector's bit that means this table."""
_EMPTY_FRAME = 0x4000
"""Shows where there is no table: no descriptor is valid there."""
_BITS = paging.PRESENT | paging.WRITABLE
_EMPTY = _EMPTY_FRAME | paging.PRESENT
_FIRST = (paging.KERNEL_TABLE >> 3) + (BASE - paging.KERNEL_BASE >> 12)


def is_local(selector: int) -> bool:
    """Whether a selector means this table."""
    return bool(selector & IN_LDT)


def entry(frame: int) -> int:
    """What an address space has in one of its slots for a frame of its table."""
    return frame << 12 | _BITS


def write_window(ram: Ram) -> None:
    """At boot: nothing shows."""
    for index in range(_FIRST, _FIRST + PAGES):
        ram.entries[index] = _EMPTY


def is_in_force(ram: Ram, page_directory: int) -> bool:
    """Whether the window shows this address space's table, or rightly none."""
    wanted = ram.entries[(page_directory >> 3) + SLOT] or _EMPTY
    return bool(ram.entries[_FIRST] == wanted)


def put_in_force(ram: Ram, page_directory: int) -> None:
    """Show this address space's table; the TLB is the caller's business."""
    first = (page_directory >> 3) + SLOT
    for page in range(PAGES):
        ram.entries[_FIRST + page] = ram.entries[first + page] or _EMPTY


def descriptor(ram: Ram, selector: int) -> int:
    """The descriptor that a selector means in the table in force; 0 where there is none."""
    page, index = divmod(selector >> 3, ENTRIES_PER_PAGE)
    frame = ram.entries[_FIRST + page] & paging.FRAME_BITS
    return int(ram.entries[(frame >> 3) + index])
