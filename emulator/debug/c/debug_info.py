"""What a program's DWARF tells about names: variables, functions and types, and where they hold."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from emulator.debug.c.type_reader import TypeReader, number_of, text_of
from kernel.check.debug_data import readable

if TYPE_CHECKING:
    from emulator.debug.c.types import Type
    from kernel.check.program import Program

_BLOCKS = ("DW_TAG_lexical_block", "DW_TAG_inlined_subroutine")
_VARIABLES = ("DW_TAG_variable", "DW_TAG_formal_parameter")
_ORIGINS = ("DW_AT_abstract_origin", "DW_AT_specification")
_KEPT = 4
"""Programs."""


class Unit:
    """One compiled file: its outermost entries by what they are and their names."""

    def __init__(self, info: DebugInfo, unit: Any) -> None:
        self._info = info
        self.unit = unit
        self.top = unit.get_top_DIE()

    @cached_property
    def entries(self) -> dict[tuple[str, str], Any]:
        """Definitions before mere declarations."""
        found: dict[tuple[str, str], Any] = {}
        for entry in readable(self.top.iter_children()):
            key = entry.tag, name_of_entry(entry)
            old = found.get(key)
            if old is None or "DW_AT_declaration" in old.attributes:
                found[key] = entry
        return found

    @cached_property
    def enumerators(self) -> dict[str, tuple[Any, int]]:
        """The entry of the enum that has a name, and its value."""
        found = {}
        for entry in readable(self.top.iter_children()):
            if entry.tag == "DW_TAG_enumeration_type":
                for child in entry.iter_children():
                    found[text_of(child)] = entry, number_of(child, "DW_AT_const_value") or 0
        return found

    def covers(self, pc: int) -> bool:
        """Whether code of this file is at an address."""
        return self._info.covers(self.top, pc)


def original(entry: Any) -> Any:
    """Where the name and type of an entry stand, which may only refer to them."""
    for attribute in _ORIGINS:
        if attribute in entry.attributes:
            return original(entry.get_DIE_from_attribute(attribute))
    return entry


def name_of_entry(entry: Any) -> str:
    """The name that an entry gives to something, or refers to; empty where it has none."""
    return text_of(original(entry))


class DebugInfo:
    """The names of one program; addresses are those of the file, without `bias`."""

    def __init__(self, image: bytes, bias: int) -> None:
        self._image, self.bias = image, bias
        self.types = TypeReader(self._complete)

    @cached_property
    def dwarf(self) -> Any:
        """pyelftools' own view; None where there is nothing to read."""
        found = readable(self._open())
        return found[0] if found else None

    def _open(self) -> Iterator[Any]:
        from elftools.elf.elffile import ELFFile

        file = ELFFile(io.BytesIO(self._image))
        if file.has_dwarf_info():
            yield file.get_dwarf_info()

    @cached_property
    def units(self) -> list[Unit]:
        """All compiled files, in the program's order."""
        found = readable(self.dwarf.iter_CUs()) if self.dwarf is not None else []
        return [unit for made in found for unit in readable(self._unit(made))]

    def _unit(self, unit: Any) -> Iterator[Unit]:
        yield Unit(self, unit)

    def unit_at(self, pc: int) -> Unit | None:
        """The compiled file that code belongs to."""
        return next((unit for unit in self.units if unit.covers(pc)), None)

    def function_at(self, pc: int) -> Any | None:
        """The function that contains an address."""
        unit = self.unit_at(pc)
        for (tag, _), entry in unit.entries.items() if unit is not None else ():
            if tag == "DW_TAG_subprogram" and self.covers(entry, pc):
                return entry
        return None

    def blocks_at(self, pc: int) -> list[Any]:
        """The function that contains an address, and the blocks within, innermost first."""
        found: list[Any] = []
        inner = self.function_at(pc)
        while inner is not None:
            found.insert(0, inner)
            blocks = [child for child in inner.iter_children() if child.tag in _BLOCKS]
            inner = next((block for block in blocks if self.covers(block, pc)), None)
        return found

    def variables_in(self, block: Any, parameters: bool | None = None) -> list[Any]:
        """Parameters (True), other variables (False) or both (None) that a block declares."""
        tags = _VARIABLES if parameters is None else _VARIABLES[parameters : parameters + 1]
        return [child for child in block.iter_children() if child.tag in tags]

    def find(self, tags: tuple[str, ...], name: str, pc: int) -> Any | None:
        """A file's own entry of a name, first that of the file that `pc` belongs to."""
        for unit in self._from(pc):
            for tag in tags:
                entry = unit.entries.get((tag, name))
                if entry is not None and "DW_AT_declaration" not in entry.attributes:
                    return entry
        return None

    def enumerator(self, name: str, pc: int) -> tuple[Type, int] | None:
        """The enum that has a name, and the name's value."""
        for unit in self._from(pc):
            if name in unit.enumerators:
                entry, value = unit.enumerators[name]
                return self.types.read(entry), value
        return None

    def _from(self, pc: int) -> list[Unit]:
        """All units, that of `pc` first."""
        return sorted(self.units, key=lambda unit: not unit.covers(pc))

    def _complete(self, keyword: str, tag: str) -> Any | None:
        keyword = {"struct": "structure"}.get(keyword, keyword)
        return self.find((f"DW_TAG_{keyword}_type",), tag, -1)

    # ---- where code lies -------------------------------------------------------------------------

    def covers(self, entry: Any, pc: int) -> bool:
        """Whether an entry's code is at an address."""
        return any(low <= pc < high for low, high in self._ranges(entry))

    def _ranges(self, entry: Any) -> Iterator[tuple[int, int]]:
        low, high = number_of(entry, "DW_AT_low_pc"), entry.attributes.get("DW_AT_high_pc")
        if low is not None and high is not None:
            yield low, high.value if high.form == "DW_FORM_addr" else low + high.value
        elif (ranges := entry.attributes.get("DW_AT_ranges")) is not None:
            yield from readable(self._listed(entry.cu, ranges.value))

    def _listed(self, unit: Any, offset: int) -> Iterator[tuple[int, int]]:
        base = number_of(unit.get_top_DIE(), "DW_AT_low_pc") or 0
        for item in self.dwarf.range_lists().get_range_list_at_offset(offset, unit):
            if hasattr(item, "base_address"):
                base = item.base_address
            else:
                start = 0 if getattr(item, "is_absolute", False) else base
                yield start + item.begin_offset, start + item.end_offset


@lru_cache(maxsize=_KEPT)
def debug_info(program: Program) -> DebugInfo:
    """What a program tells about its names."""
    return DebugInfo(program.image, program.bias)
