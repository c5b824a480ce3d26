"""A program's own account of itself: functions, variables, lines and frames, by address.

Nothing of this is state: it is derived from the executable, and forgotten with it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from kernel.abi.memory import PAGE_SIZE
from kernel.check import debug_data
from kernel.check.debug_data import FrameRule, FrameTable, Line, Symbol
from kernel.mm import elf
from kernel.mm.image import PIE_BASE

if TYPE_CHECKING:
    from kernel.fs.inode import Inode

_LONGEST_FUNCTION = 1 << 16
_LAST_LINE = 1 << 32
_KEPT = 8
_known: WeakKeyDictionary[Inode, Program] = WeakKeyDictionary()


class Program:
    """One executable, loaded `bias` octets above the addresses in its file.

    Whatever the file lacks (symbols, lines) is simply not found.
    """

    def __init__(self, image: bytes, bias: int = 0) -> None:
        self.image, self.bias = image, bias
        symbols = [
            symbol._replace(start=symbol.start + bias, end=symbol.end + bias)
            for symbol in debug_data.symbols(image)
        ]
        code = [symbol for symbol in symbols if symbol.is_code]
        self.functions = _arranged(_without_labels(code))
        self.objects = _arranged([symbol for symbol in symbols if not symbol.is_code])
        self._function_starts = [symbol.start for symbol in self.functions]
        self._object_starts = [symbol.start for symbol in self.objects]
        self._rules: dict[int, FrameRule | None] = {}
        """Those that were asked for."""
        self._names_of_entries: dict[int, set[str]] = {}
        for symbol in self.functions:
            self._names_of_entries.setdefault(symbol.start, set()).add(symbol.name)

    @cached_property
    def _lines(self) -> list[Line]:
        return [
            line._replace(address=line.address + self.bias) for line in debug_data.lines(self.image)
        ]

    @cached_property
    def _frames(self) -> list[FrameTable]:
        tables = [
            table._replace(start=table.start + self.bias, end=table.end + self.bias)
            for table in debug_data.frames(self.image)
        ]
        return sorted(tables, key=attrgetter("start"))

    # ---- names -------------------------------------------------------------------------------

    def function_at(self, address: int) -> Symbol | None:
        """The function that contains an address; assembly's labels reach to the next."""
        return _find(self.functions, self._function_starts, address)

    def object_at(self, address: int) -> Symbol | None:
        """The variable that contains an address."""
        return _find(self.objects, self._object_starts, address)

    def address_of(self, name: str) -> int | None:
        """Where the function or variable of this name begins."""
        named = (item.start for item in (*self.functions, *self.objects) if item.name == name)
        return next(named, None)

    def has_name(self, address: int, names: frozenset[str]) -> bool:
        """Whether a function of one of these names begins at the address."""
        found = self._names_of_entries.get(address)
        return found is not None and not names.isdisjoint(found)

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
        i = bisect_right(self._lines, Line(address, "\U0010ffff", _LAST_LINE)) - 1
        line = self._lines[i] if i >= 0 else None
        return f"{line.file}:{line.number}" if line and line.file and line.number else ""

    def begins_line(self, address: int) -> bool:
        """Whether the code of a source line begins here."""
        i = bisect_left(self._lines, Line(address, "", 0))
        after = bisect_right(self._lines, Line(address, "\U0010ffff", _LAST_LINE))
        return any(line.file and line.number and line.is_statement for line in self._lines[i:after])

    def address_of_line(self, file: str, number: int) -> int | None:
        """Where the code of a source line begins, or of the first line behind it that has any.

        `file` is the last part of its path.
        """
        fitting = [
            line
            for line in self._lines
            if line.file == file and line.number >= number and line.is_statement
        ]
        nearest = min(fitting, key=lambda line: (line.number, line.address), default=None)
        return None if nearest is None else nearest.address

    def source_of(self, file: str) -> str | None:
        """The path that the compiler was given for a source file, by the last part of it."""
        return debug_data.sources(self.image).get(file)

    # ---- frames ------------------------------------------------------------------------------

    def frame_rule(self, address: int) -> FrameRule | None:
        """The frame layout at an address; None where the file does not tell."""
        if address not in self._rules:
            table = self._frame_table(address)
            place = address - self.bias
            self._rules[address] = table and debug_data.frame_rule(table, place)
        return self._rules[address]

    def extent(self, address: int) -> tuple[int, int]:
        """Start and end of the function that contains an address; (0, 0) where unknown."""
        found = self.function_at(address) or self._frame_table(address)
        if found is None:
            return 0, 0
        return found.start, min(found.end, found.start + _LONGEST_FUNCTION)

    def _frame_table(self, address: int) -> FrameTable | None:
        i = bisect_right(self._frames, address, key=attrgetter("start")) - 1
        return self._frames[i] if i >= 0 and address < self._frames[i].end else None


def program_of(inode: Inode) -> Program:
    """What is known about an executable."""
    program = _known.get(inode)
    if program is None:
        content = inode.read_at(0, inode.size)  # type: ignore[attr-defined]
        header = elf.parse(content[:PAGE_SIZE], len(content))
        bias = PIE_BASE - header.low if header.is_pie else 0
        program = _known[inode] = _program(content, bias)
    return program


@lru_cache(maxsize=_KEPT)
def _program(image: bytes, bias: int) -> Program:
    """The same for equal images: whoever goes back in a run has new inodes with old content."""
    return Program(image, bias)


def _by_start_best_last(symbol: Symbol) -> tuple[int, int, bool, str]:
    """Of several names for a start, the last is shown: the closest fit, with no underscore."""
    return symbol.start, -symbol.end, symbol.name[0] != "_", symbol.name


def _arranged(symbols: list[Symbol]) -> list[Symbol]:
    """Sorted; what has no size reaches to the next."""
    symbols = sorted(symbols, key=_by_start_best_last)
    starts = sorted({symbol.start for symbol in symbols})
    following = dict(pairwise(starts))
    return [
        symbol
        if symbol.is_sized
        else symbol._replace(end=min(symbol.end, following.get(symbol.start, symbol.end)))
        for symbol in symbols
    ]


def _without_labels(functions: list[Symbol]) -> list[Symbol]:
    """Assembly's labels inside of functions that have a size are left out."""
    sized = sorted((symbol.start, symbol.end) for symbol in functions if symbol.is_sized)
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
