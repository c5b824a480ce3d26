"""Terminal ioctls as a trace shows them; what they do is the terminal's business."""

from __future__ import annotations

import struct
from enum import IntEnum

from kernel.abi import termios as abi
from kernel.abi.files import Ioctl
from kernel.abi.termios import (
    CBAUD,
    CSIZE,
    IBSHIFT,
    OUTPUT_DELAYS,
    TERMIOS,
    ControlFlag,
    FlowAction,
    FlushQueue,
    InputFlag,
    LocalFlag,
    OutputFlag,
    speed_of,
)
from kernel.events import Described
from kernel.syscalls.arguments import flags_text, signed
from kernel.syscalls.ioctl import ARGUMENTS, NAMES, VALUES, RequestArgument, describe_int
from kernel.task.task import Task

_ALL_DELAYS = sum(mask for mask, _, _ in OUTPUT_DELAYS)
_WINDOW_NAMES = ("ws_row", "ws_col", "ws_xpixel", "ws_ypixel")


def _names(flags: type[IntEnum]) -> list[tuple[int, str]]:
    return [(int(flag), flag.name) for flag in flags]


def _output_text(flags: int) -> str:
    delays = [names[(flags & mask) >> shift] for mask, shift, names in OUTPUT_DELAYS]
    return "|".join([*delays, flags_text(_names(OutputFlag), flags & ~_ALL_DELAYS, "")])


def _control_text(flags: int) -> str:
    parts = [f"B{speed_of(flags & CBAUD)}"]
    input_speed = flags >> IBSHIFT & CBAUD
    if input_speed:
        parts.append(f"B{speed_of(input_speed)}<<IBSHIFT")
    parts.append(f"CS{5 + (flags & CSIZE) // 0o20}")
    rest = flags & ~(CBAUD | CBAUD << IBSHIFT | CSIZE)
    return "|".join([*parts, flags_text(_names(ControlFlag), rest, "")])


def describe_termios(task: Task, address: int) -> Described:
    """A struct termios or termios2: its flags, as strace shortens it."""
    data = task.memory.read(address, abi.TERMIOS.size)
    iflag, oflag, cflag, lflag, _, _ = TERMIOS.unpack(data)
    fields: list[tuple[str, Described]] = [
        ("c_iflag", ("flags", iflag, flags_text(_names(InputFlag), iflag, ""))),
        ("c_oflag", ("flags", oflag, _output_text(oflag))),
        ("c_cflag", ("flags", cflag, _control_text(cflag))),
        ("c_lflag", ("flags", lflag, flags_text(_names(LocalFlag), lflag, ""))),
    ]
    return ("struct", fields, True)


def describe_window(task: Task, address: int) -> Described:
    """A struct winsize."""
    values = struct.unpack("<4H", task.memory.read(address, 8))
    fields = [(name, ("int", n)) for name, n in zip(_WINDOW_NAMES, values, strict=True)]
    return ("struct", fields, False)


def _describe_number(value: int) -> Described:
    return ("int", signed(value))


def _describe_flow(value: int) -> Described:
    return _choice(FlowAction, value)


def _describe_queue(value: int) -> Described:
    return _choice(FlushQueue, value)


def _choice(kind: type[IntEnum], value: int) -> Described:
    known = {int(item): item.name for item in kind}
    return ("flags", value, known.get(value, f"{value:#x} /* TC??? */"))


for _request in (Ioctl.TCGETS, Ioctl.TCGETS2):
    ARGUMENTS[_request] = RequestArgument(describe_termios, is_output=True)
for _request in (Ioctl.TCSETS, Ioctl.TCSETSW, Ioctl.TCSETSF):
    ARGUMENTS[_request] = RequestArgument(describe_termios, is_output=False)
for _request in (Ioctl.TCSETS2, Ioctl.TCSETSW2, Ioctl.TCSETSF2):
    ARGUMENTS[_request] = RequestArgument(describe_termios, is_output=False)
for _request in (
    Ioctl.TIOCGPGRP, Ioctl.TIOCGSID, Ioctl.TIOCOUTQ, Ioctl.TIOCGETD, Ioctl.TIOCGPTN,
    Ioctl.TIOCGPKT, Ioctl.TIOCGPTLCK, Ioctl.TIOCGEXCL, Ioctl.TIOCGSOFTCAR,
):  # fmt: skip
    ARGUMENTS[_request] = RequestArgument(describe_int, is_output=True)
for _request in (
    Ioctl.TIOCSPGRP, Ioctl.TIOCSETD, Ioctl.TIOCSPTLCK, Ioctl.TIOCPKT, Ioctl.TIOCSSOFTCAR,
):  # fmt: skip
    ARGUMENTS[_request] = RequestArgument(describe_int, is_output=False)
ARGUMENTS[Ioctl.TIOCGWINSZ] = RequestArgument(describe_window, is_output=True)
ARGUMENTS[Ioctl.TIOCSWINSZ] = RequestArgument(describe_window, is_output=False)
VALUES[Ioctl.TCSBRK] = VALUES[Ioctl.TCSBRKP] = VALUES[Ioctl.TIOCSCTTY] = _describe_number
VALUES[Ioctl.TCXONC] = _describe_flow
VALUES[Ioctl.TCFLSH] = _describe_queue
# a sound device's requests have the same numbers, and strace names both
NAMES[Ioctl.TCSETS] = "SNDCTL_TMR_START or TCSETS"
NAMES[Ioctl.TCSETSW] = "SNDCTL_TMR_STOP or TCSETSW"
NAMES[Ioctl.TCSETSF] = "SNDCTL_TMR_CONTINUE or TCSETSF"
