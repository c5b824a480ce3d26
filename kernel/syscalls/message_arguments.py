"""How a trace shows struct msghdr, struct mmsghdr and control messages."""

from __future__ import annotations

import struct
from typing import Annotated

from kernel.abi.sockets import CMSG_HEADER, SCM_CREDENTIALS, SCM_RIGHTS, SOL_SOCKET, MessageFlag
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    DescribedArgument,
    Moment,
    describe_buffer,
    describe_fd,
    flags_text,
    signed,
)
from kernel.syscalls.control_messages import HEADER, UCRED, aligned
from kernel.syscalls.option_names import LEVELS
from kernel.syscalls.read_write import IOV_MAX, spans_of
from kernel.syscalls.socket_addresses import describe_sockaddr
from kernel.task.task import Call, Task

_MSGHDR, _MMSGHDR_SIZE, _EVERYTHING = struct.Struct("<7I"), 32, 0x7FFF_FFFF
_COUNT_AT = 12
"""Of msg_iovlen in struct msghdr."""
_MOST_BUFFERS = 4 * IOV_MAX
"""Of the messages of one call that are shown."""
_FLAGS = [(int(flag), flag.name) for flag in MessageFlag]
_TYPES = {SCM_RIGHTS: "SCM_RIGHTS", SCM_CREDENTIALS: "SCM_CREDENTIALS"}
Fields = list[tuple[str, Described]]


def _describe_control(task: Task, address: int, length: int) -> Described:
    try:
        data = task.memory.read(address, length)
    except SysError:
        return ("ptr", address)
    shown, at = [], 0
    while at + CMSG_HEADER <= len(data):
        size = HEADER.unpack_from(data, at)[0]
        shown.append(_describe_one(task, data[at:]))
        if size < CMSG_HEADER:
            break
        at += aligned(size)
    return ("array", shown, False) if shown else ("ptr", address)


def _describe_one(task: Task, data: bytes) -> Described:
    length, level, kind = HEADER.unpack_from(data)
    contents = data[CMSG_HEADER:length]
    is_known = level == SOL_SOCKET and kind in _TYPES
    type_text = _TYPES[kind] if is_known else f"{kind:#x} /* SCM_??? */"
    fields: Fields = [
        ("cmsg_len", ("int", length)),
        ("cmsg_level", ("flags", level, LEVELS.get(level) or f"{level:#x} /* SOL_??? */")),
        ("cmsg_type", ("flags", kind, type_text)),
    ]
    if is_known and kind == SCM_RIGHTS:
        numbers = struct.unpack(f"<{len(contents) // 4}i", contents[: len(contents) & ~3])
        shown = [describe_fd(task, number) for number in numbers]
        fields += [("cmsg_data", ("array", shown, False))] if shown else []
    elif is_known:
        if len(contents) >= UCRED.size:
            fields.append(("cmsg_data", describe_ucred(contents)))
    elif contents and level != SOL_SOCKET:
        fields.append(("cmsg_data", ("bytes", contents.decode("latin-1"), False)))
    return ("struct", fields, False)


def describe_ucred(data: bytes) -> Described:
    """struct ucred."""
    pid, uid, gid = UCRED.unpack(data[: UCRED.size])
    fields = [("pid", ("int", pid)), ("uid", ("int", signed(uid))), ("gid", ("int", signed(gid)))]
    return ("struct", fields, False)


def describe_message(
    task: Task, address: int, moved: int, name_room: int | None = None
) -> Described:
    """A msghdr whose buffers hold `moved` octets; `name_room` is msg_namelen before the call."""
    name, name_length, vector, count, control, control_length, flags = _MSGHDR.unpack(
        task.memory.read(address, _MSGHDR.size)
    )
    room = name_length if name_room is None or not name else name_room
    length = f"{room} => {name_length}" if room != name_length else f"{name_length}"
    fields: Fields = [
        ("msg_name", describe_sockaddr(task, name, min(room, name_length))),
        ("msg_namelen", ("text", length)),
        ("msg_iov", _describe_vector(task, vector, count, moved)),
        ("msg_iovlen", ("int", count)),
    ]
    if control_length:
        fields.append(("msg_control", _describe_control(task, control, control_length)))
    fields.append(("msg_controllen", ("int", control_length)))
    fields.append(("msg_flags", ("flags", flags, flags_text(_FLAGS, flags, "0"))))
    return ("struct", fields, False)


def _describe_vector(task: Task, vector: int, count: int, moved: int) -> Described:
    try:
        spans = spans_of(task, vector, count)
    except SysError:
        return ("ptr", vector)
    shown: list[Described] = []
    for start, length in spans:
        base = describe_buffer(task, start, min(length, moved))
        shown.append(("struct", [("iov_base", base), ("iov_len", ("int", length))], False))
        moved -= min(length, moved)
    return ("array", shown, False)


def _describe_sent(task: Task, address: int) -> Described:
    return describe_message(task, address, _EVERYTHING)


class _ReceivedMessage(Argument):
    """The header as recvmsg(2) leaves it."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if call.result >= 0:
            return describe_message(task, address, call.result, call.noted)
        try:
            length = task.memory.read_word(address + 4)
        except SysError:
            return ("ptr", address)
        return ("struct", [("msg_namelen", ("int", signed(length)))], False)


class _MessagesArgument(Argument):
    """An array of struct mmsghdr: those that went through, with the octets of each."""

    moment = Moment.EXIT

    def __init__(self, filled: bool) -> None:
        self.filled = filled

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, count = call.words[word], call.words[word + 1]
        if call.result < 0 and self.filled:
            return ("ptr", address)
        try:
            done = count if call.result < 0 else call.result
            end = address + done * _MMSGHDR_SIZE
            shown, buffers = [], 0
            while address < end and buffers < _MOST_BUFFERS:
                shown.append(self._one(task, address, call))
                buffers += 1 + task.memory.read_word(address + _COUNT_AT)
                address += _MMSGHDR_SIZE
        except SysError:
            return ("ptr", address)
        return ("array", shown, address < end)

    def _one(self, task: Task, address: int, call: Call) -> Described:
        length = task.memory.read_word(address + 28)
        moved = length if self.filled else _EVERYTHING
        header = describe_message(task, address, moved)
        fields: Fields = [("msg_hdr", header)]
        if call.result >= 0:
            fields.append(("msg_len", ("int", length)))
        return ("struct", fields, False)


InMessage = Annotated[int, DescribedArgument(_describe_sent)]
OutMessage = Annotated[int, _ReceivedMessage()]
InMessages = Annotated[int, _MessagesArgument(filled=False)]
OutMessages = Annotated[int, _MessagesArgument(filled=True)]
