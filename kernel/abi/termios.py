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
BOTHER = 0o10000
"""In the place of a code: the speed is the number in termios2."""
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


class PacketStatus(IntEnum):
    """The first octet that a master reads in packet mode; 0 before data (ioctl_tty(2))."""

    TIOCPKT_DATA = 0
    TIOCPKT_FLUSHREAD = 1
    TIOCPKT_FLUSHWRITE = 2
    TIOCPKT_STOP = 4
    TIOCPKT_START = 8
    TIOCPKT_NOSTOP = 16
    TIOCPKT_DOSTOP = 32


class FlowAction(IntEnum):
    """What TCXONC does."""

    TCOOFF = 0
    TCOON = 1
    TCIOFF = 2
    TCION = 3


TERMIOS = struct.Struct("<4IB19s")
TERMIO = struct.Struct("<4HB8sx")
"""System V's struct termio: the low halves of the flags, and eight characters."""
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

    speeds: tuple[int, int] = (38400, 38400)
    """Input and output, in bits per second; a pseudo-terminal has none, but remembers them."""

    def replaced(self, data: bytes) -> "Termios":
        """These settings after a struct termios has come: other speeds only by their codes."""
        words = TERMIOS.unpack_from(data)
        code, input_code = words[2] & CBAUD, words[2] >> IBSHIFT & CBAUD
        speed = self.speeds[1] if code == BOTHER else speed_of(code)
        input_speed = speed_of(input_code) if input_code not in (0, BOTHER) else speed
        return replace(Termios(*words), speeds=(input_speed, speed))

    @classmethod
    def unpack2(cls, data: bytes) -> "Termios":
        """From a struct termios2: the code BOTHER means the number behind the rest."""
        words, (input_speed, speed) = TERMIOS.unpack_from(data), _SPEEDS.unpack_from(data, 36)
        code, input_code = words[2] & CBAUD, words[2] >> IBSHIFT & CBAUD
        speed = speed if code == BOTHER else speed_of(code)
        if input_code != BOTHER:
            input_speed = speed_of(input_code) if input_code else speed
        return replace(cls(*words), speeds=(input_speed, speed))

    def with_termio(self, data: bytes) -> "Termios":
        """These settings after a struct termio has come."""
        *low, line, characters = TERMIO.unpack(data)
        high = (self.iflag, self.oflag, self.cflag, self.lflag)
        flags = [old & 0xFFFF_0000 | new for old, new in zip(high, low, strict=True)]
        every = characters + self.characters[len(characters) :]
        return self.replaced(TERMIOS.pack(*flags, line, every))

    def pack(self) -> bytes:
        """As the kernel's struct termios."""
        return TERMIOS.pack(
            self.iflag, self.oflag, self.cflag, self.lflag, self.line, self.characters
        )

    def pack2(self) -> bytes:
        """As struct termios2."""
        return self.pack() + _SPEEDS.pack(*self.speeds)

    def pack_termio(self) -> bytes:
        """As struct termio."""
        flags = (self.iflag, self.oflag, self.cflag, self.lflag)
        return TERMIO.pack(*(word & 0xFFFF for word in flags), self.line, self.characters[:8])

    def character(self, which: ControlCharacter) -> int:
        """A control character; 0 where it is disabled."""
        return self.characters[which]

    def with_control(self, cflag: int) -> "Termios":
        """The same with other control flags."""
        return replace(self, cflag=cflag)

    def with_local(self, lflag: int) -> "Termios":
        """The same with other local flags."""
        return replace(self, lflag=lflag)
