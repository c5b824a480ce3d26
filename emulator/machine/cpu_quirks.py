"""What Unicorn hides or gets wrong, found out at boot or repaired by looking at memory."""

import struct

from emulator.machine import local_descriptors, paging, segments
from emulator.machine.contexts import HEADER, TAIL
from emulator.machine.ram import FRAME_SIZE, Ram

BOOT_CODE, BOOT_SPACE = 0x6000, 0x7000
_BOOT_DIRECTORY, _BOOT_TABLE = 0x8000, 0x9000
BOOT_PAGE = 0x0804_8000
KERNEL_PAGES = 16
FAULTING_CODE = (
    (b"\xa1\0\0\0\x09", 4),  # mov eax, [0x9000000]: a read
    (b"\xa3\0\0\0\x09", 6),  # mov [0x9000000], eax: a write
    (b"\xa3\0\x80\x04\x08", 7),  # mov [0x8048000], eax: a write to a read-only page
)
CPUID_CODE = b"\xb8\x01\0\0\0\x0f\xa2\xcd\x80"  # mov eax, 1; cpuid; int 0x80
LDTR = (local_descriptors.SELECTOR, local_descriptors.BASE, local_descriptors.LIMIT, 0x8200)
_PAGE_FAULT = 14


def write_boot_tables(ram: Ram) -> int:
    """Page tables for boot: the kernel's part, and one user page of code; its linear address."""
    present, writable, user = paging.PRESENT, paging.WRITABLE, paging.USER
    entries = ram.entries
    entries[(BOOT_SPACE >> 3) + 3] = paging.KERNEL_DIRECTORY | present
    entries[paging.KERNEL_DIRECTORY >> 3] = paging.KERNEL_TABLE | present | writable
    for page in range(KERNEL_PAGES):
        entries[(paging.KERNEL_TABLE >> 3) + page] = page * FRAME_SIZE | present | writable
    local_descriptors.write_window(ram)
    gigabyte, directory, table = paging.split(BOOT_PAGE)
    entries[(BOOT_SPACE >> 3) + gigabyte] = _BOOT_DIRECTORY | present
    entries[(_BOOT_DIRECTORY >> 3) + directory] = _BOOT_TABLE | present | writable | user
    entries[(_BOOT_TABLE >> 3) + table] = BOOT_CODE | present | user
    return BOOT_PAGE


def clear_boot_tables(ram: Ram) -> None:
    """Forget the user page of boot; the kernel's part stays for every process."""
    for address in (BOOT_CODE, _BOOT_DIRECTORY, _BOOT_TABLE):
        ram.zero(address // FRAME_SIZE)
    ram.entries[(BOOT_SPACE >> 3) + paging.split(BOOT_PAGE)[0]] = 0


def find_records(records: list[tuple[bytes, bytes, int]]) -> tuple[int, int]:
    """Offsets in a context of the error code and of the exception in flight.

    Each record is a context before a page fault, one after, and the fault's error code. Raises
    RuntimeError where not exactly one pair of offsets explains all of them.
    """
    errors: set[int] | None = None
    flights: set[int] | None = None
    for before, after, error in records:
        old, new = _words(before), _words(after)
        errors_here = {i for i, word in new.items() if word == error}
        flights_here = {
            i for i, word in new.items() if word == _PAGE_FAULT and old[i] == 0xFFFF_FFFF
        }
        errors = errors_here if errors is None else errors & errors_here
        flights = flights_here if flights is None else flights & flights_here
    if errors is None or flights is None or len(errors) != 1 or len(flights) != 1:
        raise RuntimeError("this version of Unicorn keeps its exception record elsewhere")
    return errors.pop(), flights.pop()


def _words(blob: bytes) -> dict[int, int]:
    body = blob[HEADER : len(blob) - TAIL & ~3]
    return {HEADER + 4 * i: word for i, (word,) in enumerate(struct.iter_unpack("<I", body))}


def is_loadable(ram: Ram, selector: int) -> bool:
    """Whether ring 3 may load this selector: null, user data, or a TLS or LDT slot in use."""
    index = selector >> 3
    if selector & ~3 == 0:
        return True
    if selector & local_descriptors.IN_LDT:
        descriptor = local_descriptors.descriptor(ram, selector)
    elif index * 8 + 7 > segments.GDT_LIMIT:
        return False
    else:
        descriptor = ram.entries[(segments.GDT >> 3) + index]
    access = descriptor >> 40 & 0xFF
    is_present, ring, is_segment = access & 0x80, access >> 5 & 3, access & 0x10
    is_readable = not access & 8 or access & 2
    return bool(is_present and ring == 3 and is_segment and is_readable)


def walk(ram: Ram, page_directory: int, address: int) -> int | None:
    """Linear to physical address through the tables in RAM; None where a level is not present."""
    gigabyte, directory, table = paging.split(address)
    entry = ram.entries[(page_directory >> 3) + gigabyte]
    for index in (directory, table):
        if not entry & paging.PRESENT:
            return None
        entry = ram.entries[((entry & paging.FRAME_BITS) >> 3) + index]
    if not entry & paging.PRESENT:
        return None
    return (entry & paging.FRAME_BITS) | address & 0xFFF


def find_privileged(ram: Ram, page_directory: int, address: int) -> int:
    """Address of the first in, out, syscall or sysenter from here on, in a straight line."""
    from emulator.machine.disassembly import instructions

    code = b""
    for page in (address, (address & ~0xFFF) + FRAME_SIZE):
        physical = walk(ram, page_directory, page)
        if physical is None:
            break
        code += ram.read(physical, FRAME_SIZE - (physical & 0xFFF))
    for instruction in instructions(code, address):
        if instruction.mnemonic.split()[-1] in _PRIVILEGED:
            return instruction.address
    return address


_PRIVILEGED = frozenset(
    ("in", "out", "insb", "insd", "insw", "outsb", "outsd", "outsw", "syscall", "sysenter")
)
