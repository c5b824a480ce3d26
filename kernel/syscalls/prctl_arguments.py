"""prctl's arguments behind the option: how many there are and what they mean depends on it."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.capabilities import Capability, SecureBit
from kernel.abi.prctl import CapAmbient, Prctl, Speculation, SpeculationControl, TscMode
from kernel.abi.seccomp import SeccompMode
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    FlagsArgument,
    describe_string,
    signed,
)
from kernel.task.task import Call, Task

_CAPABILITY = ChoiceArgument(Capability, "CAP_")
_SECURE_BITS = FlagsArgument(SecureBit)
_AMBIENT = ChoiceArgument(CapAmbient, "PR_CAP_AMBIENT_")
_TSC = ChoiceArgument(TscMode, "PR_TSC_")
_SECCOMP_MODE = ChoiceArgument(SeccompMode, "SECCOMP_MODE_")
_SPECULATION = ChoiceArgument(Speculation, "PR_SPEC_")
_CONTROL = ChoiceArgument(SpeculationControl, "PR_SPEC_")
_KNOWN = frozenset(Prctl)
DUMPABLE = ("SUID_DUMP_DISABLE", "SUID_DUMP_USER", "SUID_DUMP_ROOT")
_COUNTS: dict[int, int] = {
    **dict.fromkeys(
        (
            *(Prctl.PR_GET_DUMPABLE, Prctl.PR_GET_KEEPCAPS, Prctl.PR_GET_SECUREBITS),
            *(Prctl.PR_GET_TIMERSLACK, Prctl.PR_GET_SECCOMP, Prctl.PR_GET_TIMING),
        ),
        0,
    ),
    **dict.fromkeys(
        (Prctl.PR_SET_NO_NEW_PRIVS, Prctl.PR_GET_NO_NEW_PRIVS, Prctl.PR_CAP_AMBIENT), 4
    ),
    Prctl.PR_SET_SPECULATION_CTRL: 2,
}
"""How many words count, where it is not one."""
_STORED = (Prctl.PR_GET_CHILD_SUBREAPER, Prctl.PR_GET_TID_ADDRESS)
_ON_EXIT = (*_STORED, Prctl.PR_GET_PDEATHSIG, Prctl.PR_GET_NAME, Prctl.PR_GET_TSC)


class _FirstArgument(Argument):
    """The first word behind the option."""

    def is_late(self, call: Call, word: int) -> bool:
        return call.words[0] in _ON_EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        option = call.words[0]
        if not _COUNTS.get(option, 1):
            return ("omit",)
        return _describe_first(task, call, option, call.words[word])


class _FurtherArgument(Argument):
    """One of the words behind it, which only some options look at."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        option, value = call.words[0], call.words[word]
        if option == Prctl.PR_SET_SECCOMP:
            return _describe_seccomp(task, call, word)
        if word > _COUNTS.get(option, 1 if option in _KNOWN else 4):
            return ("omit",)
        is_one = call.words[1] in (1, 2, 3)
        if option == Prctl.PR_CAP_AMBIENT and word == 2 and is_one:
            return _CAPABILITY.describe_value(task, call, value)
        if option == Prctl.PR_SET_SPECULATION_CTRL and call.words[1] in tuple(Speculation):
            return _CONTROL.describe_value(task, call, value)
        return ("hex", value)


def _describe_seccomp(task: Task, call: Call, word: int) -> Described:
    """What stands behind the mode: a program, nothing, or for unknown modes whatever there is."""
    mode = call.words[1]
    is_needed = mode == SeccompMode.SECCOMP_MODE_FILTER and word == 2
    if is_needed:
        from kernel.syscalls.seccomp_arguments import describe_program

        return describe_program(task, call.words[word])
    return ("omit",) if mode in tuple(SeccompMode) else ("hex", call.words[word])


def _describe_first(task: Task, call: Call, option: int, value: int) -> Described:
    if option in _ON_EXIT:
        return _describe_stored(task, call, option, value)
    if option == Prctl.PR_SET_NAME:
        return describe_string(task, value)
    if option == Prctl.PR_SET_PDEATHSIG:
        return ("signal", signed(value))
    if option in (Prctl.PR_CAPBSET_READ, Prctl.PR_CAPBSET_DROP):
        return _CAPABILITY.describe_value(task, call, value)
    if option == Prctl.PR_SET_SECUREBITS:
        return _SECURE_BITS.describe_value(task, call, value)
    if option == Prctl.PR_CAP_AMBIENT:
        return _AMBIENT.describe_value(task, call, value)
    if option == Prctl.PR_SET_SECCOMP:
        return _SECCOMP_MODE.describe_value(task, call, value)
    if option in (Prctl.PR_GET_SPECULATION_CTRL, Prctl.PR_SET_SPECULATION_CTRL):
        return _SPECULATION.describe_value(task, call, value)
    if option == Prctl.PR_SET_TSC:
        return _TSC.describe_value(task, call, value)
    if option == Prctl.PR_SET_DUMPABLE and value < len(DUMPABLE):
        return ("flags", value, DUMPABLE[value])
    return ("int" if option in _KNOWN else "hex", value)


def _describe_stored(task: Task, call: Call, option: int, address: int) -> Described:
    """What the call stored there."""
    if call.result < 0:
        return ("ptr", address)
    if option == Prctl.PR_GET_NAME:
        return describe_string(task, address)
    try:
        value = task.memory.read_word(address)
    except SysError:
        return ("ptr", address)
    if option == Prctl.PR_GET_PDEATHSIG:
        return ("array", [("signal", value)], False)
    if option == Prctl.PR_GET_TSC:
        return ("array", [_TSC.describe_value(task, call, value)], False)
    kind = "ptr" if option == Prctl.PR_GET_TID_ADDRESS else "int"
    return ("array", [(kind, value)], False)


class _ResultArgument(Argument):
    """A number; flags where speculation is told about."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        is_flags = call.words[0] == Prctl.PR_GET_SPECULATION_CTRL and value
        return ("hex" if is_flags else "int", value)


Result = Annotated[int, _ResultArgument()]
First = Annotated[int, _FirstArgument()]
Further = Annotated[int, _FurtherArgument()]
