"""How a trace shows seccomp(2): filter programs, answers, and requests to listeners."""

from __future__ import annotations

import struct

from kernel.abi import bpf
from kernel.abi.errno import ERRNO_NAMES
from kernel.abi.seccomp import (
    ACTION_MASK,
    NOTIFICATION_SIZE,
    Action,
    AddFdFlag,
    FilterFlag,
    NewFdFlag,
    NotifyRequest,
    ResponseFlag,
    SeccompOperation,
)
from kernel.errors import SysError
from kernel.events import Described
from kernel.signals.siginfo import describe_architecture, describe_call_number
from kernel.syscalls.arguments import (
    Argument,
    ChoiceArgument,
    FlagsArgument,
    describe_fd,
    signed,
)
from kernel.syscalls.ioctl import ARGUMENTS, NAMES, RequestArgument
from kernel.task.seccomp.program import Instruction, unpack
from kernel.task.task import Call, Task

_FILTER_FLAGS = FlagsArgument(FilterFlag, prefix="SECCOMP_FILTER_FLAG_")
_ACTION = ChoiceArgument(Action, "SECCOMP_RET_")
_PROGRAM = struct.Struct("<HxxI")
_SET_FILTER = SeccompOperation.SECCOMP_SET_MODE_FILTER
_GET_ACTION = SeccompOperation.SECCOMP_GET_ACTION_AVAIL
_GET_SIZES = SeccompOperation.SECCOMP_GET_NOTIF_SIZES


class FlagsOfOperation(Argument):
    """Flags, which only one operation has."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.words[0] == _SET_FILTER:
            return _FILTER_FLAGS.describe(task, call, word)
        return ("hex", call.words[word])


class ValueOfOperation(Argument):
    """A program, an action, the place for three sizes, or nothing."""

    def is_late(self, call: Call, word: int) -> bool:
        return call.words[0] == _GET_SIZES

    def describe(self, task: Task, call: Call, word: int) -> Described:
        operation, address = call.words[0], call.words[word]
        if operation == _SET_FILTER:
            return describe_program(task, address)
        if operation == _GET_ACTION and address:
            action = _ACTION.describe_value(task, call, task.memory.read_word(address))
            return ("array", [action], False)
        if operation == _GET_SIZES and call.result >= 0:
            sizes = struct.unpack("<3H", task.memory.read(address, 6))
            names = ("seccomp_notif", "seccomp_notif_resp", "seccomp_data")
            shown = [(name, ("int", size)) for name, size in zip(names, sizes, strict=True)]
            return ("struct", shown, False)
        return ("ptr", address)


# ---- programs ----------------------------------------------------------------------------------


def describe_program(task: Task, address: int) -> Described:
    """struct sock_fprog: where the instructions are, or with -v what they are."""
    if not address:
        return ("ptr", 0)
    count, at = _PROGRAM.unpack(task.memory.read(address, _PROGRAM.size))
    where: Described = ("ptr", at)
    try:
        instructions = unpack(task.memory.read(at, 8 * min(count, bpf.MAX_INSTRUCTIONS)))
        shown = [_instruction(each) for each in instructions]
        where = ("brief", where, ("array", shown, count > bpf.MAX_INSTRUCTIONS))
    except SysError:
        pass
    return ("struct", [("len", ("int", count)), ("filter", where)], False)


def _instruction(instruction: Instruction) -> Described:
    code, yes, no, k = instruction
    if yes or no:
        return ("text", f"BPF_JUMP({_code(code)}, {_hex(k)}, {_hex(yes)}, {_hex(no)})")
    value = _answer(k) if code & 7 == bpf.RET else _hex(k)
    return ("text", f"BPF_STMT({_code(code)}, {value})")


def _hex(number: int) -> str:
    return f"{number:#x}" if number else "0"


def _code(code: int) -> str:
    """An instruction's parts, as a program's source has them."""
    kind, rest = code & 7, code & ~7
    parts = [bpf.CLASS_NAMES[kind]]
    if kind in (bpf.LD, bpf.LDX):
        parts += [_named(bpf.SIZE_NAMES, code & 0x18), _named(bpf.MODE_NAMES, code & 0xE0)]
        rest = 0
    elif kind in (bpf.ALU, bpf.JMP):
        names = bpf.ALU_NAMES if kind == bpf.ALU else bpf.JMP_NAMES
        parts += [_named(bpf.SOURCE_NAMES, code & 8), _named(names, code & 0xF0)]
        rest = 0
    elif kind == bpf.MISC:
        parts.append(_named(bpf.MISC_NAMES, code & 0xF8))
        rest = 0
    elif kind == bpf.RET:
        parts.append(_named(bpf.VALUE_NAMES, code & 0x18))
        rest &= ~0x18
    if rest:
        parts.append(f"{rest:#x} /* BPF_??? */")
    return "|".join(parts)


def _named(names: dict[int, str], value: int) -> str:
    return names.get(value) or f"{value:#x} /* BPF_??? */"


def _answer(value: int) -> str:
    """What a filter returns: the action, and the number that goes with it."""
    action, detail = value & ACTION_MASK, value & ~ACTION_MASK
    name = next((each.name for each in Action if each == action), None)
    name = name or f"{_hex(action)} /* SECCOMP_RET_??? */"
    return f"{name}|{detail:#x}" if detail else name


# ---- listeners ---------------------------------------------------------------------------------

_RESPONSE_FLAGS = FlagsArgument(ResponseFlag, prefix="SECCOMP_USER_NOTIF_FLAG_")
_ADDFD_FLAGS = FlagsArgument(AddFdFlag, prefix="SECCOMP_ADDFD_FLAG_")
_NEW_FD_FLAGS = FlagsArgument(NewFdFlag, prefix="O_")


def _describe_notification(task: Task, address: int) -> Described:
    image = task.memory.read(address, NOTIFICATION_SIZE)
    number, pid, flags, call, arch, at, *arguments = struct.unpack("<QIIiIQ6Q", image)
    data: list[tuple[str, Described]] = [
        ("nr", describe_call_number(call)),
        ("arch", describe_architecture(arch)),
        ("instruction_pointer", ("ptr", at)),
        ("args", ("array", [("hex", word) for word in arguments], False)),
    ]
    fields: list[tuple[str, Described]] = [
        ("id", ("hex", number)),
        ("pid", ("int", pid)),
        ("flags", ("hex", flags)),
        ("data", ("struct", data, False)),
    ]
    return ("struct", fields, False)


def _describe_response(task: Task, address: int) -> Described:
    number, value, error, flags = struct.unpack("<QqiI", task.memory.read(address, 24))
    name = ERRNO_NAMES.get(abs(error))
    shown: Described = ("int", error)
    if name is not None and error:
        shown = ("flags", error, name if error > 0 else f"-{name}")
    fields: list[tuple[str, Described]] = [
        ("id", ("hex", number)),
        ("val", ("int", value)),
        ("error", shown),
        ("flags", _flags(_RESPONSE_FLAGS, flags)),
    ]
    return ("struct", fields, False)


def _describe_added(task: Task, address: int) -> Described:
    number, flags, source, target, target_flags = struct.unpack(
        "<QIIII", task.memory.read(address, 24)
    )
    fields: list[tuple[str, Described]] = [
        ("id", ("hex", number)),
        ("flags", _flags(_ADDFD_FLAGS, flags)),
        ("srcfd", describe_fd(task, signed(source))),
        ("newfd", ("int", signed(target))),
        ("newfd_flags", _flags(_NEW_FD_FLAGS, target_flags)),
    ]
    return ("struct", fields, False)


def _flags(argument: FlagsArgument, value: int) -> Described:
    text = "|".join([name for bits, name in argument.names if name and value & bits])
    rest = value & ~sum(bits for bits, _ in argument.names)
    if rest:
        text = f"{text}|{rest:#x}" if text else f"{rest:#x} /* {argument.prefix}??? */"
    return ("flags", value, text or "0")


def _describe_number(task: Task, address: int) -> Described:
    return ("array", [("hex", int.from_bytes(task.memory.read(address, 8), "little"))], False)


NAMES.update({int(request): request.name for request in NotifyRequest})
NAMES[NotifyRequest.SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR] = "SECCOMP_IOCTL_NOTIF_ID_VALID"
ARGUMENTS[NotifyRequest.SECCOMP_IOCTL_NOTIF_RECV] = RequestArgument(_describe_notification, True)
ARGUMENTS[NotifyRequest.SECCOMP_IOCTL_NOTIF_SEND] = RequestArgument(_describe_response, False)
ARGUMENTS[NotifyRequest.SECCOMP_IOCTL_NOTIF_ADDFD] = RequestArgument(_describe_added, False)
for _request in (
    NotifyRequest.SECCOMP_IOCTL_NOTIF_ID_VALID,
    NotifyRequest.SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR,
):
    ARGUMENTS[_request] = RequestArgument(_describe_number, False)
