"""How a trace shows keys, flags, commands and structures of System V IPC."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Annotated

from kernel.abi import ipc as abi
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    FlagsArgument,
    SignedArgument,
    flags_text,
    signed,
)
from kernel.task.task import Call, Task

Fields = list[tuple[str, Described]]
_GET_FLAGS = [(abi.IPC_CREAT, "IPC_CREAT"), (abi.IPC_EXCL, "IPC_EXCL")]
_SHM_FLAGS = [*_GET_FLAGS, (abi.SHM_HUGETLB, "SHM_HUGETLB"), (abi.SHM_NORESERVE, "SHM_NORESERVE")]
_ATTACH_FLAGS = [
    (abi.SHM_RDONLY, "SHM_RDONLY"), (abi.SHM_RND, "SHM_RND"), (abi.SHM_REMAP, "SHM_REMAP"),
    (abi.SHM_EXEC, "SHM_EXEC"),
]  # fmt: skip
_MESSAGE_FLAGS = [
    (abi.MSG_NOERROR, "MSG_NOERROR"), (abi.MSG_EXCEPT, "MSG_EXCEPT"), (abi.MSG_COPY, "MSG_COPY"),
    (abi.IPC_NOWAIT, "IPC_NOWAIT"),
]  # fmt: skip
_SEM_FLAGS = [(abi.SEM_UNDO, "SEM_UNDO"), (abi.IPC_NOWAIT, "IPC_NOWAIT")]


class _KeyArgument(SignedArgument):
    """IPC_PRIVATE, or a number: a key_t is signed."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("hex", value) if value else ("flags", 0, "IPC_PRIVATE")


class _GetFlags(Argument):
    """IPC_CREAT and IPC_EXCL, then permissions in octal."""

    def __init__(self, names: list[tuple[int, str]]) -> None:
        self.names = names

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        known = value & ~0o777 & sum(bit for bit, _ in self.names)
        rest = value & ~known
        parts = [flags_text(self.names, known)] if known else []
        return ("flags", value, "|".join([*parts, f"0{rest:02o}"]))


class _NamedFlags(FlagsArgument):
    """Bits with names."""

    def __init__(self, names: list[tuple[int, str]]) -> None:
        self.names = names
        self.zero, self.prefix = "0", ""


class _LateFlags(_NamedFlags):
    """The same, printed when the call ends, for what stands before it is, too."""

    def is_late(self, call: Call, word: int) -> bool:
        return True


class _CommandArgument(Argument):
    """A command, with IPC_64 if the program says so."""

    def __init__(self, commands: type[IntEnum], unknown: str) -> None:
        self.names = {int(command): command.name for command in commands}
        self.unknown = unknown

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        plain = value & ~abi.IPC_64
        name = self.names.get(plain) or f"{plain:#x} /* {self.unknown} */"
        return ("flags", value, f"IPC_64|{name}" if value & abi.IPC_64 else name)


# ---- structures --------------------------------------------------------------------------------


def permissions(task: Task, address: int, is_whole: bool) -> Described:
    """struct ipc64_perm, or what IPC_SET sets of it."""
    key, uid, gid, cuid, cgid, mode, *_ = abi.PERMISSION.unpack(
        task.memory.read(address, abi.PERMISSION.size)
    )
    fields: Fields = [("uid", ("int", uid)), ("gid", ("int", gid))]
    fields.append(("mode", ("text", f"0{mode:o}" if mode else "000")))
    if is_whole:
        fields.append(("key", ("hex", key & 0xFFFF_FFFF)))
        fields += [("cuid", ("int", cuid)), ("cgid", ("int", cgid))]
    return ("struct", fields, False)


def _numbers(prefix: str, **values: int) -> Fields:
    return [(f"{prefix}{name}", ("int", value)) for name, value in values.items()]


def _queue(task: Task, address: int) -> Described:
    words = abi.MESSAGE_QUEUE.unpack(task.memory.read(address + 36, abi.MESSAGE_QUEUE.size))
    fields: Fields = [("msg_perm", permissions(task, address, is_whole=True))]
    fields += _numbers(
        "msg_", stime=words[0], rtime=words[2], ctime=words[4], qnum=words[7], qbytes=words[8],
        lspid=words[9], lrpid=words[10],
    )  # fmt: skip
    return ("struct", fields, False)


def _queue_to_set(task: Task, address: int) -> Described:
    words = abi.MESSAGE_QUEUE.unpack(task.memory.read(address + 36, abi.MESSAGE_QUEUE.size))
    fields: Fields = [("msg_perm", permissions(task, address, is_whole=False))]
    return ("struct", [*fields, *_numbers("msg_", qbytes=words[8])], False)


def _queue_info(task: Task, address: int) -> Described:
    words = abi.MESSAGE_INFO.unpack(task.memory.read(address, abi.MESSAGE_INFO.size))
    names = ("pool", "map", "max", "mnb", "mni", "ssz", "tql", "seg")
    fields = _numbers("msg", **dict(zip(names, words, strict=True)))
    return ("struct", fields, False)


def _set(task: Task, address: int) -> Described:
    words = abi.SEMAPHORE_SET.unpack(task.memory.read(address + 36, abi.SEMAPHORE_SET.size))
    fields: Fields = [("sem_perm", permissions(task, address, is_whole=True))]
    fields += _numbers("sem_", otime=words[0], ctime=words[2], nsems=words[4])
    return ("struct", fields, False)


def _set_to_set(task: Task, address: int) -> Described:
    return ("struct", [("sem_perm", permissions(task, address, is_whole=False))], False)


def _set_info(task: Task, address: int) -> Described:
    words = abi.SEMAPHORE_INFO.unpack(task.memory.read(address, abi.SEMAPHORE_INFO.size))
    names = ("map", "mni", "mns", "mnu", "msl", "opm", "ume", "usz", "vmx", "aem")
    return ("struct", _numbers("sem", **dict(zip(names, words, strict=True))), False)


def _segment(task: Task, address: int) -> Described:
    words = abi.SHARED_SEGMENT.unpack(task.memory.read(address + 36, abi.SHARED_SEGMENT.size))
    fields: Fields = [("shm_perm", permissions(task, address, is_whole=True))]
    fields += _numbers(
        "shm_", segsz=words[0], cpid=words[7], lpid=words[8], nattch=words[9], atime=words[1],
        dtime=words[3], ctime=words[5],
    )  # fmt: skip
    return ("struct", fields, False)


def _segment_to_set(task: Task, address: int) -> Described:
    return ("struct", [("shm_perm", permissions(task, address, is_whole=False))], False)


def _segment_limits(task: Task, address: int) -> Described:
    words = abi.SHARED_LIMITS.unpack(task.memory.read(address, abi.SHARED_LIMITS.size))
    names = ("max", "min", "mni", "seg", "all")
    return ("struct", _numbers("shm", **dict(zip(names, words[:5], strict=True))), False)


def _segment_info(task: Task, address: int) -> Described:
    words = abi.SHARED_INFO.unpack(task.memory.read(address, abi.SHARED_INFO.size))
    names = ("used_ids", "shm_tot", "shm_rss", "shm_swp", "swap_attempts", "swap_successes")
    return ("struct", _numbers("", **dict(zip(names, words, strict=True))), False)


class _ControlBuffer(Argument):
    """The structure that a command reads or stores; `shown` describes it by the command's name."""

    def __init__(self, commands: type[IntEnum], **shown: Callable[[Task, int], Described]) -> None:
        self.names = {int(command): command.name for command in commands}
        self.shown = shown

    def _command(self, call: Call, word: int) -> str:
        return self.names.get(call.words[word - 1] & ~abi.IPC_64, "")

    def is_late(self, call: Call, word: int) -> bool:
        name = self._command(call, word)
        return name in self.shown and name != "IPC_SET"

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, name = call.words[word], self._command(call, word)
        if name not in self.shown or (call.result < 0 and name != "IPC_SET") or not address:
            return self.plain_form(call, address)
        try:
            return self.shown[name](task, address)
        except SysError:
            return ("ptr", address)

    def plain_form(self, call: Call, value: int) -> Described:
        """A pointer that says nothing."""
        return ("ptr", value)


class _SemaphoreBuffer(_ControlBuffer):
    """semctl's fourth argument; through ipc(2), which points to it, it stands in brackets."""

    def plain_form(self, call: Call, value: int) -> Described:
        return ("array", [("ptr", value)], False) if call.number == _IPC else ("ptr", value)


_IPC = 117


class _OperationsArgument(Argument):
    """An array of struct sembuf whose length is the next word."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address, count = call.words[word], call.words[word + 1]
        try:
            data = task.memory.read(address, min(count, abi.SEMOPM) * abi.SEMBUF.size)
        except SysError:
            return ("ptr", address)
        shown: list[Described] = []
        for number, change, flags in abi.SEMBUF.iter_unpack(data):
            text = flags_text(_SEM_FLAGS, flags & 0xFFFF)
            fields: Fields = [("sem_num", ("int", number)), ("sem_op", ("int", change))]
            fields.append(("sem_flg", ("flags", flags & 0xFFFF, text)))
            shown.append(("struct", fields, False))
        return ("array", shown, False)


class _MessageArgument(Argument):
    """struct msgbuf: `filled` by the call, or read by it.

    Its text has as many octets as the next word says, whatever was received.
    """

    def __init__(self, filled: bool) -> None:
        self.filled = filled

    def is_late(self, call: Call, word: int) -> bool:
        return self.filled

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        size = call.words[word + 1]
        if self.filled and call.result < 0:
            return ("ptr", address)
        try:
            type = signed(task.memory.read_word(address))
            kept = min(size, abi.MSGMAX)
            shown = task.memory.read(address + 4, kept).decode("latin-1")
        except SysError:
            return ("ptr", address)
        text: Described = ("bytes", shown, False)
        return ("struct", [("mtype", ("int", type)), ("mtext", text)], False)


class _TypeArgument(Argument):
    """msgrcv's type, which ipc(2) keeps in memory: strace leaves it out where the call fails."""

    def is_late(self, call: Call, word: int) -> bool:
        return True

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.number == _IPC and call.result < 0:
            return ("omit",)
        return ("int", signed(call.words[word]))


Key = Annotated[int, _KeyArgument()]
GetFlags = Annotated[int, _GetFlags(_GET_FLAGS)]
ShmGetFlags = Annotated[int, _GetFlags(_SHM_FLAGS)]
AttachFlags = Annotated[int, _NamedFlags(_ATTACH_FLAGS)]
MessageFlags = Annotated[int, _NamedFlags(_MESSAGE_FLAGS)]
LateMessageFlags = Annotated[int, _LateFlags(_MESSAGE_FLAGS)]
MessageCommand = Annotated[int, _CommandArgument(abi.MessageControl, "MSG_???")]
SemaphoreCommand = Annotated[int, _CommandArgument(abi.SemaphoreControl, "SEM_???")]
SharedCommand = Annotated[int, _CommandArgument(abi.SharedControl, "SHM_???")]
MessageControlBuffer = Annotated[
    int,
    _ControlBuffer(
        abi.MessageControl,
        IPC_STAT=_queue, MSG_STAT=_queue, MSG_STAT_ANY=_queue, IPC_SET=_queue_to_set,
        IPC_INFO=_queue_info, MSG_INFO=_queue_info,
    ),
]  # fmt: skip
SemaphoreControlBuffer = Annotated[
    int,
    _SemaphoreBuffer(
        abi.SemaphoreControl,
        IPC_STAT=_set, SEM_STAT=_set, SEM_STAT_ANY=_set, IPC_SET=_set_to_set,
        IPC_INFO=_set_info, SEM_INFO=_set_info,
    ),
]  # fmt: skip
SharedControlBuffer = Annotated[
    int,
    _ControlBuffer(
        abi.SharedControl,
        IPC_STAT=_segment, SHM_STAT=_segment, SHM_STAT_ANY=_segment, IPC_SET=_segment_to_set,
        IPC_INFO=_segment_limits, SHM_INFO=_segment_info,
    ),
]  # fmt: skip
Operations = Annotated[int, _OperationsArgument()]
InMessage = Annotated[int, _MessageArgument(filled=False)]
OutMessage = Annotated[int, _MessageArgument(filled=True)]
MessageType = Annotated[int, _TypeArgument()]
