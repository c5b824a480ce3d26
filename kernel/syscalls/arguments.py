"""Arguments: how a register word becomes a value, and how a trace shows it.

A system-call function is annotated with the names at the bottom of this file and of `structures`:
`def read(task: Task, file: File, buffer: OutBytes, count: Size) -> int`. Pointers arrive as plain
addresses (int); the function reads and writes through `task.memory`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD
from kernel.errors import SysError
from kernel.events import Described
from kernel.fs.open_file import OpenFile

if TYPE_CHECKING:
    from kernel.task.task import Call, Task

DESCRIBED_BYTES = 4096
"""Octets of a string or buffer that an event keeps; views cut further."""


class Moment(Enum):
    """When an argument can be described."""

    ENTRY = "entry"
    EXIT = "exit"


def signed(word: int) -> int:
    """A 32-bit word as a signed number."""
    return word - (1 << 32) if word & 0x8000_0000 else word


class Argument:
    """One argument. `words` registers hold it; `moment` tells when a trace can print it.

    Subclasses override `decode` (and set `plain` to False) where the function wants more than the
    unsigned word, and `describe_value` for the trace.
    """

    words = 1
    moment = Moment.ENTRY
    plain = True
    changes = False
    """Whether the call may change in place what was described at entry (`describe_change`)."""

    def expression(self, word: int) -> str:
        """Python source that decodes word number `word` of the tuple `w`."""
        return f"w[{word}]" if self.plain else f"decode{word}(task, w[{word}])"

    def decode(self, task: Task, word: int) -> Any:
        """The value for the function; raises SysError for one that can be refused here."""
        return word

    def is_late(self, call: Call, word: int) -> bool:
        """Whether it can be described only when the call ends."""
        return self.moment is Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        """What a trace prints; `call` has all words and, at exit, the result."""
        return self.describe_value(task, call, call.words[word])

    def describe_change(self, task: Task, call: Call, word: int) -> Described | None:
        """What a trace adds at exit to an argument described at entry: `{…} => {…}`."""
        return None

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        """The same for a bare value, so that it serves results too."""
        return ("int", value)


class SignedArgument(Argument):
    """A C int."""

    plain = False

    def expression(self, word: int) -> str:
        return f"((w[{word}] ^ 0x80000000) - 0x80000000)"

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("int", signed(value))


class HexArgument(Argument):
    """A number best read in hexadecimal."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("hex", value)


class PointerArgument(Argument):
    """An address that is only passed on."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("ptr", value)


class OctalArgument(Argument):
    """File mode bits."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("oct", value & 0xFFFF)


class LongLongArgument(Argument):
    """A signed 64-bit number in two registers, low word first."""

    words = 2
    plain = False

    def expression(self, word: int) -> str:
        return f"decode{word}(task, w[{word}] | w[{word + 1}] << 32)"

    def decode(self, task: Task, word: int) -> int:
        return word - (1 << 64) if word & 1 << 63 else word

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return ("int", self.decode(task, call.words[word] | call.words[word + 1] << 32))


def describe_fd(task: Task, number: int) -> Described:
    """A descriptor with the path behind it, for views that show paths."""
    if number == AT_FDCWD:
        return ("flags", number, "AT_FDCWD")
    file = task.files.find(number)
    return ("fd", number, None if file is None else file.path)


class FdNumberArgument(Argument):
    """A descriptor as a number (dup2's target, close, *at's folder): a signed int."""

    def expression(self, word: int) -> str:
        return f"((w[{word}] ^ 0x80000000) - 0x80000000)"

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return describe_fd(task, signed(value))


class FileArgument(FdNumberArgument):
    """A descriptor that must be open: the function gets the OpenFile; EBADF otherwise."""

    plain = False

    def expression(self, word: int) -> str:
        return f"task.files.get(w[{word}])"


class PathArgument(Argument):
    """A pathname: the function gets bytes without the NUL. EFAULT, ENAMETOOLONG."""

    plain = False

    def decode(self, task: Task, word: int) -> bytes:
        return task.memory.read_path(word)

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return describe_string(task, value, "path")


def describe_string(task: Task, address: int, kind: str = "bytes") -> Described:
    """A NUL-terminated string, or the pointer where it cannot be read."""
    if not address:
        return ("ptr", 0)
    try:
        text, ended = task.memory.peek_string(address, DESCRIBED_BYTES)
    except SysError:
        return ("ptr", address)
    return (kind, text.decode("latin-1"), not ended)


def describe_buffer(task: Task, address: int, length: int) -> Described:
    """`length` octets, or the pointer where they cannot be read."""
    if not address:
        return ("ptr", 0)
    kept = min(length, DESCRIBED_BYTES)
    try:
        data = task.memory.read(address, kept)
    except SysError:
        return ("ptr", address)
    return ("bytes", data.decode("latin-1"), length > kept)


class InBytesArgument(Argument):
    """A buffer to read from, whose length is the next word."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        return describe_buffer(task, call.words[word], call.words[word + 1])


class OutBytesArgument(Argument):
    """A buffer to fill, described by what was filled: as many octets as the result."""

    moment = Moment.EXIT

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if call.result < 0:
            return ("ptr", call.words[word])
        return describe_buffer(task, call.words[word], call.result)


class StringsArgument(Argument):
    """A NULL-terminated array of strings (argv)."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        if not value:
            return ("ptr", 0)
        try:
            pointers = task.memory.read_pointers(value)
        except SysError:
            return ("ptr", value)
        return ("array", [describe_string(task, pointer) for pointer in pointers], False)


class EnvironmentArgument(Argument):
    """envp: the pointer, and how many variables there are; or all of them."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        try:
            pointers = task.memory.read_pointers(value)
        except SysError:
            return ("ptr", value)
        count = len(pointers)
        brief = ("text", f"{value:#x} /* {count} var{'' if count == 1 else 's'} */")
        strings = [describe_string(task, pointer) for pointer in pointers]
        return ("brief", brief, ("array", strings, False))


class FlagsArgument(Argument):
    """A set of bits: names joined by |, the unknown rest in hexadecimal.

    Where no bit has a name, `prefix` (as of ChoiceArgument), if given, says what was expected.
    """

    def __init__(self, flags: type[Enum], zero: str = "0", prefix: str = "") -> None:
        self.names = [(int(item.value), item.name) for item in flags]
        self.zero = zero
        self.prefix = prefix

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        text = flags_text(self.names, value, self.zero)
        if self.prefix and value and text == f"{value:#x}":
            text += f" /* {self.prefix}??? */"
        return ("flags", value, text)


def flags_text(names: list[tuple[int, str]], value: int, zero: str = "0") -> str:
    """`A|B|0x40`, in the order of the table; `zero` for 0."""
    parts, rest = [], value
    for bits, name in names:
        if bits and rest & bits == bits:
            parts.append(name)
            rest &= ~bits
    if rest:
        parts.append(f"{rest:#x}")
    return "|".join(parts) or zero


class ChoiceArgument(Argument):
    """One of several named values; others in hexadecimal with the prefix commented, as strace."""

    def __init__(self, choices: type[Enum], prefix: str) -> None:
        self.names = {int(item.value): item.name for item in choices}
        self.prefix = prefix

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        name = self.names.get(value) or self.names.get(signed(value))
        return ("flags", value, name or f"{value:#x} /* {self.prefix}??? */")


class SignalArgument(Argument):
    """A signal number, 0 included."""

    def expression(self, word: int) -> str:
        return f"((w[{word}] ^ 0x80000000) - 0x80000000)"

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        return ("signal", signed(value))


class DescribedArgument(Argument):
    """A pointer to something: described by a function of (task, address), NULL as NULL.

    With moment EXIT it is something the call writes; after a failed call only the address shows.
    """

    def __init__(
        self, describe: Callable[[Task, int], Described], moment: Moment = Moment.ENTRY
    ) -> None:
        self.moment = moment
        self._describe = describe

    def describe(self, task: Task, call: Call, word: int) -> Described:
        address = call.words[word]
        if not address or (self.moment is Moment.EXIT and call.result < 0):
            return ("ptr", address)
        try:
            return self._describe(task, address)
        except SysError:
            return ("ptr", address)


def enum_of(kind: type[Enum], value: int, errno: Errno = Errno.EINVAL) -> Any:
    """The member with this value; SysError(errno) where there is none."""
    try:
        return kind(value)
    except ValueError:
        raise SysError(errno) from None


Int = Annotated[int, SignedArgument()]
Size = Annotated[int, Argument()]
Hex = Annotated[int, HexArgument()]
Pointer = Annotated[int, PointerArgument()]
Mode = Annotated[int, OctalArgument()]
LongLong = Annotated[int, LongLongArgument()]
Fd = Annotated[int, FdNumberArgument()]
File = Annotated[OpenFile, FileArgument()]
Path = Annotated[bytes, PathArgument()]
InBytes = Annotated[int, InBytesArgument()]
OutBytes = Annotated[int, OutBytesArgument()]
Strings = Annotated[int, StringsArgument()]
Environment = Annotated[int, EnvironmentArgument()]
SignalNumber = Annotated[int, SignalArgument()]
