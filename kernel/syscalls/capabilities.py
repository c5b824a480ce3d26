"""Capability sets: capget(2) and capset(2)."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Annotated

from kernel.abi.capabilities import ALL_CAPABILITIES, LAST_CAPABILITY, Capability
from kernel.abi.errno import Errno
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import Argument, Moment, signed
from kernel.syscalls.table import syscall
from kernel.task import privileges
from kernel.task.task import Call, Task

_VERSIONS = {0x1998_0330: 1, 0x2007_1026: 2, 0x2008_0522: 2}
"""_LINUX_CAPABILITY_VERSION_1 to 3, with the number of data structures each uses."""
_VERSION_NAMES = {
    version: f"_LINUX_CAPABILITY_VERSION_{n + 1}" for n, version in enumerate(_VERSIONS)
}
_PREFERRED = 0x2008_0522


class _HeaderArgument(Argument):
    """struct __user_cap_header_struct."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        try:
            version, pid = struct.unpack("<Ii", task.memory.read(call.words[word], 8))
        except SysError:
            return ("ptr", call.words[word])
        name = _VERSION_NAMES.get(version, f"{version:#x} /* _LINUX_CAPABILITY_VERSION_??? */")
        return ("struct", [("version", ("flags", version, name)), ("pid", ("int", pid))], False)


class _SetsArgument(Argument):
    """One or two struct __user_cap_data_struct, as the header before says."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if not address or (self.moment is Moment.EXIT and call.result < 0):
            return ("ptr", address)
        try:
            count = _VERSIONS.get(task.memory.read_word(call.words[word - 1]), 0)
            sets = _read_sets(task, address, count)
        except SysError:
            return ("ptr", address)
        if not count:
            return ("ptr", address)
        names = ("effective", "permitted", "inheritable")
        fields = [
            (name, ("flags", value, set_text(value)))
            for name, value in zip(names, sets, strict=True)
        ]
        return ("struct", fields, False)


def set_text(mask: int) -> str:
    """A set as strace prints it: 1<<CAP_CHOWN|1<<CAP_KILL."""
    names = [f"1<<{cap.name}" for cap in Capability if mask >> cap & 1]
    if rest := mask & ~ALL_CAPABILITIES:
        names.append(f"{rest:#x}")
    return "|".join(names) or "0"


def _read_sets(task: Task, address: int, count: int) -> tuple[int, int, int]:
    """Effective, permitted and inheritable set, whose upper words are in a second structure."""
    words = struct.unpack(f"<{3 * count}I", task.memory.read(address, 12 * count))
    effective, permitted, inheritable = (
        sum(words[3 * i + which] << 32 * i for i in range(count)) for which in range(3)
    )
    return effective, permitted, inheritable


def _count(task: Task, header: int) -> int:
    """How many structures follow: EFAULT; EINVAL for an unknown version, the one to use stored."""
    version = task.memory.read_word(header)
    if version not in _VERSIONS:
        task.memory.write_word(header, _PREFERRED)
        raise SysError(Errno.EINVAL)
    return _VERSIONS[version]


def _pid(task: Task, header: int) -> int:
    """The task that is meant, 0 for the caller: EFAULT."""
    return signed(task.memory.read_word(header + 4))


@syscall(Sysno.CAPGET)
def capget(
    task: Task,
    header: Annotated[int, _HeaderArgument()],
    data: Annotated[int, _SetsArgument(Moment.EXIT)],
) -> int:
    """A task's sets; with NULL for `data` only the version is looked at. EFAULT, EINVAL, ESRCH."""
    try:
        count = _count(task, header)
    except SysError as error:
        if data or error.errno is not Errno.EINVAL:
            raise
    if not data:
        return 0
    pid = _pid(task, header)
    if pid < 0:
        raise SysError(Errno.EINVAL)
    other = task.system.tasks.find(pid) if pid else task
    if other is None:
        raise SysError(Errno.ESRCH)
    who = other.credentials
    sets = (who.effective, who.permitted, who.inheritable)
    words = [value >> 32 * i & 0xFFFF_FFFF for i in range(count) for value in sets]
    task.memory.write(data, struct.pack(f"<{3 * count}I", *words))
    return 0


@syscall(Sysno.CAPSET)
def capset(
    task: Task,
    header: Annotated[int, _HeaderArgument()],
    data: Annotated[int, _SetsArgument(Moment.ENTRY)],
) -> int:
    """Set one's own sets. EFAULT, EINVAL, EPERM: permitted ones cannot be added, effective ones
    must be permitted, inheritable ones permitted or inherited, and none beyond the bounding set.
    """
    count, pid = _count(task, header), _pid(task, header)
    if pid not in (0, task.tid):
        raise SysError(Errno.EPERM)
    sets = _read_sets(task, data, count)
    effective, permitted, inheritable = (mask & ALL_CAPABILITIES for mask in sets)
    who = task.credentials
    added = inheritable & ~who.inheritable
    if added & ~who.permitted and not who.has(Capability.CAP_SETPCAP):
        raise SysError(Errno.EPERM)
    if added & ~who.bounding or permitted & ~who.permitted or effective & ~permitted:
        raise SysError(Errno.EPERM)
    new = replace(who, permitted=permitted, effective=effective, inheritable=inheritable)
    privileges.adopt(task, replace(new, ambient=who.ambient & permitted & inheritable))
    return 0


# ---- prctl's options ---------------------------------------------------------------------------


def check_capability(number: int) -> int:
    """The number of a capability as a mask; EINVAL where there is none."""
    if number > LAST_CAPABILITY:
        raise SysError(Errno.EINVAL)
    return 1 << number
