"""How mounts are described in /proc/PID: mounts and mountinfo (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.fs.mount import Mount
    from kernel.task.task import Task

_FIRST_ID = 20
_ESCAPES = str.maketrans({" ": "\\040", "\t": "\\011", "\n": "\\012", "\\": "\\134"})


def mounts(task: Task) -> str:
    """/proc/PID/mounts, in the format of fstab(5)."""
    return "".join(
        f"{_escaped(mount.source)} {_escaped(mount.path)} {mount.file_system.kind}"
        f" {mount.options} 0 0\n"
        for mount in task.system.namespace.mounts
    )


def mount_info(task: Task) -> str:
    """/proc/PID/mountinfo."""
    all_mounts = task.system.namespace.mounts
    return "".join(
        _info_line(number, mount, _parent(all_mounts, mount))
        for number, mount in enumerate(all_mounts)
    )


def _info_line(number: int, mount: Mount, parent: int) -> str:
    device, kind = mount.root.device, mount.file_system.kind
    major, minor = device >> 8 & 0xFFF, device & 0xFF | device >> 12 & 0xFFF00
    access = mount.options.split(",")[0]
    return (
        f"{_FIRST_ID + number} {_FIRST_ID + parent} {major}:{minor} / {_escaped(mount.path)}"
        f" {mount.options} - {kind} {_escaped(mount.source)} {access}\n"
    )


def _parent(all_mounts: list[Mount], mount: Mount) -> int:
    """Place of the mount it is mounted on; the root's parent is number -1."""
    if mount.at is None or mount.at.mount not in all_mounts:
        return -1
    return all_mounts.index(mount.at.mount)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
