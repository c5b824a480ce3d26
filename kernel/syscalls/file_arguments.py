"""Arguments of the file calls as a trace shows them, names in the order that strace has them in."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.files import O_ACCMODE, O_SYNC, O_TMPFILE, AtFlag, OpenFlag, Whence
from kernel.events import Described
from kernel.fs.attributes import UNCHANGED
from kernel.syscalls.arguments import Argument, ChoiceArgument, LongLongArgument, flags_text
from kernel.task.task import Call, Task

Names = tuple[tuple[int, str], ...]

OPEN_NAMES: Names = (
    *((int(flag), str(flag.name)) for flag in (
        OpenFlag.O_CREAT, OpenFlag.O_EXCL, OpenFlag.O_NOCTTY, OpenFlag.O_TRUNC, OpenFlag.O_APPEND,
        OpenFlag.O_NONBLOCK)),
    (O_SYNC, "O_SYNC"),
    *((int(flag), str(flag.name)) for flag in (
        OpenFlag.O_DSYNC, OpenFlag.O_DIRECT, OpenFlag.O_LARGEFILE, OpenFlag.O_NOFOLLOW,
        OpenFlag.O_NOATIME, OpenFlag.O_CLOEXEC, OpenFlag.O_PATH)),
    (O_TMPFILE, "O_TMPFILE"),
    (O_TMPFILE & ~int(OpenFlag.O_DIRECTORY), "__O_TMPFILE"),
    (int(OpenFlag.O_DIRECTORY), "O_DIRECTORY"),
    (int(OpenFlag.O_ASYNC), "FASYNC"),
)  # fmt: skip
_ACCESS_MODES = ("O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE")
AT_NAMES: Names = (
    (AtFlag.AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"),
    (AtFlag.AT_REMOVEDIR, "AT_REMOVEDIR"),
    (AtFlag.AT_SYMLINK_FOLLOW, "AT_SYMLINK_FOLLOW"),
    (AtFlag.AT_NO_AUTOMOUNT, "AT_NO_AUTOMOUNT"),
    (AtFlag.AT_EMPTY_PATH, "AT_EMPTY_PATH"),
    (0x8000, "AT_RECURSIVE"),
)


def open_flags_text(value: int) -> str:
    """Flags of open(2): the access mode first."""
    rest = flags_text(list(OPEN_NAMES), value & ~O_ACCMODE, "")
    mode = _ACCESS_MODES[value & O_ACCMODE]
    return f"{mode}|{rest}" if rest else mode


class OpenFlagsArgument(Argument):
    """Flags of open(2)."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("flags", value, open_flags_text(value))


class CreationModeArgument(Argument):
    """The mode of open(2): shown only where the flags, the word before, make it count."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        flags = call.words[word - 1]
        if flags & OpenFlag.O_CREAT or flags & O_TMPFILE & ~OpenFlag.O_DIRECTORY:
            return ("oct", call.words[word] & 0xFFFF)
        return ("omit",)


class OwnerArgument(Argument):
    """A uid or gid of `bits` bits; all ones are -1, "leave it"."""

    plain = False

    def __init__(self, bits: int) -> None:
        self.mask = (1 << bits) - 1

    def decode(self, task: Task, word: int) -> int:
        return UNCHANGED if word & self.mask == self.mask else word & self.mask

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        number = value & self.mask
        return ("int", -1 if number == self.mask else number)


class UnsignedLongLongArgument(LongLongArgument):
    """A signed 64-bit number that strace shows as unsigned."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return ("int", call.words[word] | call.words[word + 1] << 32)


class NamedFlagsArgument(Argument):
    """Bits with names in strace's order; nothing but unknown bits is followed by `/* X_??? */`."""

    def __init__(self, names: Names, zero: str = "0", unknown: str = "") -> None:
        self.names = names
        self.zero = zero
        self.unknown = unknown

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("flags", value, self.text(value))

    def text(self, value: int) -> str:
        """The symbolic form."""
        known = any(value & bits == bits for bits, _ in self.names if bits)
        if value and not known and self.unknown:
            return f"{value:#x} /* {self.unknown} */"
        return flags_text(list(self.names), value, self.zero)


AtFlags = Annotated[int, NamedFlagsArgument(AT_NAMES)]
OpenFlags = Annotated[int, OpenFlagsArgument()]
CreationMode = Annotated[int, CreationModeArgument()]
Owner = Annotated[int, OwnerArgument(32)]
Owner16 = Annotated[int, OwnerArgument(16)]
Length = Annotated[int, UnsignedLongLongArgument()]
Seek = Annotated[int, ChoiceArgument(Whence, "SEEK_")]
