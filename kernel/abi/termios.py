"""Terminal settings: struct termios, its flags and control characters (termios(3))."""

import struct
from dataclasses import dataclass, replace
from enum import IntEnum


class InputFlag(IntEnum):
    """c_iflag."""

    IGNBRK = 0o1
    BRKINT = 0o2
    IGNPAR = 0o4
    PARMRK = 0o10
    INPCK = 0o20
    ISTRIP = 0o40
    INLCR = 0o100
    IGNCR = 0o200
    ICRNL = 0o400
    IUCLC = 0o1000
    IXON = 0o2000
    IXANY = 0o4000
    IXOFF = 0o10000
    IMAXBEL = 0o20000
    IUTF8 = 0o40000


class OutputFlag(IntEnum):
    """c_oflag without its delay fields, of which only XTABS (expand tabs) does anything."""

    OPOST = 0o1
    OLCUC = 0o2
    ONLCR = 0o4
    OCRNL = 0o10
    ONOCR = 0o20
    ONLRET = 0o40
    OFILL = 0o100
    OFDEL = 0o200


OUTPUT_DELAYS = (
    (0o400, 8, ("NL0", "NL1")),
    (0o3000, 9, ("CR0", "CR1", "CR2", "CR3")),
    (0o14000, 11, ("TAB0", "TAB1", "TAB2", "XTABS")),
    (0o20000, 13, ("BS0", "BS1")),
    (0o40000, 14, ("VT0", "VT1")),
    (0o100000, 15, ("FF0", "FF1")),
)
"""The delay fields of c_oflag: mask, shift, names of the values."""
TABDLY = 0o14000
XTABS = 0o14000


class ControlFlag(IntEnum):
    """c_cflag without the speeds and the character size."""

    CSTOPB = 0o100
    CREAD = 0o200
    PARENB = 0o400
    PARODD = 0o1000
    HUPCL = 0o2000
    CLOCAL = 0o4000
    CMSPAR = 0o10000000000
    CRTSCTS = 0o20000000000


CBAUD = 0o10017
CSIZE = 0o60
CS8 = 0o60
IBSHIFT = 16
B38400 = 0o17
_LOW_SPEEDS = (0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400)
_HIGH_SPEEDS = (
    0, 57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000,
    2500000, 3000000, 3500000, 4000000,
)  # fmt: skip


def speed_of(code: int) -> int:
    """Bits per second of a CBAUD code."""
    return (_HIGH_SPEEDS if code & 0o10000 else _LOW_SPEEDS)[code & 0o17]


class LocalFlag(IntEnum):
    """c_lflag, in the order in which strace names the bits."""

    ISIG = 0o1
    ICANON = 0o2
    XCASE = 0o4
    ECHO = 0o10
    ECHOE = 0o20
    ECHOK = 0o40
    ECHONL = 0o100
    NOFLSH = 0o200
    IEXTEN = 0o100000
    ECHOCTL = 0o1000
    ECHOPRT = 0o2000
    ECHOKE = 0o4000
    FLUSHO = 0o10000
    PENDIN = 0o40000
    TOSTOP = 0o400
    EXTPROC = 0o200000


class ControlCharacter(IntEnum):
    """Indices into c_cc."""

    VINTR = 0
    VQUIT = 1
    VERASE = 2
    VKILL = 3
    VEOF = 4
    VTIME = 5
    VMIN = 6
    VSWTC = 7
    VSTART = 8
    VSTOP = 9
    VSUSP = 10
    VEOL = 11
    VREPRINT = 12
    VDISCARD = 13
    VWERASE = 14
    VLNEXT = 15
    VEOL2 = 16


class FlushQueue(IntEnum):
    """What TCFLSH throws away."""

    TCIFLUSH = 0
    TCOFLUSH = 1
    TCIOFLUSH = 2


class FlowAction(IntEnum):
    """What TCXONC does."""

    TCOOFF = 0
    TCOON = 1
    TCIOFF = 2
    TCION = 3


TERMIOS = struct.Struct("<4IB19s")
_SPEEDS = struct.Struct("<II")
TERMIOS2_SIZE = TERMIOS.size + _SPEEDS.size
_STANDARD_CHARACTERS = bytes.fromhex("031c7f1504000100 11131a00120f17160000 00".replace(" ", ""))


@dataclass(frozen=True, slots=True)
class Termios:
    """A terminal's settings; frozen, replaced by TCSETS."""

    iflag: int = int(InputFlag.ICRNL | InputFlag.IXON)
    oflag: int = int(OutputFlag.OPOST | OutputFlag.ONLCR)
    cflag: int = int(B38400 | CS8 | ControlFlag.CREAD)
    lflag: int = int(
        LocalFlag.ISIG | LocalFlag.ICANON | LocalFlag.ECHO | LocalFlag.ECHOE | LocalFlag.ECHOK
        | LocalFlag.ECHOCTL | LocalFlag.ECHOKE | LocalFlag.IEXTEN
    )  # fmt: skip
    line: int = 0
    characters: bytes = _STANDARD_CHARACTERS

    @classmethod
    def unpack(cls, data: bytes) -> "Termios":
        """From a struct termios or termios2; the speeds of the latter are not kept."""
        return cls(*TERMIOS.unpack_from(data))

    def pack(self) -> bytes:
        """As the kernel's struct termios."""
        return TERMIOS.pack(
            self.iflag, self.oflag, self.cflag, self.lflag, self.line, self.characters
        )

    def pack2(self) -> bytes:
        """As struct termios2."""
        speed = speed_of(self.cflag & CBAUD)
        return self.pack() + _SPEEDS.pack(speed, speed)

    def character(self, which: ControlCharacter) -> int:
        """A control character; 0 where it is disabled."""
        return self.characters[which]

    def with_local(self, lflag: int) -> "Termios":
        """The same with other local flags."""
        return replace(self, lflag=lflag)
