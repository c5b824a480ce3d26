"""What an ELF file tells about its code, read with pyelftools: a damaged file tells less."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, TypeVar

_Item = TypeVar("_Item")
_ESP, _EBP, _RETURN = 4, 5, 8
_OTHERS = (0, 1, 2, 3, 6, 7)
"""DWARF numbers of i386 registers; those of general registers are the machine's."""
_SHF_EXECINSTR = 4
_BREG_EBP, _DEREF = 0x75, 0x06
"""DWARF's operations "EBP and an offset" and "the word there"."""


class Symbol(NamedTuple):
    """A name for [start, end); `is_sized` tells a function or variable from a mere label."""

    start: int
    end: int
    name: str
    is_code: bool
    is_sized: bool


class Line(NamedTuple):
    """From `address` on the code is this line's; an empty file ends a sequence.

    `is_statement` tells where it begins from where the compiler has gone on with a part of it.
    """

    address: int
    file: str
    number: int
    is_statement: bool = True


class FrameRule(NamedTuple):
    """How to find a frame from inside it: the CFA, and where EBP was saved (None: still in it).

    The CFA is ESP or EBP and an offset, or (`indirect`, in functions that align their stack) the
    word there. EBP was saved beside the CFA, or beside the place that EBP itself points to.
    `saved` are other registers by number and how far from the CFA the caller's lie.
    The return address lies at CFA - 4, unless it is `kept_in` a register, or there is none to
    return to; once the function has returned, ESP is at least the CFA.
    """

    from_ebp: bool
    offset: int
    indirect: bool
    saved_ebp: int | None
    saved_beside_ebp: bool
    kept_in: int | None = None
    is_outermost: bool = False
    saved: tuple[tuple[int, int], ...] = ()


class FrameTable(NamedTuple):
    """The call frame information of one function, [start, end)."""

    start: int
    end: int
    entry: Any


@cache
def _unreadable() -> tuple[type[Exception], ...]:
    """What pyelftools raises on bytes that are not as they should be."""
    from elftools.common.exceptions import DWARFError, ELFError
    from elftools.construct import ConstructError

    return (
        DWARFError, ELFError, ConstructError, AssertionError, AttributeError, LookupError,
        OverflowError, TypeError, ValueError, struct.error,
    )  # fmt: skip


def readable(items: Iterator[_Item]) -> list[_Item]:
    """Those before the first that cannot be read."""
    found = []
    try:
        for item in items:
            found.append(item)
    except _unreadable():
        return found
    return found


def symbols(image: bytes) -> list[Symbol]:
    """Functions, variables and labels, in the file's order."""
    return readable(_symbols(image))


def lines(image: bytes) -> list[Line]:
    """Where each source line begins, sorted by address."""
    return sorted(readable(_lines(image)))


def sources(image: bytes) -> dict[str, str]:
    """Paths of the source files on the machine where they were compiled, by their last part."""
    return dict(readable(_sources(image)))


def frames(image: bytes) -> list[FrameTable]:
    """Call frame information from .eh_frame and .debug_frame."""
    return readable(_frames(image))


def frame_rule(table: FrameTable, address: int) -> FrameRule | None:
    """The rule at an address within the function; None where it is no plain sum."""
    rules = readable(_rules(table.entry, address))
    return rules[-1] if rules else None


def _open(image: bytes) -> Any:
    from elftools.elf.elffile import ELFFile

    return ELFFile(io.BytesIO(image))


def _symbols(image: bytes) -> Iterator[Symbol]:
    elf = _open(image)
    table = elf.get_section_by_name(".symtab")
    headers: dict[int, Any] = {}
    for symbol in table.iter_symbols() if table is not None else ():
        kind, section = symbol["st_info"]["type"], symbol["st_shndx"]
        if not isinstance(section, int) or not symbol.name:
            continue
        if section not in headers:
            headers[section] = elf.get_section(section).header
        header, start, size = headers[section], symbol["st_value"], symbol["st_size"]
        end = start + size if size else header["sh_addr"] + header["sh_size"]
        is_label = kind == "STT_NOTYPE"
        if end <= start or not start or not (is_label or kind in ("STT_FUNC", "STT_OBJECT")):
            continue
        is_code = bool(header["sh_flags"] & _SHF_EXECINSTR)
        yield Symbol(start, end, symbol.name, is_code, bool(size) and not is_label)


def _lines(image: bytes) -> Iterator[Line]:
    elf = _open(image)
    dwarf = elf.get_dwarf_info()
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program is None:
            continue
        first = 0 if program["version"] >= 5 else 1
        files = [entry.name.decode("utf-8", "replace") for entry in program["file_entry"]]
        for entry in program.get_entries():
            state = entry.state
            if state is not None:
                known = 0 <= state.file - first < len(files) and not state.end_sequence
                name = files[state.file - first].rsplit("/", 1)[-1] if known else ""
                yield Line(state.address, name, state.line or 0, bool(state.is_stmt))


def _sources(image: bytes) -> Iterator[tuple[str, str]]:
    dwarf = _open(image).get_dwarf_info()
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program is None:
            continue
        top = unit.get_top_DIE().attributes.get("DW_AT_comp_dir")
        folders = [entry.decode("utf-8", "replace") for entry in program["include_directory"]]
        if program["version"] < 5:
            folders.insert(0, top.value.decode("utf-8", "replace") if top is not None else "")
        for entry in program["file_entry"]:
            path = entry.name.decode("utf-8", "replace")
            for folder in (folders[entry.dir_index], folders[0]):
                path = path if path.startswith("/") else f"{folder}/{path}"
            yield path.rsplit("/", 1)[-1], path


def _frames(image: bytes) -> Iterator[FrameTable]:
    from elftools.dwarf.callframe import FDE

    dwarf = _open(image).get_dwarf_info()
    for exists, read in (
        (dwarf.has_EH_CFI, dwarf.EH_CFI_entries),
        (dwarf.has_CFI, dwarf.CFI_entries),
    ):
        for entry in read() if exists() else ():
            if isinstance(entry, FDE):
                start = entry.header["initial_location"]
                yield FrameTable(start, start + entry.header["address_range"], entry)


def _rules(entry: Any, address: int) -> Iterator[FrameRule]:
    """The last of these holds."""
    rows = [row for row in entry.get_decoded().table if row["pc"] <= address]
    if not rows:
        return
    cfa, saved = rows[-1]["cfa"], rows[-1].get(_EBP)
    if cfa.reg in (_ESP, _EBP):
        place = cfa.reg == _EBP, cfa.offset, False
    elif len(cfa.expr) == 3 and (cfa.expr[0], cfa.expr[2]) == (_BREG_EBP, _DEREF):
        place = True, _signed(cfa.expr[1]), True
    else:
        return
    back = rows[-1].get(_RETURN)
    kept_in = back.arg if back is not None and back.type == "REGISTER" and back.arg < 8 else None
    others = tuple(
        (number, rows[-1][number].arg)
        for number in _OTHERS
        if number in rows[-1] and rows[-1][number].type == "OFFSET"
    )
    end = kept_in, back is not None and back.type == "UNDEFINED", others
    if saved is not None and saved.type == "OFFSET":
        yield FrameRule(*place, saved.arg, False, *end)
    elif saved is not None and saved.type == "EXPRESSION" and saved.arg[0] == _BREG_EBP:
        yield FrameRule(*place, _signed(saved.arg[1]), True, *end)
    else:
        yield FrameRule(*place, None, False, *end)


def _signed(leb: int) -> int:
    """A signed LEB128 number of one octet."""
    return leb - 0x80 if leb & 0x40 else leb
