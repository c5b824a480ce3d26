"""Evaluating expressions in a frame: names become variables, trees become values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.c import operators, syntax
from emulator.debug.c.debug_info import DebugInfo, debug_info, name_of_entry, original
from emulator.debug.c.locations import place_of
from emulator.debug.c.tree import (
    Binary,
    Cast,
    Conditional,
    History,
    Literal,
    Member,
    Name,
    Node,
    Register,
    Text,
    TypeName,
    Unary,
)
from emulator.debug.c.types import (
    CHAR,
    INT,
    UNTYPED_CODE,
    VOID,
    Array,
    Base,
    Function,
    Kind,
    Pointer,
    Type,
)
from emulator.debug.c.values import SIZE, Value, converted, made, number
from emulator.debug.command_table import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from emulator.debug.c.target import Target

_TYPEDEF, _FUNCTION = ("DW_TAG_typedef", "DW_TAG_base_type"), ("DW_TAG_subprogram",)
_TAGS = {
    "struct": ("DW_TAG_structure_type",),
    "union": ("DW_TAG_union_type",),
    "enum": ("DW_TAG_enumeration_type",),
}
_REGISTERS = {"pc": "eip", "sp": "esp", "fp": "ebp", "flags": "eflags", "ps": "eflags"}
_IN_FRAMES = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip")
_CODE = Pointer(Function(VOID))
_REGISTER_TYPES: dict[str, Type] = {
    "eip": _CODE,
    "esp": Pointer(VOID),
    "ebp": Pointer(VOID),
    "eflags": Base("i386_eflags", 4, Kind.FLAGS),
}
_UNKNOWN_VARIABLE = {1: Base("char", 1, Kind.CHAR), 2: Base("short", 2, Kind.SIGNED)}


class Scope:
    """The names that can be used in a frame of a target, and `history`, the values printed."""

    def __init__(self, target: Target, history: Sequence[Value] = ()) -> None:
        self.target = target
        self.info: DebugInfo = debug_info(target.program)
        self._history = history

    # ---- names -------------------------------------------------------------------------------

    def typedef(self, name: str) -> Type | None:
        """The type of this name, unless a variable has it."""
        entry = self.info.find(_TYPEDEF, name, self.target.pc)
        if entry is None or self._local(name) is not None:
            return None
        return self.info.types.read(entry)

    def tagged(self, keyword: str, tag: str) -> Type | None:
        """The struct, union or enum of this tag."""
        entry = self.info.find(_TAGS[keyword], tag, self.target.pc)
        return None if entry is None else self.info.types.read(entry)

    def variable(self, entry: Any) -> Value:
        """The variable that an entry declares."""
        kind, place = self.info.types.type_at(original(entry)), place_of(
            self.info, entry, self.target
        )  # fmt: skip
        octets = None if place.octets is None else place.octets[: kind.size]
        return Value(kind, place.address, octets)

    def _local(self, name: str) -> Any | None:
        """The entry of the parameter or variable that a function calls so, the innermost."""
        for block in self.info.blocks_at(self.target.pc):
            for entry in self.info.variables_in(block):
                if name_of_entry(entry) == name:
                    return entry
        return None

    def _named(self, name: str) -> Value:
        pc = self.target.pc
        entry = self._local(name) or self.info.find(("DW_TAG_variable",), name, pc)
        if entry is not None:
            return self.variable(entry)
        enumerator = self.info.enumerator(name, pc)
        if enumerator is not None:
            return made(*enumerator)
        return self._symbol(name)

    def _symbol(self, name: str) -> Value:
        """A function, or a variable of which only the name is known: a number of its size."""
        program = self.target.program
        address = program.address_of(name)
        if address is None:
            raise CommandError(f'No symbol "{name}" in current context.')
        entry = self.info.find(_FUNCTION, name, self.target.pc)
        if entry is not None:
            return Value(self.info.types.read(original(entry)), address)
        found = program.object_at(address)
        if found is None:
            return Value(UNTYPED_CODE, address)
        return Value(_UNKNOWN_VARIABLE.get(found.end - found.start, INT), address)

    def _register(self, name: str) -> Value:
        name = _REGISTERS.get(name, name)
        registers = self.target.frame.registers
        if name in _IN_FRAMES:
            return made(_REGISTER_TYPES.get(name, INT), registers[_IN_FRAMES.index(name)])
        found = self.target.stepper.registers(self.target.task).get(name)
        if found is None:
            raise CommandError(f"no register ${name}")
        return made(_REGISTER_TYPES.get(name, INT), found)

    def _past(self, node: History) -> Value:
        count = len(self._history)
        number = count - node.number if node.from_end else node.number
        if node.from_end and not count:
            return Value(VOID, None, b"")
        if not 1 <= number <= count:
            raise CommandError(f"History has not yet reached ${number}.")
        return self._history[number - 1]

    # ---- trees -------------------------------------------------------------------------------

    def value(self, text: str) -> Value:
        """The value of an expression, which may not have been read yet."""
        return self._value(syntax.parse(text, self))

    def type(self, text: str) -> tuple[Type, bool]:
        """The type of an expression, or that it is; and whether it is one."""
        node = syntax.parse(text, self)
        if isinstance(node, TypeName):
            return node.type, True
        return self._value(node).type, False

    def _value(self, node: Node) -> Value:
        match node:
            case Literal():
                return made(node.type, node.value)
            case Text():
                octets = node.octets + b"\0"
                return Value(Array(CHAR, len(octets)), None, octets)
            case Name():
                return self._named(node.name)
            case Register():
                return self._register(node.name)
            case History():
                return self._past(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Conditional():
                return self._value(node.then if self._is_true(node.test) else node.other)
            case Cast():
                return converted(self.target, node.type, self._value(node.operand))
            case Member():
                return operators.member(self.target, self._value(node.operand), node.name)
        raise CommandError("Attempt to use a type name as an expression")

    def _unary(self, node: Unary) -> Value:
        if node.operator != "sizeof":
            return operators.unary(self.target, node.operator, self._value(node.operand))
        if isinstance(node.operand, TypeName):
            return made(SIZE, node.operand.type.size)
        return made(SIZE, self._value(node.operand).type.size)

    def _binary(self, node: Binary) -> Value:
        if node.operator == "&&":
            return made(INT, self._is_true(node.left) and self._is_true(node.right))
        if node.operator == "||":
            return made(INT, self._is_true(node.left) or self._is_true(node.right))
        left, right = self._value(node.left), self._value(node.right)
        match node.operator:
            case ",":
                return right
            case "[":
                return operators.indexed(self.target, left, right)
            case "@":
                return operators.repeated(self.target, left, right)
        return operators.binary(self.target, node.operator, left, right)

    def _is_true(self, node: Node) -> bool:
        return bool(number(self.target, self._value(node)))
