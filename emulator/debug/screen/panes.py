"""The panes below the stage: calls, tasks, memory, descriptors and output, as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from emulator.debug.picture.model import Standing
from emulator.debug.screen import styles
from emulator.debug.screen.lines import line
from emulator.debug.screen.words import number_of, people, users

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.debug.picture.model import (
        AreaPicture,
        Descriptor,
        Picture,
        SpacePicture,
        TaskPicture,
        TaskRow,
    )


def calls(picture: Picture) -> list[Text]:
    """The last system calls, in strace's words."""
    return _transcript(picture.calls, "No system call yet.")


def kernel(picture: Picture) -> list[Text]:
    """The same, with what the kernel did between them."""
    return _transcript(picture.kernel, "Nothing has happened yet.")


def _transcript(lines: tuple[str, ...], nothing: str) -> list[Text]:
    if not lines:
        return [Text(nothing, "dim")]
    texts = [Text(each, "dim" if "***" in each else "") for each in lines]
    texts[-1].stylize("bold")
    return texts


def output(picture: Picture) -> list[Text]:
    """What the guest wrote."""
    if not picture.output:
        return [Text("Nothing written yet.", "dim")]
    return [Text(each) for each in picture.output]


def tasks(picture: Picture) -> list[Text]:
    """The task table."""
    width = max([4, *[len(row.name) for row in picture.tasks]])
    titles = f"  {'PID':>5} {'PARENT':>6}  {'STATE':9} {'MEMORY':6} {'NAME':{width}} WHY"
    rows = [_task(row, row.tid == picture.focus, width) for row in picture.tasks]
    return [line((titles, "dim")), *rows]


def _task(row: TaskRow, is_focus: bool, width: int) -> Text:
    arrow = "▶" if row.standing is Standing.NEXT else " "
    who = f"{row.tid:5}" if row.tid == row.pid else f"{f'+{row.tid}':>5}"
    return line(
        arrow,
        ">" if is_focus else " ",
        (who, "bold" if is_focus else ""),
        f" {row.parent:6}  ",
        (f"{row.standing.value:9}", styles.STYLES[row.standing]),
        f" {row.memory or '-':6} {row.name:{width}} {row.reason}",
    )


def memory(picture: Picture) -> list[Text]:
    """Areas and page tables of the spaces on the stage, and who shares them."""
    lines = [text for space in picture.spaces for text in _space(space)]
    return lines or [Text("No address space.", "dim")]


def _space(space: SpacePicture) -> list[Text]:
    head = line(
        (f"{space.name}  CR3 {space.root:#x}", styles.MEMORY),
        f"  {users(space)}",
        (f"  page tables take {number_of(space.tables, 'frame')}", "dim"),
    )
    width = max([1, *[len(_name(area)) for area in space.areas]])
    return [head, *[_area(area, width) for area in space.areas]]


def _name(area: AreaPicture) -> str:
    """The last part of a path, or what is in brackets; - for no name."""
    return area.path.rpartition("/")[2] or "-"


def _area(area: AreaPicture, width: int) -> Text:
    facts = number_of(area.resident, "page") if area.resident else "no page yet"
    for name, count in area.shared:
        facts += f", {count} also in {name}"
    if area.copy_on_write:
        facts += f", {area.copy_on_write} copy-on-write"
    return line(
        (f"{area.start:08x}-{area.end:08x}", "dim"),
        f" {area.letters} {_name(area):{width}} {facts}",
    )


def descriptors(picture: Picture) -> list[Text]:
    """Descriptors of the tasks on the stage, and who has the same open files."""
    lines = []
    for task in picture.shown:
        lines.append(line((f"{task.row.tid} {task.row.name}", "bold")))
        lines += [_descriptor(each) for each in task.descriptors] or [_none(task)]
    return lines or [Text("No process.", "dim")]


def _none(task: TaskPicture) -> Text:
    return Text("  no descriptors" + (" any more" if not task.row.memory else ""), "dim")


def _descriptor(each: Descriptor) -> Text:
    facts = [] if each.offset is None else [f"at {each.offset}"]
    facts += [each.flags] * bool(each.flags)
    facts += [f"same open file as {people(each.shared)}'s"] * bool(each.shared)
    return line(f"  {each.number:3} {each.access:2} {each.path}", (f"  {', '.join(facts)}", "dim"))


PANES: dict[str, tuple[str, Callable[[Picture], list[Text]]]] = {
    "calls": ("Calls", calls),
    "tasks": ("Tasks", tasks),
    "memory": ("Memory", memory),
    "files": ("Files", descriptors),
    "output": ("Output", output),
    "kernel": ("Kernel", kernel),
}
"""Each pane's title and content, in the order of the keys 1 to 6."""
