"""The target description: gdb learns from it which registers there are, and that this is Linux.

Without the feature `org.gnu.gdb.i386.linux`, which holds orig_eax, gdb refuses `catch syscall`
(gdb manual, "i386 Features").
"""

from __future__ import annotations

from collections.abc import Iterator

from emulator.debug.gdb.registers import NAMES, WIDTHS, X87_WORDS

_EFLAGS = {
    "CF": 0, "": 1, "PF": 2, "AF": 4, "ZF": 6, "SF": 7, "TF": 8, "IF": 9, "DF": 10, "OF": 11,
    "NT": 14, "RF": 16, "VM": 17, "AC": 18, "VIF": 19, "VIP": 20, "ID": 21,
}  # fmt: skip
_MXCSR = {
    "IE": 0, "DE": 1, "ZE": 2, "OE": 3, "UE": 4, "PE": 5, "DAZ": 6,
    "IM": 7, "DM": 8, "ZM": 9, "OM": 10, "UM": 11, "PM": 12, "FZ": 15,
}  # fmt: skip
_VECTORS = (
    ("v4f", "ieee_single", 4), ("v2d", "ieee_double", 2), ("v16i8", "int8", 16),
    ("v8i16", "int16", 8), ("v4i32", "int32", 4), ("v2i64", "int64", 2),
)  # fmt: skip
_UNION = {
    "v4_float": "v4f", "v2_double": "v2d", "v16_int8": "v16i8", "v8_int16": "v8i16",
    "v4_int32": "v4i32", "v2_int64": "v2i64", "uint128": "uint128",
}  # fmt: skip
_TYPES = {
    "esp": ("data_ptr", ""), "ebp": ("data_ptr", ""), "eip": ("code_ptr", ""),
    "eflags": ("i386_eflags", ""), "mxcsr": ("i386_mxcsr", "vector"), "orig_eax": ("int", "system"),
    **{f"st{i}": ("i387_ext", "") for i in range(8)},
    **{f"xmm{i}": ("vec128", "") for i in range(8)},
    **dict.fromkeys(X87_WORDS, ("int", "float")),
}  # fmt: skip
"""Types, and groups where the type does not say in which `info registers` lists a register."""
_FIRST_SSE, _FIRST_LINUX = NAMES.index("xmm0"), NAMES.index("orig_eax")


def _lines() -> Iterator[str]:
    yield '<?xml version="1.0"?>'
    yield '<!DOCTYPE target SYSTEM "gdb-target.dtd">'
    yield "<target>"
    yield "<architecture>i386</architecture>"
    yield "<osabi>GNU/Linux</osabi>"
    yield '<feature name="org.gnu.gdb.i386.core">'
    yield from _flags("i386_eflags", _EFLAGS)
    yield from _registers(0, _FIRST_SSE)
    yield "</feature>"
    yield '<feature name="org.gnu.gdb.i386.sse">'
    for name, kind, count in _VECTORS:
        yield f'<vector id="{name}" type="{kind}" count="{count}"/>'
    yield '<union id="vec128">'
    for name, kind in _UNION.items():
        yield f'<field name="{name}" type="{kind}"/>'
    yield "</union>"
    yield from _flags("i386_mxcsr", _MXCSR)
    yield from _registers(_FIRST_SSE, _FIRST_LINUX)
    yield "</feature>"
    yield '<feature name="org.gnu.gdb.i386.linux">'
    yield from _registers(_FIRST_LINUX, len(NAMES))
    yield "</feature>"
    yield "</target>"


def _flags(name: str, bits: dict[str, int]) -> Iterator[str]:
    yield f'<flags id="{name}" size="4">'
    for bit, place in bits.items():
        yield f'<field name="{bit}" start="{place}" end="{place}"/>'
    yield "</flags>"


def _registers(first: int, end: int) -> Iterator[str]:
    for number in range(first, end):
        name, bits = NAMES[number], 8 * WIDTHS[number]
        kind, group = _TYPES.get(name, ("int32", ""))
        listed = f' group="{group}"' if group else ""
        yield f'<reg name="{name}" bitsize="{bits}" type="{kind}" regnum="{number}"{listed}/>'


TARGET_XML = "\n".join(_lines()).encode()
