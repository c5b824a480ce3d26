"""The stage: one process or two side by side, standing on the address spaces they use.

While two share one, it is drawn once, between them and hanging on both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from emulator.debug.screen import styles
from emulator.debug.screen.column import column
from emulator.debug.screen.lines import block, centred, fit, joined, line, side_by_side
from emulator.debug.screen.words import number_of, people, users

if TYPE_CHECKING:
    from emulator.debug.picture.model import Picture, SpacePicture, TaskPicture

_LEAST_WIDTH, _LEAST_HEIGHT = 30, 6
BAND = 2
"""Lines below the columns."""


def stage(picture: Picture, width: int, height: int) -> Text:
    """The whole of it, `width` columns by `height` lines."""
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return joined(block([Text("too small")], width, height))
    if not picture.shown:
        return joined(_empty(picture, width, height))
    lefts = [width] if len(picture.shown) == 1 else [width - width // 2, width // 2]
    columns = [
        column(task, each, height - BAND, each // 2 if task.row.memory else None)
        for task, each in zip(picture.shown, lefts, strict=True)
    ]
    above = columns[0] if len(columns) == 1 else side_by_side(columns[0], columns[1])
    return joined([*above, *band(picture, lefts)])


def _empty(picture: Picture, width: int, height: int) -> list[Text]:
    words = [
        Text("No process is left.", "bold"),
        Text(picture.told),
        Text("C goes back to the beginning", "dim"),
    ]
    above: list[Text] = [Text()] * max((height - 2) // 2, 0)
    return block([*above, *[centred(each, width) for each in words]], width, height)


def band(picture: Picture, widths: list[int]) -> list[Text]:
    """The address spaces below the columns."""
    names = [task.row.memory for task in picture.shown]
    if len(names) == 2 and names[0] and names[0] == names[1]:
        return _shared(picture.spaces[0], widths)
    parts = [_own(picture, task, each) for task, each in zip(picture.shown, widths, strict=True)]
    return parts[0] if len(parts) == 1 else side_by_side(parts[0], parts[1])


def _shared(space: SpacePicture, widths: list[int]) -> list[Text]:
    left, right = widths[0] // 2, widths[0] + widths[1] // 2
    bar = "═" * (right - left - 1)
    middle = len(bar) // 2
    bracket = " " * left + "╚" + bar[:middle] + "╦" + bar[middle + 1 :] + "╝"
    words = line(
        (f"{space.name}  CR3 {space.root:#x}", styles.MEMORY),
        ("  one address space, shared by ", ""),
        (people(space.users), "bold"),
        (f": {_facts(space)}", "dim"),
    )
    total = sum(widths)
    return [fit(Text(bracket, styles.MEMORY), total), centred(words, total)]


def _own(picture: Picture, task: TaskPicture, width: int) -> list[Text]:
    space = next((each for each in picture.spaces if each.name == task.row.memory), None)
    if space is None:
        return [centred(Text("no memory any more", "dim"), width), fit(Text(), width)]
    name = line((f"{space.name}  CR3 {space.root:#x}", styles.MEMORY), f"  {users(space)}")
    return [centred(name, width), centred(Text(_facts(space), "dim"), width)]


def _facts(space: SpacePicture) -> str:
    facts = [number_of(space.pages, "page")]
    if not space.shared:
        facts[0] += f" in {number_of(len(space.areas), 'area')}"
    facts += [f"{count} also in {name}" for name, count in space.shared]
    if space.copy_on_write:
        facts.append(f"{space.copy_on_write} copy-on-write")
    return ", ".join(facts)
