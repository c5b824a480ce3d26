"""The line discipline: turns keys into lines, echoes them, and recognises the signal characters.

It is Linux's N_TTY as a plain value machine: octets go in, and what comes out is an echo for the
screen, signals for the foreground group, and input that can be read.

Omitted: parity marking, upper-case terminals (IUCLC, OLCUC, XCASE), ECHOPRT, EXTPROC.
"""

from __future__ import annotations

from kernel.abi.signals import Signal
from kernel.abi.termios import (
    TABDLY,
    XTABS,
    ControlCharacter,
    InputFlag,
    LocalFlag,
    OutputFlag,
    Termios,
)

LINE_MAX = 4095
"""Octets of a line in canonical mode; more are dropped."""
_NEWLINE, _RETURN, _TAB, _BACKSPACE, _BELL, _DELETE = 10, 13, 9, 8, 7, 127
_SELDOM = OutputFlag.OCRNL | OutputFlag.ONOCR | OutputFlag.ONLRET
_SIGNALS = (
    (ControlCharacter.VINTR, Signal.SIGINT),
    (ControlCharacter.VQUIT, Signal.SIGQUIT),
    (ControlCharacter.VSUSP, Signal.SIGTSTP),
)


class LineDiscipline:
    """`ready` can be read; in canonical mode `marks` are the lengths of the lines in it.

    A mark may be 0: an end of file on a line of its own. `editing` is the line being typed,
    `echo` the octets to be shown next, `column` where the cursor stands. `is_stopped` is set
    between the STOP and START characters.
    """

    def __init__(self) -> None:
        self.termios = Termios()
        self.ready = bytearray()
        self.marks: list[int] = []
        self.editing = bytearray()
        self.echo = bytearray()
        self.column = 0
        self._line_column = 0
        """Where the cursor stood when the first octet of `editing` was typed."""
        self.is_stopped = False
        self._is_literal = False

    # ---- settings ----------------------------------------------------------------------------

    @property
    def is_canonical(self) -> bool:
        return bool(self.termios.lflag & LocalFlag.ICANON)

    def change(self, termios: Termios) -> None:
        """New settings; what was typed before stays readable."""
        was_canonical = self.is_canonical
        self.termios = termios
        if was_canonical and not self.is_canonical:
            self.ready += self.editing
            self.editing.clear()
            self.marks.clear()
        elif not was_canonical and self.is_canonical and self.ready:
            self.marks = [len(self.ready)]
        if not termios.iflag & InputFlag.IXON:
            self.is_stopped = False

    def _is(self, octet: int, *which: ControlCharacter) -> bool:
        return octet != 0 and any(octet == self.termios.characters[index] for index in which)

    # ---- reading -----------------------------------------------------------------------------

    @property
    def has_line(self) -> bool:
        """Whether a read in canonical mode has something to return, if only an end of file."""
        return bool(self.marks)

    def take_line(self, count: int) -> bytes:
        """Up to `count` octets of the first line; b"" for an end of file. There must be one."""
        length = min(count, self.marks[0])
        if length == self.marks[0]:
            self.marks.pop(0)
        else:
            self.marks[0] -= length
        return self.take(length)

    def take(self, count: int) -> bytes:
        """Up to `count` octets, whatever the lines."""
        taken = bytes(self.ready[:count])
        del self.ready[:count]
        return taken

    def flush_input(self) -> None:
        """Forget everything typed and not read."""
        self.ready.clear()
        self.marks.clear()
        self.editing.clear()

    # ---- typing ------------------------------------------------------------------------------

    def receive(self, octet: int) -> Signal | None:
        """One octet was typed; the result is a signal for the foreground group, if any."""
        flags, local = self.termios.iflag, self.termios.lflag
        if flags & InputFlag.ISTRIP:
            octet &= 0x7F
        if self._is_literal:
            self._is_literal = False
            self._insert(octet)
            return None
        if flags & InputFlag.IXON and self._flow(octet):
            return None
        if local & LocalFlag.ISIG:
            for which, signal in _SIGNALS:
                if self._is(octet, which):
                    self._interrupt(octet)
                    return signal
        if octet == _RETURN:
            if flags & InputFlag.IGNCR:
                return None
            if flags & InputFlag.ICRNL:
                octet = _NEWLINE
        elif octet == _NEWLINE and flags & InputFlag.INLCR:
            octet = _RETURN
        if not (local & LocalFlag.ICANON and self._edit(octet)):
            self._insert(octet)
        return None

    def _flow(self, octet: int) -> bool:
        if self._is(octet, ControlCharacter.VSTART):
            self.is_stopped = False
        elif self._is(octet, ControlCharacter.VSTOP):
            self.is_stopped = True
        else:
            if self.termios.iflag & InputFlag.IXANY:
                self.is_stopped = False
            return False
        return True

    def _interrupt(self, octet: int) -> None:
        if not self.termios.lflag & LocalFlag.NOFLSH:
            self.flush_input()
            self.echo.clear()
        self.is_stopped = False
        if self.termios.lflag & LocalFlag.ECHO:
            self._show(octet)

    def _edit(self, octet: int) -> bool:
        """Act on an editing character; False for one that belongs into the line."""
        extended = self.termios.lflag & LocalFlag.IEXTEN
        if self._is(octet, ControlCharacter.VERASE):
            self._erase(self._last_character())
        elif self._is(octet, ControlCharacter.VKILL):
            self._kill(octet)
        elif extended and self._is(octet, ControlCharacter.VWERASE):
            self._erase(self._last_word())
        elif extended and self._is(octet, ControlCharacter.VLNEXT):
            self._is_literal = True
            if self.termios.lflag & LocalFlag.ECHO and self.termios.lflag & LocalFlag.ECHOCTL:
                self.echo += b"^\b"
        elif extended and self._is(octet, ControlCharacter.VREPRINT):
            self._reprint(octet)
        elif octet == _NEWLINE:
            if self.termios.lflag & (LocalFlag.ECHO | LocalFlag.ECHONL):
                self.echo += self.process_output(b"\n")
            self._finish(b"\n")
        elif self._is(octet, ControlCharacter.VEOF):
            self._finish(b"")
        elif self._is(octet, ControlCharacter.VEOL) or (
            extended and self._is(octet, ControlCharacter.VEOL2)
        ):
            if self.termios.lflag & LocalFlag.ECHO:
                self._show(octet)
            self._finish(bytes([octet]))
        else:
            return False
        return True

    def _finish(self, end: bytes) -> None:
        self.ready += self.editing + end
        self.marks.append(len(self.editing) + len(end))
        self.editing.clear()

    def _insert(self, octet: int) -> None:
        if self.is_canonical:
            if len(self.editing) >= LINE_MAX:
                if self.termios.iflag & InputFlag.IMAXBEL:
                    self.echo.append(_BELL)
                return
            if not self.editing:
                self._line_column = self.column
            self.editing.append(octet)
        else:
            self.ready.append(octet)
        if self.termios.lflag & LocalFlag.ECHO:
            self._show(octet)
        elif octet == _NEWLINE and self.termios.lflag & LocalFlag.ECHONL:
            self.echo += self.process_output(b"\n")

    # ---- erasing -----------------------------------------------------------------------------

    def _last_character(self) -> int:
        """Length of the last character: an octet, or with IUTF8 all of its sequence."""
        length = min(1, len(self.editing))
        if self.termios.iflag & InputFlag.IUTF8:
            while length < len(self.editing) and self.editing[-length] & 0xC0 == 0x80:
                length += 1
        return length

    def _last_word(self) -> int:
        """Length of the last word and what is no word behind it."""
        kept, seen = len(self.editing), False
        while kept:
            octet = self.editing[kept - 1]
            is_word = chr(octet).isalnum() or octet == ord("_")
            if seen and not is_word:
                break
            seen = seen or is_word
            kept -= 1
        return len(self.editing) - kept

    def _erase(self, length: int) -> None:
        """Take octets off the end of the line and off the screen."""
        if not length:
            return
        erased = bytes(self.editing[-length:])
        del self.editing[-length:]
        if not self.termios.lflag & LocalFlag.ECHO:
            return
        if self.termios.lflag & LocalFlag.ECHOE:
            self._wipe(erased)
        else:
            self._show(self.termios.character(ControlCharacter.VERASE))

    def _wipe(self, erased: bytes) -> None:
        """Blank what these octets, the last before the cursor, have shown."""
        utf8 = self.termios.iflag & InputFlag.IUTF8
        for at in range(len(erased) - 1, -1, -1):
            octet = erased[at]
            if octet == _TAB:
                width = 8 - self._width(self.editing + erased[:at]) % 8
                self.echo += b"\b" * width
            elif utf8 and octet & 0xC0 == 0x80:
                continue
            else:
                width = self._shown_width(octet)
                self.echo += b"\b \b" * width
            self.column = max(0, self.column - width)

    def _width(self, typed: bytearray) -> int:
        """The column behind these octets, which begin where the line began."""
        column = self._line_column
        for octet in typed:
            column += 8 - column % 8 if octet == _TAB else self._shown_width(octet)
        return column

    def _shown_width(self, octet: int) -> int:
        """Columns of an echoed octet: a control character is ^X, or nothing."""
        if octet >= 32 and octet != _DELETE:
            return 1
        return 2 if self.termios.lflag & LocalFlag.ECHOCTL else 0

    def _kill(self, octet: int) -> None:
        local = self.termios.lflag
        erased = bytes(self.editing)
        self.editing.clear()
        if not local & LocalFlag.ECHO:
            return
        if local & LocalFlag.ECHOK and local & LocalFlag.ECHOKE and local & LocalFlag.ECHOE:
            self._wipe(erased)
            return
        self._show(octet)
        if local & LocalFlag.ECHOK:
            self.echo += self.process_output(b"\n")

    def _reprint(self, octet: int) -> None:
        if self.termios.lflag & LocalFlag.ECHO:
            self._show(octet)
            self.echo += self.process_output(b"\n")
            for typed in self.editing:
                self._show(typed)

    # ---- showing -----------------------------------------------------------------------------

    def _show(self, octet: int) -> None:
        """Echo one octet, a control character as ^X."""
        is_control = (octet < 32 and octet not in (_TAB, _NEWLINE)) or octet == _DELETE
        if is_control and self.termios.lflag & LocalFlag.ECHOCTL:
            self.echo += bytes([ord("^"), octet ^ 0x40])
            self.column += 2
        else:
            self.echo += self.process_output(bytes([octet]))

    def process_output(self, data: bytes) -> bytes:
        """What the screen gets for these octets (OPOST); keeps track of the column."""
        flags = self.termios.oflag
        if not flags & OutputFlag.OPOST:
            return data
        if not flags & _SELDOM and flags & TABDLY != XTABS:
            start = data.rfind(b"\n") + 1
            self.column = (0 if start else self.column) + len(data[start:].expandtabs(8))
            return data.replace(b"\n", b"\r\n") if flags & OutputFlag.ONLCR else data
        shown = bytearray()
        for octet in data:
            shown += self._processed(octet, flags)
        return bytes(shown)

    def _processed(self, octet: int, flags: int) -> bytes:
        if octet == _NEWLINE:
            if flags & (OutputFlag.ONLRET | OutputFlag.ONLCR):
                self.column = 0
            return b"\r\n" if flags & OutputFlag.ONLCR else b"\n"
        if octet == _RETURN:
            if flags & OutputFlag.ONOCR and self.column == 0:
                return b""
            if not flags & OutputFlag.OCRNL:
                self.column = 0
                return b"\r"
            if flags & OutputFlag.ONLRET:
                self.column = 0
            return b"\n"
        if octet == _TAB:
            width = 8 - self.column % 8
            self.column += width
            return b" " * width if flags & TABDLY == XTABS else b"\t"
        if octet == _BACKSPACE:
            self.column = max(0, self.column - 1)
        elif octet >= 32:
            self.column += 1
        return bytes([octet])
