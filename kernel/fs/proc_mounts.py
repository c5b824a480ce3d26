"""How mounts are described in /proc/PID: mounts and mountinfo (proc(5))."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kernel.fs.path import Location

if TYPE_CHECKING:
    from kernel.fs.mount import Mount
    from kernel.task.task import Task

_ESCAPES = str.maketrans({" ": "\\040", "\t": "\\011", "\n": "\\012", "\\": "\\134"})
_ABOVE_EVERYTHING = 1
"""What mountinfo shows as the mount that the root is mounted on."""


def mounts(task: Task) -> str:
    """/proc/PID/mounts, in the format of fstab(5)."""
    return "".join(
        f"{_escaped(mount.source)} {_escaped(path)} {mount.file_system.kind} {mount.options} 0 0\n"
        for mount, path in _seen(task)
    )


def mount_info(task: Task) -> str:
    """/proc/PID/mountinfo."""
    return "".join(_info_line(mount, path) for mount, path in _seen(task))


def _seen(task: Task) -> Iterator[tuple[Mount, str]]:
    """The mounts that the task can reach, and where it sees them."""
    if task.is_gone:
        return
    for mount in task.system.namespace.mounts:
        path, is_reachable = Location(mount, mount.root).path_below(task.fs.root)
        if is_reachable:
            yield mount, path.decode("latin-1")


def _info_line(mount: Mount, path: str) -> str:
    file_system = mount.file_system
    device = mount.root.device
    major, minor = device >> 8 & 0xFFF, device & 0xFF | device >> 12 & 0xFFF00
    above = mount.at.mount if mount.at is not None else None
    parent = above.number if above is not None else _ABOVE_EVERYTHING
    own = [file_system.options] if file_system.options else []
    options = ",".join(["ro" if file_system.is_read_only else "rw", *own])
    return (
        f"{mount.number} {parent} {major}:{minor} {_escaped(mount.inner_path)} {_escaped(path)}"
        f" {mount.own_options}{' unbindable' if mount.is_unbindable else ''}"
        f" - {file_system.kind} {_escaped(mount.source)} {options}\n"
    )


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
