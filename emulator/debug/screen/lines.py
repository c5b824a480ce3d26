"""Lines of exactly so many columns, and boxes around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Border:
    """The characters of a box: corners and edges, and where a connector leaves it downwards."""

    corners: str
    horizontal: str
    vertical: str
    connector: str


LIGHT = Border("┌┐└┘", "─", "│", "┬")
HEAVY = Border("┏┓┗┛", "━", "┃", "┳")
DASHED = Border("┌┐└┘", "╌", "╎", "┬")


def line(*parts: str | tuple[str, str]) -> Text:
    """Plain or styled words, one behind the other."""
    return Text.assemble(*parts, no_wrap=True, end="")


def fit(text: Text, width: int) -> Text:
    """The text at exactly this width: cut with `…`, or filled up with blanks."""
    fitted = text.copy()
    fitted.truncate(max(width, 0), overflow="ellipsis", pad=True)
    return fitted


def centred(text: Text, width: int) -> Text:
    """The same in the middle."""
    room = max(width - text.cell_len, 0)
    return fit(Text.assemble(" " * (room // 2), text), width)


def block(lines: Sequence[Text], width: int, height: int) -> list[Text]:
    """Exactly so many lines of this width; none where there is no room."""
    height = max(height, 0)
    filled = [*lines[:height], *[Text()] * (height - len(lines))]
    return [fit(each, width) for each in filled]


def side_by_side(left: Sequence[Text], right: Sequence[Text]) -> list[Text]:
    """Two blocks of equal height as one."""
    return [Text.assemble(a, b) for a, b in zip(left, right, strict=True)]


def box(
    lines: Sequence[Text],
    width: int,
    height: int,
    title: Text,
    note: Text | None = None,
    border: Border = LIGHT,
    style: str = "",
    connector: int | None = None,
) -> list[Text]:
    """Lines in a box of this size, `title` and, at the right, `note` in its upper edge.

    `connector` is the column at which something below hangs on it.
    """
    top_left, top_right, bottom_left, bottom_right = tuple(border.corners)
    inner = width - 2
    upper = [
        Text(top_left, style),
        _edge(inner, title, note, border, style),
        Text(top_right, style),
    ]
    lower = bottom_left + border.horizontal * inner + bottom_right
    if connector is not None:
        lower = lower[:connector] + border.connector + lower[connector + 1 :]
    side = Text(border.vertical, style)
    middle = [Text.assemble(side, each, side) for each in block(lines, inner, height - 2)]
    return [Text.assemble(*upper), *middle, Text(lower, style)]


def _edge(inner: int, title: Text, note: Text | None, border: Border, style: str) -> Text:
    right = Text.assemble(" ", note, " ") if note is not None else Text()
    left = Text.assemble(" ", title, " ")
    left.truncate(max(inner - right.cell_len - 2, 0), overflow="ellipsis")
    room = max(inner - left.cell_len - right.cell_len - 2, 0)
    dash = border.horizontal
    return fit(
        Text.assemble((dash, style), left, (dash * room, style), right, (dash, style)), inner
    )


def joined(lines: Iterable[Text]) -> Text:
    """Lines as one text."""
    return Text("\n", no_wrap=True).join(lines)
