"""Types in C's words, laid out as gdb does: `whatis` has their names, `ptype` what they are."""

from __future__ import annotations

from emulator.debug.c.types import (
    UNTYPED_CODE,
    Array,
    Base,
    Enum,
    Function,
    Pointer,
    Qualified,
    Record,
    Type,
    Typedef,
)

_INDENT = 4


def name_of(kind: Type) -> str:
    """`struct node *`, `int (*)[3]`."""
    return _declared(kind, "", None, 0)


def described(kind: Type) -> str:
    """The same with the members of a struct, union or enum, over several lines."""
    return _declared(_resolved(kind), "", 1, 0)


def _resolved(kind: Type) -> Type:
    while isinstance(kind, Typedef):
        kind = kind.target
    if isinstance(kind, Qualified):
        return Qualified(kind.word, _resolved(kind.target))
    return kind


def _declared(kind: Type, inner: str, depth: int | None, indent: int) -> str:
    """`inner` declared with a type; members are shown `depth` levels deep, or not at all (None)."""
    match kind:
        case Pointer():
            target = _resolved(kind.target) if depth == 1 else kind.target
            around = f"(*{inner})" if isinstance(target, Array | Function) else f"*{inner}"
            return _declared(target, around, depth, indent)
        case Array():
            count = "" if kind.count is None else kind.count
            return _declared(kind.element, f"{inner}[{count}]", depth, indent)
        case Function() if kind is UNTYPED_CODE:
            return "<text variable, no debug info>" + (f" {inner}" if inner else "")
        case Function():
            return _declared(kind.result, f"{inner}({_parameters(kind)})", depth, indent)
        case Qualified(word, Pointer() as target):
            return _declared(target, f" {word}" + (f" {inner}" if inner else ""), depth, indent)
    text = _specified(kind, depth, indent)
    return f"{text} {inner}" if inner else text


def _parameters(kind: Function) -> str:
    if kind.parameters is None:
        return ""
    shown = [name_of(parameter) for parameter in kind.parameters]
    return ", ".join([*shown, *["..."] * kind.is_variadic]) or "void"


def _specified(kind: Type, depth: int | None, indent: int) -> str:
    match kind:
        case Qualified():
            words, inside = [kind.word], kind.target
            while isinstance(inside, Qualified):
                words, inside = [*words, inside.word], inside.target
            text = " ".join(sorted(words))
            return f"{text} {_specified(inside, depth, indent)}"
        case Base() | Typedef():
            return kind.name
        case Record():
            title = f"{kind.keyword} {kind.tag}".rstrip()
            if depth is None or depth < 0 or (depth == 0 and kind.tag):
                return title if kind.tag else f"{title} {{...}}"
            return f"{title} {_members(kind, depth, indent)}"
        case Enum():
            title = f"enum {kind.tag}".rstrip()
            if depth is None or depth < 0 or (depth == 0 and kind.tag):
                return title if kind.tag else f"{title} {{...}}"
            return f"{title} {{{_enumerators(kind)}}}"
    return "void"


def _members(kind: Record, depth: int, indent: int) -> str:
    inside, end = " " * (indent + _INDENT), " " * indent
    if kind.is_incomplete:
        return f"{{\n{inside}<incomplete type>\n{end}}}"
    if not kind.members:
        return f"{{\n{inside}<no data fields>\n{end}}}"
    lines = []
    for member in kind.members:
        below = depth - 1 if member.name else depth
        text = _declared(member.type, member.name, below, indent + _INDENT)
        bits = "" if member.bits is None else f" : {member.bits}"
        lines.append(f"{inside}{text}{bits};\n")
    return f"{{\n{''.join(lines)}{end}}}"


def _enumerators(kind: Enum) -> str:
    following, shown = 0, []
    for name, value in kind.values:
        shown.append(name if value == following else f"{name} = {value}")
        following = value + 1
    return ", ".join(shown)
