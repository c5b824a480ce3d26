"""clone's arguments as strace shows them: by name, the stack before the flags."""

from __future__ import annotations

from kernel.events import Described

NAMES = ("flags", "child_stack", "parent_tid", "tls", "child_tidptr")
"""In the order of the registers."""

Arguments = tuple[Described | None, ...]


def by_name(arguments: Arguments) -> Arguments:
    """The five arguments, each given a name unless it is None or omitted."""
    if len(arguments) != len(NAMES):
        return arguments
    flags, stack, *tids = (
        value if value is None or value[0] == "omit" else ("named", name, value)
        for name, value in zip(NAMES, arguments, strict=True)
    )
    return (stack, flags, *tids)
