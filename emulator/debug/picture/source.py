"""The text of source lines, where their file is on this machine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.views.inert import visible

if TYPE_CHECKING:
    from kernel.check.program import Program

_LARGEST = 4 << 20
"""Octets of a file that is taken for a source."""
_KEPT = 64
"""Files whose text is remembered: a screen asks for it with every key."""


def source_line(program: Program | None, address: int) -> str:
    """`14  int main(void)` for the line that an address belongs to; "" where it is not known."""
    line = program.line_of(address) if program is not None else ""
    if program is None or not line:
        return ""
    file, _, number = line.rpartition(":")
    texts = _lines(_path(program, file))
    at = int(number)
    return f"{at}  {visible(texts[at - 1].strip().expandtabs())}" if 0 < at <= len(texts) else ""


@lru_cache(maxsize=_KEPT)
def _path(program: Program, file: str) -> str:
    return program.source_of(file) or ""


@lru_cache(maxsize=_KEPT)
def _lines(path: str) -> tuple[str, ...]:
    """A program says itself where its source is: nothing but a plain file is looked into."""
    file = Path(path)
    try:
        if not path or not file.is_file() or file.stat().st_size > _LARGEST:
            return ()
        return tuple(file.read_text(errors="replace").split("\n"))
    except OSError:
        return ()
