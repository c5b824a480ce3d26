"""prctl(2): what a thread says about itself, and what it gives up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from kernel.abi.capabilities import (
    SECURE_LOCKS,
    Capability,
    SecureBit,
)
from kernel.abi.errno import Errno
from kernel.abi.prctl import (
    DEFAULT_SLACK,
    CapAmbient,
    Prctl,
    Speculation,
    SpeculationControl,
    TscMode,
)
from kernel.abi.seccomp import SeccompMode
from kernel.abi.signals import LAST_SIGNAL
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.syscalls.arguments import ChoiceArgument, enum_of, signed
from kernel.syscalls.capabilities import check_capability
from kernel.syscalls.prctl_arguments import DUMPABLE, First, Further, Result
from kernel.syscalls.table import note, syscall
from kernel.task.task import Call, Task

Words = tuple[int, int, int, int]
Function = Callable[[Task, Words], int]
_NAME_SIZE = 16
_OPTIONS: dict[int, Function] = {}


def _option(option: Prctl) -> Callable[[Function], Function]:
    """What does the work for one option; it gets the words behind it."""

    def enter(function: Function) -> Function:
        _OPTIONS[option] = function
        return function

    return enter


@syscall(Sysno.PRCTL)
def prctl(
    task: Task,
    option: Annotated[int, ChoiceArgument(Prctl, "PR_")],
    first: First,
    second: Further,
    third: Further,
    fourth: Further,
) -> Result:
    """Set or tell something about the calling thread; EINVAL for what this system does not have."""
    function = _OPTIONS.get(option)
    if function is None:
        raise SysError(Errno.EINVAL)
    return function(task, (first, second, third, fourth))


@note(Sysno.PRCTL)
def _meaning(task: Task, call: Call, result: int) -> str | None:
    if call.words[0] == Prctl.PR_GET_SPECULATION_CTRL:
        return SpeculationControl(result).name if result else "PR_SPEC_NOT_AFFECTED"
    return DUMPABLE[result] if call.words[0] == Prctl.PR_GET_DUMPABLE else None


def _require(condition: bool, errno: Errno = Errno.EINVAL) -> None:
    if not condition:
        raise SysError(errno)


# ---- itself ------------------------------------------------------------------------------------


@_option(Prctl.PR_SET_NAME)
def _set_name(task: Task, words: Words) -> int:
    text, _ = task.memory.peek_string(words[0], _NAME_SIZE - 1)
    task.name = text.decode("latin-1")
    return 0


@_option(Prctl.PR_GET_NAME)
def _get_name(task: Task, words: Words) -> int:
    task.memory.write(words[0], task.name.encode("latin-1").ljust(_NAME_SIZE, b"\0"))
    return 0


@_option(Prctl.PR_SET_PDEATHSIG)
def _set_death_signal(task: Task, words: Words) -> int:
    _require(words[0] <= LAST_SIGNAL)
    task.death_signal = words[0]
    return 0


@_option(Prctl.PR_GET_PDEATHSIG)
def _get_death_signal(task: Task, words: Words) -> int:
    task.memory.write_word(words[0], task.death_signal)
    return 0


@_option(Prctl.PR_SET_DUMPABLE)
def _set_dumpable(task: Task, words: Words) -> int:
    _require(words[0] <= 1)
    task.process.is_dumpable = bool(words[0])
    return 0


@_option(Prctl.PR_GET_DUMPABLE)
def _get_dumpable(task: Task, words: Words) -> int:
    return int(task.process.is_dumpable)


@_option(Prctl.PR_SET_CHILD_SUBREAPER)
def _set_subreaper(task: Task, words: Words) -> int:
    task.process.is_subreaper = bool(words[0])
    return 0


@_option(Prctl.PR_GET_CHILD_SUBREAPER)
def _get_subreaper(task: Task, words: Words) -> int:
    task.memory.write_word(words[0], task.process.is_subreaper)
    return 0


@_option(Prctl.PR_GET_TID_ADDRESS)
def _get_tid_address(task: Task, words: Words) -> int:
    task.memory.write_word(words[0], task.clear_child_tid)
    return 0


@_option(Prctl.PR_SET_TIMERSLACK)
def _set_slack(task: Task, words: Words) -> int:
    """0 or less: the default. Timers here are never late by choice."""
    slack = words[0] if signed(words[0]) > 0 else DEFAULT_SLACK
    task.traits = task.traits._replace(timer_slack=slack)
    return 0


@_option(Prctl.PR_GET_TIMERSLACK)
def _get_slack(task: Task, words: Words) -> int:
    return task.traits.timer_slack


@_option(Prctl.PR_SET_TSC)
def _set_tsc(task: Task, words: Words) -> int:
    is_refused = enum_of(TscMode, words[0]) is TscMode.PR_TSC_SIGSEGV
    task.traits = task.traits._replace(has_no_tsc=is_refused)
    return 0


@_option(Prctl.PR_GET_TSC)
def _get_tsc(task: Task, words: Words) -> int:
    mode = TscMode.PR_TSC_SIGSEGV if task.traits.has_no_tsc else TscMode.PR_TSC_ENABLE
    task.memory.write_word(words[0], mode)
    return 0


@_option(Prctl.PR_GET_SECCOMP)
def _get_seccomp(task: Task, words: Words) -> int:
    return 0 if task.seccomp is None else int(task.seccomp.mode)


@_option(Prctl.PR_SET_SECCOMP)
def _set_seccomp(task: Task, words: Words) -> int:
    from kernel.syscalls.seccomp import set_filter  # few programs restrict themselves
    from kernel.task.seccomp.filters import be_strict

    if words[0] == SeccompMode.SECCOMP_MODE_FILTER:
        return set_filter(task, 0, words[1])
    _require(words[0] == SeccompMode.SECCOMP_MODE_STRICT)
    be_strict(task)
    return 0


@_option(Prctl.PR_GET_SPECULATION_CTRL)
def _get_speculation(task: Task, words: Words) -> int:
    """This CPU executes nothing before its time, so that there is nothing to control."""
    _require(not any(words[1:]))
    return 0 if _kind_of(words[0]) is not Speculation.PR_SPEC_L1D_FLUSH else int(_NEVER)


@_option(Prctl.PR_SET_SPECULATION_CTRL)
def _set_speculation(task: Task, words: Words) -> int:
    """ENODEV for what no CPU has; ENXIO, EPERM and ERANGE where there is nothing to control."""
    _require(not any(words[2:]))
    kind, wanted = _kind_of(words[0]), words[1]
    _require(kind is not Speculation.PR_SPEC_STORE_BYPASS, Errno.ENXIO)
    _require(kind is not Speculation.PR_SPEC_L1D_FLUSH, Errno.EPERM)
    _require(wanted != SpeculationControl.PR_SPEC_DISABLE and wanted != _NEVER, Errno.EPERM)
    _require(wanted == SpeculationControl.PR_SPEC_ENABLE, Errno.ERANGE)
    return 0


def _kind_of(number: int) -> Speculation:
    _require(number in tuple(Speculation), Errno.ENODEV)
    return Speculation(number)


_NEVER = SpeculationControl.PR_SPEC_FORCE_DISABLE


# ---- privileges --------------------------------------------------------------------------------


@_option(Prctl.PR_SET_NO_NEW_PRIVS)
def _set_no_new_privileges(task: Task, words: Words) -> int:
    _require(words == (1, 0, 0, 0))
    task.traits = task.traits._replace(no_new_privileges=True)
    return 0


@_option(Prctl.PR_GET_NO_NEW_PRIVS)
def _get_no_new_privileges(task: Task, words: Words) -> int:
    _require(not any(words))
    return int(task.traits.no_new_privileges)


@_option(Prctl.PR_GET_KEEPCAPS)
def _get_keep(task: Task, words: Words) -> int:
    return int(task.credentials.is_secured(SecureBit.SECBIT_KEEP_CAPS))


@_option(Prctl.PR_SET_KEEPCAPS)
def _set_keep(task: Task, words: Words) -> int:
    _require(words[0] <= 1)
    who = task.credentials
    _require(not who.is_secured(SecureBit.SECBIT_KEEP_CAPS_LOCKED), Errno.EPERM)
    bits = who.secure_bits & ~SecureBit.SECBIT_KEEP_CAPS
    bits |= SecureBit.SECBIT_KEEP_CAPS if words[0] else 0
    task.credentials = replace(who, secure_bits=bits)
    return 0


@_option(Prctl.PR_GET_SECUREBITS)
def _get_secure_bits(task: Task, words: Words) -> int:
    return task.credentials.secure_bits


@_option(Prctl.PR_SET_SECUREBITS)
def _set_secure_bits(task: Task, words: Words) -> int:
    """EPERM without CAP_SETPCAP, for locked bits, for locks that would open, for unknown bits."""
    who, wanted = task.credentials, words[0]
    locks = who.secure_bits & SECURE_LOCKS
    breaks = locks >> 1 & (who.secure_bits ^ wanted) or locks & ~wanted
    allowed = who.has(Capability.CAP_SETPCAP) and not breaks and not wanted & ~sum(SecureBit)
    _require(allowed, Errno.EPERM)
    task.credentials = replace(who, secure_bits=wanted)
    return 0


@_option(Prctl.PR_CAPBSET_READ)
def _read_bounding(task: Task, words: Words) -> int:
    return int(bool(task.credentials.bounding & check_capability(words[0])))


@_option(Prctl.PR_CAPBSET_DROP)
def _drop_bounding(task: Task, words: Words) -> int:
    who = task.credentials
    _require(who.has(Capability.CAP_SETPCAP), Errno.EPERM)
    mask = check_capability(words[0])
    task.credentials = replace(who, bounding=who.bounding & ~mask)
    return 0


@_option(Prctl.PR_CAP_AMBIENT)
def _ambient(task: Task, words: Words) -> int:
    """Capabilities that survive execve of any program: permitted and inheritable ones only."""
    which, capability, *rest = words
    who = task.credentials
    _require(not any(rest))
    if which == CapAmbient.PR_CAP_AMBIENT_CLEAR_ALL:
        _require(not capability)
        task.credentials = replace(who, ambient=0)
        return 0
    mask = check_capability(capability)
    if enum_of(CapAmbient, which) is CapAmbient.PR_CAP_AMBIENT_IS_SET:
        return int(bool(who.ambient & mask))
    if which == CapAmbient.PR_CAP_AMBIENT_RAISE:
        is_locked = who.is_secured(SecureBit.SECBIT_NO_CAP_AMBIENT_RAISE)
        allowed = who.permitted & who.inheritable & mask and not is_locked
        _require(bool(allowed), Errno.EPERM)
        task.credentials = replace(who, ambient=who.ambient | mask)
    else:
        task.credentials = replace(who, ambient=who.ambient & ~mask)
    return 0
