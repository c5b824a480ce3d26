"""Where a variable is: DWARF's location expressions, worked out in a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emulator.debug.c.debug_info import original
from kernel.check.debug_data import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.debug.c.debug_info import DebugInfo
    from emulator.debug.c.target import Target

_WORD = 0xFFFF_FFFF
_REGISTERS = 9
_BINARY = {
    "DW_OP_plus": lambda a, b: a + b,
    "DW_OP_minus": lambda a, b: a - b,
    "DW_OP_mul": lambda a, b: a * b,
    "DW_OP_and": lambda a, b: a & b,
    "DW_OP_or": lambda a, b: a | b,
    "DW_OP_xor": lambda a, b: a ^ b,
    "DW_OP_shl": lambda a, b: a << min(b, 32),
    "DW_OP_shr": lambda a, b: a >> min(b, 32),
    "DW_OP_shra": lambda a, b: _signed(a) >> min(b, 32),
}
_UNARY = {"DW_OP_neg": lambda a: -a, "DW_OP_not": lambda a: ~a, "DW_OP_abs": lambda a: abs(a)}


@dataclass(frozen=True)
class Place:
    """An `address`; or a value's octets, where it lies in no memory; neither: optimized out.

    There may be more `octets` than the variable has.
    """

    address: int | None = None
    octets: bytes | None = None


class _Unknown(Exception):
    """What an expression needs is not to be had."""


def place_of(info: DebugInfo, entry: Any, target: Target) -> Place:
    """Where the variable that an entry declares is now."""
    holder = entry
    while "DW_AT_location" not in holder.attributes and "DW_AT_const_value" not in (
        holder.attributes
    ):  # fmt: skip
        if original(holder) is holder:
            return Place()
        holder = original(holder)
    constant = holder.attributes.get("DW_AT_const_value")
    if constant is not None:
        value = constant.value
        is_number = isinstance(value, int)
        return Place(None, value.to_bytes(8, "little", signed=value < 0) if is_number else value)
    for operations in readable(_operations(info, holder, "DW_AT_location", target.pc)):
        try:
            return _Evaluation(info, target).place(operations)
        except _Unknown:
            break
    return Place()


def _operations(info: DebugInfo, entry: Any, attribute: str, pc: int) -> Iterator[list[Any]]:
    """The expression that holds at an address; nothing where none does."""
    from elftools.dwarf.dwarf_expr import DWARFExprParser
    from elftools.dwarf.locationlists import (
        BaseAddressEntry,
        LocationEntry,
        LocationExpr,
        LocationParser,
    )

    parser = LocationParser(info.dwarf.location_lists())
    version, unit = entry.cu["version"], entry.cu
    found = parser.parse_from_attribute(entry.attributes[attribute], version, entry)
    if isinstance(found, LocationExpr):
        yield DWARFExprParser(unit.structs).parse_expr(found.loc_expr)
        return
    base = unit.get_top_DIE().attributes.get("DW_AT_low_pc")
    start = base.value if base is not None else 0
    for item in found:
        if isinstance(item, BaseAddressEntry):
            start = item.base_address
        elif isinstance(item, LocationEntry):
            shift = 0 if item.is_absolute else start
            if shift + item.begin_offset <= pc < shift + item.end_offset:
                yield DWARFExprParser(unit.structs).parse_expr(item.loc_expr)
                return


class _Evaluation:
    """DWARF's stack machine."""

    def __init__(self, info: DebugInfo, target: Target) -> None:
        self._info, self._target = info, target
        self._stack: list[int] = []

    def place(self, operations: list[Any]) -> Place:
        if len(operations) == 1 and operations[0].op_name.startswith("DW_OP_reg"):
            number = int(operations[0].op_name.removeprefix("DW_OP_reg").replace("x", "") or -1)
            return Place(None, self._register(number).to_bytes(4, "little"))
        for operation in operations:
            name, arguments = operation.op_name, operation.args
            if name == "DW_OP_stack_value":
                return Place(None, (self._stack[-1] & _WORD).to_bytes(4, "little"))
            if name == "DW_OP_implicit_value":
                return Place(None, bytes(arguments[0]))
            self._do(name, arguments)
        if not self._stack:
            raise _Unknown
        return Place(self._stack[-1] & _WORD)

    def _do(self, name: str, arguments: list[Any]) -> None:
        stack = self._stack
        if name in _BINARY:
            right, left = stack.pop(), stack.pop()
            stack.append(_BINARY[name](left, right) & _WORD)
        elif name in _UNARY:
            stack.append(_UNARY[name](_signed(stack.pop())) & _WORD)
        else:
            stack.append(self._pushed(name, arguments) & _WORD)

    def _pushed(self, name: str, arguments: list[Any]) -> int:
        """The value that an operation puts on the stack."""
        target = self._target
        if name.startswith("DW_OP_breg"):
            return self._register(int(name.removeprefix("DW_OP_breg"))) + int(arguments[0])
        if name.startswith("DW_OP_lit"):
            return int(name.removeprefix("DW_OP_lit"))
        if name.startswith("DW_OP_const"):
            return int(arguments[0])
        match name:
            case "DW_OP_addr":
                return int(arguments[0]) + self._info.bias
            case "DW_OP_fbreg":
                return self._frame_base() + int(arguments[0])
            case "DW_OP_call_frame_cfa" if target.frame.cfa is not None:
                return target.frame.cfa
            case "DW_OP_plus_uconst":
                return self._stack.pop() + int(arguments[0])
            case "DW_OP_deref":
                return target.word(self._stack.pop())
            case "DW_OP_dup":
                return self._stack[-1]
        raise _Unknown

    def _frame_base(self) -> int:
        function = self._info.function_at(self._target.pc)
        if function is not None:
            found = _operations(self._info, function, "DW_AT_frame_base", self._target.pc)
            for operations in readable(found):
                place = _Evaluation(self._info, self._target).place(operations)
                if place.address is not None:
                    return place.address
                return int.from_bytes(place.octets or b"", "little")
        raise _Unknown

    def _register(self, number: int) -> int:
        if not 0 <= number < _REGISTERS:
            raise _Unknown
        return self._target.frame.registers[number]


def _signed(word: int) -> int:
    return word - (1 << 32) if word >> 31 else word
