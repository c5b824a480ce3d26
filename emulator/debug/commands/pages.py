"""Commands about address spaces: areas, and the walk through page tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.command_table import CommandError, command
from emulator.debug.expressions import evaluate
from emulator.debug.page_walk import Walk, users_of, walk
from emulator.views.inert import visible_lines
from kernel.fs.proc_memory import maps
from kernel.mm.frames import ZERO_FRAME

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode


@command("info maps", "info proc", "info mappings")
def info_maps(mode: LineMode, argument: str) -> None:
    """The areas of the address space looked at, as /proc/PID/maps has them, and who shares it."""
    task = mode.task
    users = ", ".join(map(str, users_of(mode.stepper.system, task.memory)))
    mode.say(f"{task.memory.name}: tasks {users}; CR3 {task.memory.tables.root:#x}")
    mode.say(visible_lines(maps(task.memory)))


@command("pagetable", "pt", usage="ADDRESS")
def pagetable(mode: LineMode, argument: str) -> None:
    """The CPU's way to an address, entry by entry as it lies in RAM, and who else maps the frame.

    Three levels, as PAE has them: CR3 names a table of four, each entry a directory of 512, each
    of these a table of 512, each of these a frame of 4096 octets.
    """
    if not argument:
        raise CommandError("pagetable needs an address")
    task, address = mode.task, evaluate(mode, argument)
    mode.say(f"task {task.tid}, {task.memory.name}, address {address:#x}")
    mode.say("\n".join(walk_lines(walk(mode.stepper.system, task.memory, address))))


def walk_lines(found: Walk) -> list[str]:
    """A walk as text, a line for each table and some for the frame."""
    lines = [f"CR3 {found.root:#x}"]
    for step in found.steps:
        place = f"{step.level} {step.table:#x}, entry {step.index}"
        flags = " ".join(step.flags) or "not present"
        lines.append(f"  {place}: {step.entry:#018x} {flags}")
    if found.frame is None:
        return [*lines, "  no page is there"]
    mark = ", copy-on-write" if found.is_copy_on_write else ""
    users = "" if found.frame == ZERO_FRAME else f", {found.users} users"
    zero = ", the common zero page" if found.frame == ZERO_FRAME else ""
    frame = f"frame {found.frame} at {found.frame << 12:#x}{zero}{users}{mark}"
    lines.append(f"  {frame}; the octet is at {found.physical:#x}")
    for mapper in found.mappers:
        tasks = ", ".join(map(str, mapper.tids)) or "nobody yet"
        lines.append(f"    mapped at {mapper.address:#x} in {mapper.memory} (tasks {tasks})")
    return [*lines, "    kept by the page cache"] if found.is_cached else lines
