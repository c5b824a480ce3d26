"""Process control: prctl, personality, and capabilities."""

from __future__ import annotations

import struct
from dataclasses import replace
from enum import IntEnum
from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.process import Capability
from kernel.abi.signals import LAST_SIGNAL
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    Hex,
    Pointer,
    describe_string,
)
from kernel.syscalls.table import syscall
from kernel.task.task import Call, Task


class Prctl(IntEnum):
    """Options of prctl(2) that mean something here."""

    PR_SET_PDEATHSIG = 1
    PR_GET_PDEATHSIG = 2
    PR_GET_DUMPABLE = 3
    PR_SET_DUMPABLE = 4
    PR_GET_KEEPCAPS = 7
    PR_SET_KEEPCAPS = 8
    PR_SET_NAME = 15
    PR_GET_NAME = 16
    PR_CAPBSET_READ = 23
    PR_SET_CHILD_SUBREAPER = 36
    PR_GET_CHILD_SUBREAPER = 37
    PR_SET_NO_NEW_PRIVS = 38
    PR_GET_NO_NEW_PRIVS = 39
    PR_SET_VMA = 0x5356_4D41


class _SecondArgument(Argument):
    """The name for PR_SET_NAME, a number or pointer otherwise."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        value = call.words[word]
        if call.words[0] == Prctl.PR_SET_NAME:
            return describe_string(task, value)
        return ("hex", value)


class _FurtherArguments(Argument):
    """The last three words, which only some options look at; a trace leaves them out."""

    words = 3
    plain = False

    def expression(self, word: int) -> str:
        return f"w[{word}:{word + 3}]"

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return ("omit",)


_LAST_CAPABILITY = 40
_NAME_SIZE = 16


@syscall(Sysno.PRCTL)
def prctl(
    task: Task,
    option: Annotated[int, ChoiceArgument(Prctl, "PR_")],
    value: Annotated[int, _SecondArgument()],
    further: Annotated[tuple[int, int, int], _FurtherArguments()],
) -> int:
    """prctl(2): names, the parent-death signal, dumpability, flags; EINVAL for other options."""
    if option == Prctl.PR_SET_NAME:
        text, _ = task.memory.peek_string(value, _NAME_SIZE - 1)
        task.name = text.decode("latin-1")
    elif option == Prctl.PR_GET_NAME:
        task.memory.write(value, task.name.encode("latin-1").ljust(_NAME_SIZE, b"\0"))
    elif option == Prctl.PR_SET_PDEATHSIG:
        if value > LAST_SIGNAL:
            raise SysError(Errno.EINVAL)
        task.death_signal = value
    elif option == Prctl.PR_GET_PDEATHSIG:
        task.memory.write_word(value, task.death_signal)
    elif option == Prctl.PR_GET_CHILD_SUBREAPER:
        task.memory.write_word(value, task.process.is_subreaper)
    elif option == Prctl.PR_SET_KEEPCAPS and value <= 1:
        task.credentials = replace(task.credentials, keeps_capabilities=bool(value))
    else:
        return _flags(task, option, value)
    return 0


def _flags(task: Task, option: int, value: int) -> int:
    process = task.process
    if option == Prctl.PR_GET_KEEPCAPS:
        return int(task.credentials.keeps_capabilities)
    if option == Prctl.PR_GET_DUMPABLE:
        return int(process.is_dumpable)
    if option == Prctl.PR_GET_NO_NEW_PRIVS:
        return int(task.no_new_privileges)
    if option == Prctl.PR_CAPBSET_READ:
        if value > _LAST_CAPABILITY:
            raise SysError(Errno.EINVAL)
        return 1
    if option == Prctl.PR_SET_DUMPABLE and value <= 1:
        process.is_dumpable = bool(value)
    elif option == Prctl.PR_SET_CHILD_SUBREAPER:
        process.is_subreaper = bool(value)
    elif option == Prctl.PR_SET_NO_NEW_PRIVS and value == 1:
        task.no_new_privileges = True
    else:
        raise SysError(Errno.EINVAL)
    return 0


# ---- personality ---------------------------------------------------------------------------------

PER_QUERY = 0xFFFF_FFFF


@syscall(Sysno.PERSONALITY)
def personality(task: Task, persona: Hex) -> int:
    """personality(2): remembered and returned; layouts do not change with it."""
    old = task.personality
    if persona != PER_QUERY:
        task.personality = persona
    return old


# ---- capabilities --------------------------------------------------------------------------------

_VERSIONS = {0x1998_0330: 1, 0x2007_1026: 2, 0x2008_0522: 2}
"""_LINUX_CAPABILITY_VERSION_1 to 3, with the number of data structures each uses."""
_PREFERRED = 0x2008_0522


def _header(task: Task, address: int) -> tuple[int, Task]:
    """How many structures follow, and whose capabilities are meant; EINVAL, ESRCH."""
    version, pid = struct.unpack("<Ii", task.memory.read(address, 8))
    if version not in _VERSIONS:
        task.memory.write_word(address, _PREFERRED)
        raise SysError(Errno.EINVAL)
    if pid < 0:
        raise SysError(Errno.EINVAL)
    other = task.system.tasks.find(pid) if pid else task
    if other is None:
        raise SysError(Errno.ESRCH)
    return _VERSIONS[version], other


@syscall(Sysno.CAPGET)
def capget(task: Task, header: Pointer, data: Pointer) -> int:
    """capget(2): EFAULT, EINVAL (the preferred version is written back), ESRCH."""
    if not data:
        try:
            _header(task, header)
        except SysError as error:
            if error.errno is not Errno.EINVAL:
                raise
        return 0
    count, other = _header(task, header)
    who = other.credentials
    sets = (who.effective, who.permitted, who.inheritable)
    words = [value >> 32 * i & 0xFFFF_FFFF for i in range(count) for value in sets]
    task.memory.write(data, struct.pack(f"<{3 * count}I", *words))
    return 0


@syscall(Sysno.CAPSET)
def capset(task: Task, header: Pointer, data: Pointer) -> int:
    """capset(2): only one's own; EPERM for adding to the permitted or exceeding it."""
    count, other = _header(task, header)
    if other is not task:
        raise SysError(Errno.EPERM)
    words = struct.unpack(f"<{3 * count}I", task.memory.read(data, 12 * count))
    effective, permitted, inheritable = (
        sum(words[3 * i + which] << 32 * i for i in range(count)) for which in range(3)
    )
    who = task.credentials
    gained = permitted & ~who.permitted or effective & ~permitted
    borrowed = inheritable & ~(who.inheritable | who.permitted)
    if gained or (borrowed and not who.has(Capability.CAP_SETPCAP)):
        raise SysError(Errno.EPERM)
    task.credentials = replace(
        who, permitted=permitted, effective=effective, inheritable=inheritable
    )
    return 0
