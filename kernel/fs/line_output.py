"""Output processing: what a terminal's screen gets for the octets that are written (OPOST)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.termios import TABDLY, XTABS, InputFlag, OutputFlag

if TYPE_CHECKING:
    from kernel.abi.termios import Termios

NEWLINE, RETURN, TAB, BACKSPACE = 10, 13, 9, 8
_SELDOM = OutputFlag.OCRNL | OutputFlag.ONOCR | OutputFlag.ONLRET | OutputFlag.OLCUC


def is_control(octet: int) -> bool:
    """The kernel's iscntrl(): ASCII's control characters."""
    return octet < 32 or octet == 127


def upper(octet: int) -> int:
    """The kernel's toupper(), of Latin-1."""
    return octet - 32 if 97 <= octet <= 122 or (octet >= 223 and octet != 247) else octet


def lower(octet: int) -> int:
    """The kernel's tolower(), of Latin-1."""
    return octet + 32 if 65 <= octet <= 90 or (192 <= octet <= 222 and octet != 215) else octet


class LineOutput:
    """`column` is where the cursor stands, `line_column` where the line being typed began."""

    def __init__(self) -> None:
        self.column = 0
        self.line_column = 0

    def back(self) -> None:
        """The cursor goes left by one, as far as that is possible."""
        self.column = max(0, self.column - 1)

    def process(self, data: bytes, termios: Termios) -> bytes:
        """What is sent to the screen for these octets."""
        flags = termios.oflag
        if not flags & OutputFlag.OPOST:
            return data
        if flags & _SELDOM or flags & TABDLY == XTABS or not flags & OutputFlag.ONLCR:
            return b"".join(self._process(octet, termios) for octet in data)
        last = max(data.rfind(b"\n"), data.rfind(b"\r"))
        if last >= 0:
            self.column = self.line_column = 0
        for octet in data[last + 1 :]:
            self._process(octet, termios)
        return data.replace(b"\n", b"\r\n")

    def _process(self, octet: int, termios: Termios) -> bytes:
        flags = termios.oflag
        if octet == NEWLINE:
            return self._newline(flags)
        if octet == RETURN:
            return self._return(flags)
        if octet == TAB:
            width = 8 - self.column % 8
            self.column += width
            return b" " * width if flags & TABDLY == XTABS else b"\t"
        if octet == BACKSPACE:
            self.back()
        elif not is_control(octet):
            if flags & OutputFlag.OLCUC:
                octet = upper(octet)
            if not (termios.iflag & InputFlag.IUTF8 and octet & 0xC0 == 0x80):
                self.column += 1
        return bytes([octet])

    def _newline(self, flags: int) -> bytes:
        if flags & (OutputFlag.ONLRET | OutputFlag.ONLCR):
            self.column = 0
        self.line_column = self.column
        return b"\r\n" if flags & OutputFlag.ONLCR else b"\n"

    def _return(self, flags: int) -> bytes:
        if flags & OutputFlag.ONOCR and self.column == 0:
            return b""
        if flags & OutputFlag.OCRNL:
            if flags & OutputFlag.ONLRET:
                self.column = self.line_column = 0
            return b"\n"
        self.column = self.line_column = 0
        return b"\r"
