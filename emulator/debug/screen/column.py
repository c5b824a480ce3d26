"""One process as a column: why it stands still or runs, registers, code, stack."""

from __future__ import annotations

from functools import reduce
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.text import Text

from emulator.debug.picture.model import Standing
from emulator.debug.screen import styles
from emulator.debug.screen.lines import block, box, fit, line, side_by_side

if TYPE_CHECKING:
    from emulator.debug.picture.model import CodeLine, Register, StackWord, TaskPicture

_WIDE, _VERY_WIDE = 64, 120
"""Columns from which code stands beside registers and stack, and all three beside another."""
_REGISTER_WIDTH = 13
_RIGHT, _STACK = 3 * _REGISTER_WIDTH - 1, 50
_GONE = "memory and registers are given back; pid and status stay until the parent waits"


def column(task: TaskPicture, width: int, height: int, connector: int | None = None) -> list[Text]:
    """The box of a task; its border tells whether it runs next, could run, or stands still."""
    row = task.row
    border, style = styles.BORDERS[row.standing], styles.STYLES[row.standing]
    title = line((f"{row.tid} {row.name}", "bold"))
    note = line((row.standing.value, style))
    content = _content(task, width - 2, height - 2)
    return box(content, width, height, title, note, border, style, connector)


def _content(task: TaskPicture, width: int, height: int) -> list[Text]:
    first, below = _reason(task), height - 1
    if task.row.standing is Standing.OVER:
        return [first, *[line((each, "dim")) for each in wrap(_GONE, width)]]
    if width < _WIDE:
        return [first, *_stacked(task, width, below)]
    beside, last = registers(task, _RIGHT), _RIGHT
    if width < _VERY_WIDE:
        beside += [line(""), *stack(task, _RIGHT, below)]
    blocks = [block(beside, last, below)]
    if width >= _VERY_WIDE:
        last += _STACK
        blocks.insert(0, block(stack(task, _STACK - 1, below), _STACK, below))
    left = width - last
    blocks.insert(0, block(code(task, left - 1, below), left, below))
    return [first, *reduce(side_by_side, blocks)]


def _stacked(task: TaskPicture, width: int, height: int) -> list[Text]:
    """Registers, code and stack below one another."""
    above = registers(task, width)
    words = max(2, (height - len(above)) // 3)
    lines = height - len(above) - words
    return [*above, *block(code(task, width, lines), width, lines), *stack(task, width, words)]


def _reason(task: TaskPicture) -> Text:
    """The most important line of the column."""
    row = task.row
    if row.standing is Standing.NEXT:
        if not row.reason:
            return line(("in its own code", "dim"))
        return line((f"kernel: {row.reason}", styles.STYLES[row.standing]))
    words = row.standing.value + (f": {row.reason}" if row.reason else "")
    return line((words, styles.STYLES[row.standing]))


def registers(task: TaskPicture, width: int) -> list[Text]:
    """As many in a line as fit; one that changed has a `*` before its value."""
    per_line = max(1, min(3, (width + 1) // _REGISTER_WIDTH))
    cells = [_register(each) for each in task.registers]
    cells[-1].append(f"  {task.flags}")
    lines = [cells[i : i + per_line] for i in range(0, len(cells), per_line)]
    return [Text(" ").join(each) for each in lines]


def _register(register: Register) -> Text:
    is_marked = register.changed and register.name != "eip"
    mark = "*" if is_marked else " "
    style = styles.CHANGED if is_marked else ""
    return line(f"{register.name:3}", mark, (f"{register.value:08x}", style))


def code(task: TaskPicture, width: int, height: int) -> list[Text]:
    """Where it is, in the source, too, and the instructions there.

    The next one has an arrow, a hollow one where something else comes before it.
    """
    absent = "" if task.has_page else ", page not mapped yet"
    heading = fit(line((f"─ {task.place}{absent}", "dim")), width)
    file = _file_of(task.place)
    executes = task.row.standing is Standing.NEXT and not task.row.reason
    above = [heading, *[line((f" {task.source}", styles.SOURCE))] * bool(task.source)]
    shown = _window(task.code, height - len(above))
    return [*above, *[_instruction(each, width, file, executes) for each in shown]]


def _file_of(place: str) -> str:
    """`main.c` of `main+0x1c (main.c:14)`."""
    return place.rpartition("(")[2].partition(":")[0] if place.endswith(")") else ""


def _window(lines: tuple[CodeLine, ...], height: int) -> tuple[CodeLine, ...]:
    """The next instruction with a few before it and more after it."""
    at = next((i for i, each in enumerate(lines) if each.is_next), 0)
    first = max(0, at - max(0, (height - 1) // 3))
    return lines[first : first + max(height, 0)]


def _instruction(item: CodeLine, width: int, file: str, executes: bool) -> Text:
    """One line; its source line at the right, `:14` where the heading tells the file."""
    arrow = " " if not item.is_next else "▶" if executes else "▷"
    style = styles.NEXT_INSTRUCTION if item.is_next else ""
    text = line((f"{arrow}{item.address:08x} ", style), (item.text, style))
    if item.note:
        text.append(f"  {item.note}", styles.NOTE)
    source = item.source.removeprefix(file)
    room = width - text.cell_len - len(source)
    return text if room < 1 else Text.assemble(text, " " * room, (source, "dim"))


def stack(task: TaskPicture, width: int, height: int) -> list[Text]:
    """Words from ESP up, with what they point to; one that changed has a `*` before its value."""
    return [_word(each, not i) for i, each in enumerate(task.stack[: max(height, 0)])]


def _word(word: StackWord, is_top: bool) -> Text:
    name = "esp▸" if is_top else "    "
    mark, style = ("*", styles.CHANGED) if word.changed else (" ", "")
    return line(
        (name, "dim"),
        (f"{word.address:08x}", "dim"),
        mark,
        (f"{word.value:08x}", style),
        (f" {word.meaning}", styles.NOTE),
    )
