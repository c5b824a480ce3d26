"""ptrace(2)'s arguments: address and data as a trace prints them, by the request."""

from __future__ import annotations

import struct
from collections.abc import Callable

from kernel.abi.ptrace import USER_REGISTERS, USER_REGS, RegisterSet, Request, TraceOption
from kernel.abi.signal_frames import SIGINFO_SIZE
from kernel.events import Described
from kernel.signals.siginfo import describe_siginfo, unpack
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    FlagsArgument,
    Moment,
    SignedArgument,
)
from kernel.task.task import Call, Task

_ALONE = (Request.PTRACE_TRACEME, Request.PTRACE_ATTACH, Request.PTRACE_KILL,
          Request.PTRACE_INTERRUPT, Request.PTRACE_LISTEN)  # fmt: skip
_POKING = (Request.PTRACE_POKETEXT, Request.PTRACE_POKEDATA, Request.PTRACE_POKEUSER)
_RESUMING = (
    Request.PTRACE_CONT, Request.PTRACE_SYSCALL, Request.PTRACE_SINGLESTEP, Request.PTRACE_SYSEMU,
    Request.PTRACE_SYSEMU_SINGLESTEP, Request.PTRACE_DETACH,
)  # fmt: skip
_OPTIONS = FlagsArgument(TraceOption, prefix="PTRACE_O_")
_SET_NAMES = {
    RegisterSet.NT_PRSTATUS: "NT_PRSTATUS", RegisterSet.NT_PRFPREG: "NT_FPREGSET",
    RegisterSet.NT_386_TLS: "NT_386_TLS", RegisterSet.NT_386_IOPERM: "NT_386_IOPERM",
    RegisterSet.NT_X86_XSTATE: "NT_X86_XSTATE", RegisterSet.NT_PRXFPREG: "NT_PRXFPREG",
}  # fmt: skip
_GENERAL = (Request.PTRACE_GETREGS, Request.PTRACE_SETREGS)
_SIZED = (
    Request.PTRACE_GET_SYSCALL_INFO, Request.PTRACE_GETSIGMASK, Request.PTRACE_SETSIGMASK,
)  # fmt: skip
_VECTOR = struct.Struct("<II")


class RequestArgument(ChoiceArgument):
    """The request by name."""

    def __init__(self) -> None:
        super().__init__(Request, "PTRACE_")


class TraceePid(SignedArgument):
    """The task that is meant; PTRACE_TRACEME means none."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.words[0] == Request.PTRACE_TRACEME:
            return ("omit",)
        return super().describe(task, call, word)


class AddressArgument(Argument):
    """An address, a size, the name of a register, or nothing."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        request, value = call.words[0], call.words[word]
        if request in _ALONE or request in _GENERAL:
            return ("omit",)
        if request in (Request.PTRACE_GETREGSET, Request.PTRACE_SETREGSET):
            name = next((name for kind, name in _SET_NAMES.items() if kind == value), None)
            return ("flags", value, name or f"{value:#x} /* NT_??? */")
        if request in _SIZED:
            return ("int", value)
        if request in (Request.PTRACE_PEEKUSER, Request.PTRACE_POKEUSER):
            return ("text", _register_name(value))
        return ("ptr", value)


def _register_name(offset: int) -> str:
    if offset % 4 or offset >= USER_REGS.size:
        return f"{offset:#x}"
    return f"4*{USER_REGISTERS[offset // 4].upper()}"


class DataArgument(Argument):
    """A signal, options or a value; what the call writes is shown at its end."""

    moment = Moment.EXIT

    def is_late(self, call: Call, word: int) -> bool:
        return call.words[0] in _DESCRIBED_LATE

    def describe(self, task: Task, call: Call, word: int) -> Described:
        request, value = call.words[0], call.words[word]
        if request in _ALONE:
            return ("omit",)
        if request in _RESUMING:
            return ("signal", value)
        if request in _POKING:
            return ("hex", value)
        if request in _TAKING_OPTIONS:
            return _OPTIONS.describe_value(task, call, value)
        describe = _DESCRIBED_LATE.get(request) or _DESCRIBED.get(request)
        if describe is None or (request in _DESCRIBED_LATE and call.result < 0):
            return ("ptr", value)
        return describe(task, call, value)


def _describe_word(task: Task, call: Call, at: int) -> Described:
    kind = "int" if call.words[0] == Request.PTRACE_GETEVENTMSG else "hex"
    return ("array", [(kind, task.memory.read_word(at))], False)


def _describe_registers(task: Task, call: Call, at: int) -> Described:
    values = USER_REGS.unpack(task.memory.read(at, USER_REGS.size))
    shown = [
        (_SHOWN_AS.get(name, name), ("hex", value))
        for name, value in zip(USER_REGISTERS, values, strict=True)
    ]
    return ("struct", shown, False)


_SHOWN_AS = {name: f"x{name}" for name in ("ds", "es", "fs", "gs", "cs", "ss")}


def _describe_siginfo(task: Task, call: Call, at: int) -> Described:
    image = task.memory.read(at, SIGINFO_SIZE)
    return describe_siginfo(unpack(int.from_bytes(image[:4], "little"), image))


def _describe_mask(task: Task, call: Call, at: int) -> Described:
    return ("sigset", int.from_bytes(task.memory.read(at, 8), "little"))


def _describe_vector(task: Task, call: Call, at: int) -> Described:
    """struct iovec; PTRACE_GETREGSET changes its length to what was there."""
    base, length = _VECTOR.unpack(task.memory.read(at, _VECTOR.size))
    where: Described = ("ptr", base)
    if call.words[2] == RegisterSet.NT_PRSTATUS and length >= USER_REGS.size:
        where = _describe_registers(task, call, base)
    return ("struct", [("iov_base", where), ("iov_len", ("int", length))], False)


_TAKING_OPTIONS = (
    Request.PTRACE_SETOPTIONS, Request.PTRACE_OLDSETOPTIONS, Request.PTRACE_SEIZE,
)  # fmt: skip
Describe = Callable[[Task, Call, int], Described]
_DESCRIBED: dict[int, Describe] = {
    Request.PTRACE_SETREGS: _describe_registers,
    Request.PTRACE_SETSIGINFO: _describe_siginfo,
    Request.PTRACE_SETSIGMASK: _describe_mask,
    Request.PTRACE_SETREGSET: _describe_vector,
}
_DESCRIBED_LATE: dict[int, Describe] = {
    Request.PTRACE_PEEKTEXT: _describe_word,
    Request.PTRACE_PEEKDATA: _describe_word,
    Request.PTRACE_PEEKUSER: _describe_word,
    Request.PTRACE_GETEVENTMSG: _describe_word,
    Request.PTRACE_GETREGS: _describe_registers,
    Request.PTRACE_GETSIGINFO: _describe_siginfo,
    Request.PTRACE_GETSIGMASK: _describe_mask,
    Request.PTRACE_GETREGSET: _describe_vector,
}
