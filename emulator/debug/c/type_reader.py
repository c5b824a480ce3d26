"""Types from DWARF: an entry of the debugging information becomes a C type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.debug.c.types import (
    VOID,
    Array,
    Base,
    Enum,
    Function,
    Kind,
    Member,
    Pointer,
    Qualified,
    Record,
    Type,
    Typedef,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_BOOLEAN, _FLOAT, _SIGNED, _SIGNED_CHAR, _UNSIGNED_CHAR = 2, 4, 5, 6, 8
"""DWARF's encodings of base types (DW_ATE_…)."""
_KINDS = {
    _BOOLEAN: Kind.BOOL,
    _FLOAT: Kind.FLOAT,
    _SIGNED: Kind.SIGNED,
    _SIGNED_CHAR: Kind.CHAR,
    _UNSIGNED_CHAR: Kind.UNSIGNED_CHAR,
}
_RECORDS = {
    "DW_TAG_structure_type": "struct",
    "DW_TAG_union_type": "union",
    "DW_TAG_class_type": "class",
}
_QUALIFIERS = {
    "DW_TAG_const_type": "const",
    "DW_TAG_volatile_type": "volatile",
    "DW_TAG_restrict_type": "restrict",
    "DW_TAG_atomic_type": "_Atomic",
}


def text_of(entry: Any, attribute: str = "DW_AT_name") -> str:
    """An entry's name; empty where it has none."""
    found = entry.attributes.get(attribute)
    return found.value.decode("utf-8", "replace") if found is not None else ""


def number_of(entry: Any, attribute: str) -> int | None:
    """A constant of an entry."""
    found = entry.attributes.get(attribute)
    return found.value if found is not None and isinstance(found.value, int) else None


class TypeReader:
    """Reads each type once, so that a list's node may point to its own kind.

    `complete` finds the whole of a record that an entry only declares.
    """

    def __init__(self, complete: Callable[[str, str], Any | None]) -> None:
        self._complete = complete
        self._known: dict[int, Type] = {}

    def type_at(self, entry: Any) -> Type:
        """The type that an entry's DW_AT_type names; void where it names none."""
        if "DW_AT_type" not in entry.attributes:
            return VOID
        return self.read(entry.get_DIE_from_attribute("DW_AT_type"))

    def read(self, entry: Any) -> Type:
        """The type that an entry is."""
        known = self._known.get(entry.offset)
        if known is None:
            known = self._read(entry)
            self._known[entry.offset] = known
        return known

    def _read(self, entry: Any) -> Type:
        tag, size = entry.tag, number_of(entry, "DW_AT_byte_size") or 0
        if tag in _RECORDS:
            return self._record(entry, _RECORDS[tag], size)
        if tag in _QUALIFIERS:
            return Qualified(_QUALIFIERS[tag], self.type_at(entry))
        match tag:
            case "DW_TAG_base_type":
                encoding = number_of(entry, "DW_AT_encoding") or 0
                return Base(text_of(entry), size, _KINDS.get(encoding, Kind.UNSIGNED))
            case "DW_TAG_pointer_type" | "DW_TAG_reference_type":
                pointer = Pointer(VOID)
                self._known[entry.offset] = pointer
                pointer.target = self.type_at(entry)
                return pointer
            case "DW_TAG_typedef":
                return Typedef(text_of(entry), self.type_at(entry))
            case "DW_TAG_array_type":
                return self._array(entry)
            case "DW_TAG_subroutine_type" | "DW_TAG_subprogram":
                return self._function(entry)
            case "DW_TAG_enumeration_type":
                return self._enum(entry, size)
        return VOID

    def _record(self, entry: Any, keyword: str, size: int) -> Type:
        tag = text_of(entry)
        if "DW_AT_declaration" in entry.attributes:
            whole = self._complete(keyword, tag)
            return self.read(whole) if whole else Record(keyword, tag, 0, is_incomplete=True)
        record = Record(keyword, tag, size)
        self._known[entry.offset] = record
        for child in entry.iter_children():
            if child.tag == "DW_TAG_member":
                record.members.append(self._member(child))
        return record

    def _member(self, entry: Any) -> Member:
        kind, bits = self.type_at(entry), number_of(entry, "DW_AT_bit_size")
        offset = 8 * (number_of(entry, "DW_AT_data_member_location") or 0)
        whole, old_style = number_of(entry, "DW_AT_data_bit_offset"), entry.attributes.get(
            "DW_AT_bit_offset"
        )  # fmt: skip
        if whole is not None:
            offset = whole
        elif old_style is not None and bits is not None:
            octets = number_of(entry, "DW_AT_byte_size") or kind.size
            offset += 8 * octets - old_style.value - bits
        return Member(text_of(entry), kind, offset, bits)

    def _array(self, entry: Any) -> Type:
        made = self.type_at(entry)
        for child in reversed(list(entry.iter_children())):
            if child.tag == "DW_TAG_subrange_type":
                made = Array(made, _count(child))
        return made

    def _function(self, entry: Any) -> Type:
        children = list(entry.iter_children())
        named = [child for child in children if child.tag == "DW_TAG_formal_parameter"]
        parameters = [self.type_at(child) for child in named]
        is_open = any(child.tag == "DW_TAG_unspecified_parameters" for child in children)
        has_prototype = bool(parameters) or "DW_AT_prototyped" in entry.attributes
        return Function(self.type_at(entry), parameters if has_prototype else None, is_open)

    def _enum(self, entry: Any, size: int) -> Type:
        values = [
            (text_of(child), number_of(child, "DW_AT_const_value") or 0)
            for child in entry.iter_children()
            if child.tag == "DW_TAG_enumerator"
        ]
        return Enum(text_of(entry), size, any(value < 0 for _, value in values), values)


def _count(subrange: Any) -> int | None:
    """How many elements; None where that is unknown, or only known as the program runs."""
    count, last = number_of(subrange, "DW_AT_count"), number_of(subrange, "DW_AT_upper_bound")
    form = getattr(subrange.attributes.get("DW_AT_upper_bound"), "form", "")
    if count is not None:
        return count
    return last + 1 if last is not None and not form.startswith("DW_FORM_ref") else None
