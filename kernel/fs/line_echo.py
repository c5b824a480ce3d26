"""The echo: what the screen shows of the keys, and how it forgets those that are erased.

Echoes are kept as operations until the screen takes them: only then is it known where the cursor
stands.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from kernel.abi.termios import ControlCharacter, LocalFlag
from kernel.fs.line_output import BACKSPACE, NEWLINE, TAB, LineOutput, is_control

if TYPE_CHECKING:
    from kernel.fs.line_discipline import LineDiscipline

_BLANK = b"\b \b"
_CARET, _SLASH, _BACKSLASH = b"^/\\"
_UNTOUCHED = 0xFF
"""The octet that Linux's echo buffer uses for its own purposes: output processing misses it."""
_MOST = 4096
"""Operations that are kept while the screen takes none; older ones are lost."""


class Echo(Enum):
    """What is to be done, with a number."""

    SHOW = "an octet, after output processing"
    CONTROL = "a control character as ^X"
    BEGIN = "the line being typed begins here"
    BACK = "the cursor has not moved"
    UNTAB = "go back over a tab, before which there are so many columns since the line's begin"
    UNTAB_AFTER_TAB = "the same, since the tab before it"


class LineEcho:
    """`waiting` are the operations; `output` is what they go through.

    `is_erasing` is set between the backslash and the slash around characters erased with ECHOPRT.
    """

    def __init__(self, discipline: LineDiscipline) -> None:
        self.discipline = discipline
        self.output = LineOutput()
        self.waiting: list[tuple[Echo, int]] = []
        self.is_erasing = False

    def _has(self, flag: LocalFlag) -> bool:
        return bool(self.discipline.termios.lflag & flag)

    # ---- what is to be shown -----------------------------------------------------------------

    def show_plain(self, octet: int) -> None:
        """An octet as it is."""
        self.waiting.append((Echo.SHOW, octet))

    def show(self, octet: int, is_first: bool = False) -> None:
        """A key; with ECHOCTL a control character is ^X. The first of a line marks its column."""
        if is_first:
            self.waiting.append((Echo.BEGIN, 0))
        is_named = is_control(octet) and octet != TAB and self._has(LocalFlag.ECHOCTL)
        self.waiting.append((Echo.CONTROL if is_named else Echo.SHOW, octet))

    def announce_literal(self) -> None:
        """A caret where the next key, taken literally, will appear."""
        self.finish_erasing()
        if self._has(LocalFlag.ECHOCTL):
            self.show_plain(_CARET)
            self.show_plain(BACKSPACE)

    def reprint(self, octet: int, line: bytes) -> None:
        """The line being typed once more, on a new line."""
        self.finish_erasing()
        self.show(octet)
        self.show_plain(NEWLINE)
        for typed in line:
            self.show(typed)

    def finish_erasing(self) -> None:
        """Close what ECHOPRT has opened."""
        if self.is_erasing:
            self.show_plain(_SLASH)
            self.is_erasing = False

    def erase(self, erased: bytes, left: bytes) -> None:
        """The ERASE key has taken a character off the line; `left` is what is left of it."""
        if self._has(LocalFlag.ECHOE) or self._has(LocalFlag.ECHOPRT):
            self.wipe(erased, left)
        else:
            self.show(self.discipline.termios.character(ControlCharacter.VERASE))
        if not left:
            self.finish_erasing()

    def wipe(self, erased: bytes, left: bytes) -> None:
        """Blank a character, the last before the cursor; with ECHOPRT print it once more."""
        octet = erased[0]
        if self._has(LocalFlag.ECHOPRT):
            self._print_erased(erased)
        elif octet == TAB:
            before = left[left.rfind(b"\t") + 1 :]
            width = sum(self._width(octet) for octet in before) % 8
            self.waiting.append((Echo.UNTAB_AFTER_TAB if b"\t" in left else Echo.UNTAB, width))
        else:
            for shown in _BLANK * self._width(octet):
                self.show_plain(shown)

    def _print_erased(self, erased: bytes) -> None:
        if not self.is_erasing:
            self.show_plain(_BACKSLASH)
            self.is_erasing = True
        self.show(erased[0])
        for octet in erased[1:]:
            self.show_plain(octet)
            self.waiting.append((Echo.BACK, 0))

    def _width(self, octet: int) -> int:
        """Columns of an echoed octet: a control character is ^X, or nothing."""
        if is_control(octet):
            return 2 if self._has(LocalFlag.ECHOCTL) else 0
        return 0 if self.discipline.is_continuation(octet) else 1

    # ---- showing it --------------------------------------------------------------------------

    def take(self) -> bytes:
        """What the screen gets of all that waits."""
        shown = b"".join(self._show_one(echo, number) for echo, number in self.waiting[-_MOST:])
        self.waiting.clear()
        return shown

    def _show_one(self, echo: Echo, number: int) -> bytes:
        output = self.output
        if echo is Echo.SHOW:
            if number == _UNTOUCHED:
                output.column += 1
                return b"\xff"
            return output.process(bytes([number]), self.discipline.termios)
        if echo is Echo.CONTROL:
            output.column += 2
            return bytes([_CARET, number ^ 0x40])
        if echo is Echo.BEGIN:
            output.line_column = output.column
        elif echo is Echo.BACK:
            output.back()
        else:
            return self._go_back(number + (output.line_column if echo is Echo.UNTAB else 0))
        return b""

    def _go_back(self, before: int) -> bytes:
        """Over a tab behind so many columns."""
        width = 8 - before % 8
        for _ in range(width):
            self.output.back()
        return b"\b" * width
