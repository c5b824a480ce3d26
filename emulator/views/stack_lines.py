"""A call stack as lines: strace's -k."""

from __future__ import annotations

from collections.abc import Iterable

from emulator.views.inert import visible
from kernel.events import StackFrame


def stack_text(frames: Iterable[StackFrame]) -> str:
    """A line for each frame, the innermost first."""
    return "".join([_line(*frame) for frame in frames])


def _line(path: str, function: str, offset: int, at: int) -> str:
    if not path:
        return f" > unexpected_backtracing_error [{at:#x}]\n"
    inside = f"{visible(function)}+{offset:#x}" if function else ""
    return f" > {visible(path)}({inside}) [{at:#x}]\n"
