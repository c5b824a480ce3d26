"""Numbers and names as people say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.debug.picture.model import SpacePicture


def number_of(count: int, what: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def people(tids: Sequence[int]) -> str:
    """`100`, `100 and 101`, `100, 101 and 102`."""
    *others, last = [str(tid) for tid in tids] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def users(space: SpacePicture) -> str:
    """Who uses an address space: `100 alone`, `shared by 100 and 101`."""
    names = people(space.users)
    return f"shared by {names}" if len(space.users) > 1 else f"{names} alone"
