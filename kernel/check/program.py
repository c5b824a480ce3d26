"""A program's own account of itself: symbols, lines and frame layout, from its ELF file.

pyelftools reads them, imported when the first vfork is watched. Nothing of this is state: it is
derived from the file and forgotten with it.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from kernel.fs.inode import Inode

_ESP, _EBP = 4, 5
"""DWARF numbers of i386 registers."""
_SHF_EXECINSTR = 4
_BREG_EBP, _DEREF = 0x75, 0x06
"""DWARF's operations "EBP and an offset" and "the word there"."""
_known: WeakKeyDictionary[Inode, Program] = WeakKeyDictionary()


class Symbol(NamedTuple):
    """A name for [start, end)."""

    start: int
    end: int
    name: str


class FrameRule(NamedTuple):
    """How to find a frame from inside it: the CFA, and where EBP was saved (None: still in it).

    The CFA is ESP or EBP and an offset, or (`indirect`, in functions that align their stack) the
    word there. EBP was saved beside the CFA, or beside the place that EBP itself points to.
    The return address lies at CFA - 4; once the function has returned, ESP is at least the CFA.
    """

    from_ebp: bool
    offset: int
    indirect: bool
    saved_ebp: int | None
    saved_beside_ebp: bool


class Program:
    """One executable. Whatever its file lacks (symbols, lines) is simply not found."""

    def __init__(self, image: bytes) -> None:
        from elftools.elf.elffile import ELFFile

        self._elf: Any = ELFFile(io.BytesIO(image))
        self.functions: list[Symbol] = []
        self.objects: list[Symbol] = []
        self._read_symbols()
        self._function_starts = [symbol.start for symbol in self.functions]
        self._object_starts = [symbol.start for symbol in self.objects]
        self.names_of_entries: dict[int, set[str]] = {}
        for symbol in self.functions:
            self.names_of_entries.setdefault(symbol.start, set()).add(symbol.name)
        self._frames: list[Any] | None = None
        self._lines: list[tuple[int, str, int]] | None = None

    def _read_symbols(self) -> None:
        table = self._elf.get_section_by_name(".symtab")
        headers: dict[int, Any] = {}
        sized: list[tuple[int, int]] = []
        for symbol in table.iter_symbols() if table is not None else ():
            kind, section = symbol["st_info"]["type"], symbol["st_shndx"]
            if not isinstance(section, int) or not symbol.name:
                continue
            if section not in headers:
                headers[section] = self._elf.get_section(section).header
            header, start = headers[section], symbol["st_value"]
            end = start + (symbol["st_size"] or header["sh_addr"] + header["sh_size"] - start)
            if end <= start or not start:
                continue
            is_code = header["sh_flags"] & _SHF_EXECINSTR
            if kind == "STT_FUNC" and symbol["st_size"]:
                sized.append((start, end))
            if kind == "STT_FUNC" or (kind == "STT_NOTYPE" and is_code):
                self.functions.append(Symbol(start, end, symbol.name))
            elif kind in ("STT_OBJECT", "STT_NOTYPE"):
                self.objects.append(Symbol(start, end, symbol.name))
        self.functions = _without_labels(self.functions, sized)
        self.functions.sort(key=_by_start_best_last)
        self.objects.sort(key=_by_start_best_last)

    # ---- names -------------------------------------------------------------------------------

    def function_at(self, address: int) -> Symbol | None:
        """The function that contains an address; assembly's labels reach to the next."""
        return _find(self.functions, self._function_starts, address)

    def object_at(self, address: int) -> Symbol | None:
        """The variable that contains an address."""
        return _find(self.objects, self._object_starts, address)

    def has_name(self, address: int, names: frozenset[str]) -> bool:
        """Whether a function of one of these names begins at the address."""
        return not names.isdisjoint(self.names_of_entries.get(address, ()))

    def place(self, address: int) -> str:
        """`main+0x1c (misuse.c:14)`; the bare address where nothing is known."""
        function = self.function_at(address)
        text = f"{address:#x}"
        if function is not None:
            text = f"{function.name}+{address - function.start:#x}"
        line = self.line_of(address)
        return f"{text} ({line})" if line else text

    def line_of(self, address: int) -> str:
        """`misuse.c:14`, or nothing."""
        if self._lines is None:
            self._lines = _read_lines(self._elf)
        i = bisect_right(self._lines, (address, "\U0010ffff", 0)) - 1
        if i < 0 or not self._lines[i][1] or not self._lines[i][2]:
            return ""
        return f"{self._lines[i][1]}:{self._lines[i][2]}"

    # ---- frames ------------------------------------------------------------------------------

    def frame_rule(self, address: int) -> FrameRule | None:
        """The frame layout at an address, from .eh_frame or .debug_frame; None where unknown."""
        entry = self._frame_entry(address)
        return None if entry is None else _rule(entry.get_decoded().table, address)

    def extent(self, address: int) -> tuple[int, int]:
        """Start and end of the function that contains an address; (0, 0) where unknown."""
        function = self.function_at(address)
        if function is not None:
            return function.start, function.end
        entry = self._frame_entry(address)
        if entry is None:
            return 0, 0
        start = entry.header["initial_location"]
        return start, start + entry.header["address_range"]

    def _frame_entry(self, address: int) -> Any | None:
        if self._frames is None:
            self._frames = _read_frames(self._elf)
        for entry in self._frames:
            start = entry.header["initial_location"]
            if start <= address < start + entry.header["address_range"]:
                return entry
        return None


def program_of(inode: Inode) -> Program:
    """What is known about an executable."""
    program = _known.get(inode)
    if program is None:
        program = _known[inode] = Program(inode.read_at(0, inode.size))  # type: ignore[attr-defined]
    return program


def _by_start_best_last(symbol: Symbol) -> tuple[int, int, bool, str]:
    """Of several names for a start, the last is shown: the closest fit, with no underscore."""
    return symbol.start, -symbol.end, symbol.name[0] != "_", symbol.name


def _without_labels(functions: list[Symbol], sized: list[tuple[int, int]]) -> list[Symbol]:
    """Assembly's labels inside of functions that have a size are left out."""
    sized.sort()
    kept = []
    for symbol in functions:
        i = bisect_right(sized, (symbol.start, 0)) - 1
        if i < 0 or sized[i][1] <= symbol.start:
            kept.append(symbol)
    return kept


def _find(symbols: list[Symbol], starts: list[int], address: int) -> Symbol | None:
    i = bisect_right(starts, address) - 1
    if i < 0:
        return None
    symbol = symbols[i]
    return symbol if address < symbol.end else None


def _read_lines(elf: Any) -> list[tuple[int, str, int]]:
    """Address, file and line, sorted; an empty file ends a sequence."""
    if not elf.has_dwarf_info():
        return []
    lines: list[tuple[int, str, int]] = []
    dwarf = elf.get_dwarf_info()
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program is None:
            continue
        first = 0 if program["version"] >= 5 else 1
        files = program["file_entry"]
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            number = state.file - first
            name = files[number].name.decode("utf-8", "replace") if number < len(files) else ""
            end = state.end_sequence
            lines.append((state.address, "" if end else name.rsplit("/", 1)[-1], state.line or 0))
    lines.sort()
    return lines


def _read_frames(elf: Any) -> list[Any]:
    from elftools.dwarf.callframe import FDE

    if not elf.has_dwarf_info():
        return []
    dwarf, entries = elf.get_dwarf_info(), []
    if dwarf.has_EH_CFI():
        entries += dwarf.EH_CFI_entries()
    if dwarf.has_CFI():
        entries += dwarf.CFI_entries()
    return [entry for entry in entries if isinstance(entry, FDE)]


def _rule(table: list[dict[Any, Any]], address: int) -> FrameRule | None:
    """The last row that begins at or before the address; None where it is no plain sum."""
    rows = [row for row in table if row["pc"] <= address]
    if not rows:
        return None
    cfa, saved = rows[-1]["cfa"], rows[-1].get(_EBP)
    if cfa.reg in (_ESP, _EBP):
        from_ebp, offset, indirect = cfa.reg == _EBP, cfa.offset, False
    elif cfa.expr and len(cfa.expr) == 3 and cfa.expr[0] == _BREG_EBP and cfa.expr[2] == _DEREF:
        from_ebp, offset, indirect = True, _signed(cfa.expr[1]), True
    else:
        return None
    if saved is not None and saved.type == "OFFSET":
        return FrameRule(from_ebp, offset, indirect, saved.arg, False)
    if saved is not None and saved.type == "EXPRESSION" and saved.arg[0] == _BREG_EBP:
        return FrameRule(from_ebp, offset, indirect, _signed(saved.arg[1]), True)
    return FrameRule(from_ebp, offset, indirect, None, False)


def _signed(leb: int) -> int:
    """A signed LEB128 number of one octet."""
    return leb - 0x80 if leb & 0x40 else leb
