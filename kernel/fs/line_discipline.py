"""The line discipline: turns keys into lines, echoes them, and recognises the signal characters.

It is Linux's N_TTY as a plain value machine: octets go in, and what comes out is an echo for the
screen, signals for the foreground group, and input that can be read.

Omitted: parity and breaks (no line here has any), and EXTPROC.
"""

from __future__ import annotations

from kernel.abi.signals import Signal
from kernel.abi.termios import ControlCharacter, InputFlag, LocalFlag, Termios
from kernel.fs.line_echo import LineEcho
from kernel.fs.line_output import NEWLINE, RETURN, lower

BUFFER_SIZE = 4096
"""Octets of input that wait to be read, at most; so long is a line at most, its end included."""
_SIGNALS = (
    (ControlCharacter.VINTR, Signal.SIGINT),
    (ControlCharacter.VQUIT, Signal.SIGQUIT),
    (ControlCharacter.VSUSP, Signal.SIGTSTP),
)
_EOF = 0
"""What stands in the buffer for an end of file, and is never read in canonical mode."""


def _is_word(octet: int) -> bool:
    """The kernel's isalnum(), Latin-1, or an underscore."""
    letter = octet | 0x20
    return (
        97 <= letter <= 122 or 48 <= octet <= 57 or octet == 95
        or (octet >= 192 and octet not in (215, 247))
    )  # fmt: skip


class LineDiscipline:
    """`buffer` is what was typed and not read. In canonical mode its first `committed` octets are
    whole lines, `ends` the places of the octets that end them; behind them is the line being
    typed, which can be edited.

    `shown` is what the screen is to get next of the echo. Nothing may be shown while `is_silent`:
    after the STOP character until START, or (`is_held`) from TCOOFF to TCOON.
    """

    def __init__(self) -> None:
        self.termios = Termios()
        self.buffer = bytearray()
        self.committed = 0
        self.ends: list[int] = []
        self.echo = LineEcho(self)
        self.shown = bytearray()
        self.is_silent = self.is_held = False
        self.is_canonical = bool(self.termios.lflag & LocalFlag.ICANON)
        self._is_literal = False

    # ---- settings ----------------------------------------------------------------------------

    def change(self, termios: Termios) -> None:
        """New settings. What was typed stays readable: becoming canonical makes it a line."""
        had_flow = self.termios.iflag & InputFlag.IXON
        was_canonical, self.is_canonical = self.is_canonical, bool(termios.lflag & LocalFlag.ICANON)
        self.termios = termios
        if was_canonical != self.is_canonical:
            self._change_mode()
        if had_flow and not termios.iflag & InputFlag.IXON:
            self.start()
            self.show_echo()

    def _change_mode(self) -> None:
        self.ends.clear()
        self.committed = 0
        if self.is_canonical and self.buffer:
            self.committed = len(self.buffer)
            self.ends.append(self.committed - 1)
        self.echo.is_erasing = self._is_literal = False

    def start(self) -> None:
        """Output goes on, unless TCOOFF has stopped it."""
        if not self.is_held:
            self.is_silent = False

    def hold(self) -> None:
        """TCOOFF: output stops, whatever is typed."""
        self.is_held = self.is_silent = True

    def release(self) -> None:
        """TCOON: output goes on, even if it was the STOP character that has stopped it."""
        if self.is_held:
            self.is_held = self.is_silent = False

    def show_echo(self) -> None:
        """The screen can take the echoes now."""
        if self.echo.waiting and not self.is_silent:
            self.shown += self.echo.take()

    def process_output(self, data: bytes) -> bytes:
        """What the screen gets for what a program writes."""
        return self.echo.output.process(data, self.termios)

    def end_of_chunk(self) -> None:
        """No more is typed for now: echoes are shown at the latest here."""
        if self.termios.lflag & (LocalFlag.ECHO | LocalFlag.ECHONL):
            self.show_echo()

    def _is(self, octet: int, which: ControlCharacter) -> bool:
        return octet == self.termios.characters[which] and octet != 0

    # ---- reading -----------------------------------------------------------------------------

    @property
    def has_line(self) -> bool:
        """Whether a read in canonical mode has something to return, if only an end of file."""
        return self.committed > 0

    @property
    def available(self) -> int:
        """Octets that reads could return now (FIONREAD)."""
        if not self.is_canonical:
            return len(self.buffer)
        return self.committed - sum(1 for end in self.ends if self.buffer[end] == _EOF)

    def take_line(self, count: int) -> bytes:
        """Up to `count` (not 0) octets of the first line; b"" for an end of file."""
        end = self.ends[0] if self.ends else self.committed
        if end < count:
            length = end if self.ends and self.buffer[end] == _EOF else end + 1
            taken = bytes(self.buffer[:length])
            self._drop(min(end + 1, len(self.buffer)))
            return taken
        taken = bytes(self.buffer[:count])
        is_at_end_of_file = end == count and self.ends and self.buffer[end] == _EOF
        self._drop(count + 1 if is_at_end_of_file else count)
        return taken

    def take(self, count: int) -> bytes:
        """Up to `count` octets, whatever the lines."""
        taken = bytes(self.buffer[:count])
        self._drop(len(taken))
        return taken

    def _drop(self, count: int) -> None:
        del self.buffer[:count]
        self.committed = max(0, self.committed - count)
        if self.ends:
            self.ends = [end - count for end in self.ends if end >= count]

    def flush_input(self) -> None:
        """Forget everything typed and not read."""
        self.buffer.clear()
        self.ends.clear()
        self.committed = 0
        self.echo.is_erasing = self._is_literal = False

    # ---- typing ------------------------------------------------------------------------------

    def make_room(self) -> bool:
        """Whether another octet can be received: of a line that grows too long the last is lost."""
        room = BUFFER_SIZE - len(self.buffer)
        if room > (3 if self.termios.iflag & InputFlag.PARMRK else 1):
            return True
        if not self.is_canonical or self.committed:
            return False
        if room <= 0:
            self.buffer.pop()
        return True

    def receive(self, octet: int) -> Signal | None:
        """One octet was typed; the result is a signal for the foreground group, if any."""
        flags, local = self.termios.iflag, self.termios.lflag
        if flags & InputFlag.ISTRIP:
            octet &= 0x7F
        if flags & InputFlag.IUCLC and local & LocalFlag.IEXTEN:
            octet = lower(octet)
        if self._is_literal:
            self._is_literal = False
            self._go_on_with_any()
            self._insert(octet)
            return None
        if flags & InputFlag.IXON and self._flow(octet):
            return None
        if local & LocalFlag.ISIG:
            for which, signal in _SIGNALS:
                if self._is(octet, which):
                    self._interrupt(octet)
                    return signal
        self._go_on_with_any()
        if octet == RETURN:
            if flags & InputFlag.IGNCR:
                return None
            if flags & InputFlag.ICRNL:
                self._take_newline()
                return None
        elif octet == NEWLINE and flags & InputFlag.INLCR:
            octet = RETURN
        if not (self.is_canonical and self._edit(octet)):
            self._insert(octet)
        return None

    def _take_newline(self) -> None:
        """A return that counts as a newline; a raw one is shown as one, where a newline is ^J."""
        if self.is_canonical:
            self._edit(NEWLINE)
            return
        if self.termios.lflag & LocalFlag.ECHO:
            self.echo.finish_erasing()
            self.echo.show_plain(NEWLINE)
        self.buffer.append(NEWLINE)

    def _go_on_with_any(self) -> None:
        flow = InputFlag.IXON | InputFlag.IXANY
        if self.is_silent and not self.is_held and self.termios.iflag & flow == flow:
            self.start()
            self.show_echo()

    def _flow(self, octet: int) -> bool:
        if self._is(octet, ControlCharacter.VSTART):
            self.start()
            self.show_echo()
        elif self._is(octet, ControlCharacter.VSTOP):
            self.is_silent = True
        else:
            return False
        return True

    def _interrupt(self, octet: int) -> None:
        if not self.termios.lflag & LocalFlag.NOFLSH:
            self.flush_input()
            self.echo.waiting.clear()
            self.shown.clear()
        if self.termios.iflag & InputFlag.IXON:
            self.start()
        if self.termios.lflag & LocalFlag.ECHO:
            self.echo.show(octet)
        else:
            self.show_echo()

    def _edit(self, octet: int) -> bool:
        """Act on an editing character; False for one that belongs into the line."""
        local, is_own = self.termios.lflag, self._is
        extended = local & LocalFlag.IEXTEN
        if is_own(octet, ControlCharacter.VERASE):
            self._erase(self._last_character())
        elif extended and is_own(octet, ControlCharacter.VWERASE):
            self._erase_word()
        elif is_own(octet, ControlCharacter.VKILL):
            self._kill()
        elif extended and is_own(octet, ControlCharacter.VLNEXT):
            self._is_literal = True
            if local & LocalFlag.ECHO:
                self.echo.announce_literal()
        elif extended and local & LocalFlag.ECHO and is_own(octet, ControlCharacter.VREPRINT):
            self.echo.reprint(octet, bytes(self.buffer[self.committed :]))
        elif octet == NEWLINE:
            if local & (LocalFlag.ECHO | LocalFlag.ECHONL):
                self.echo.show_plain(NEWLINE)
            self._finish(NEWLINE)
        elif is_own(octet, ControlCharacter.VEOF):
            self._finish(_EOF)
        elif is_own(octet, ControlCharacter.VEOL) or (
            extended and is_own(octet, ControlCharacter.VEOL2)
        ):
            if local & LocalFlag.ECHO:
                self.echo.show(octet, is_first=len(self.buffer) == self.committed)
            self._finish(octet)
        else:
            return False
        return True

    def _finish(self, octet: int) -> None:
        """End the line with this octet."""
        self.ends.append(len(self.buffer))
        self.buffer.append(octet)
        self.committed = len(self.buffer)

    def _insert(self, octet: int) -> None:
        if self.termios.lflag & LocalFlag.ECHO:
            self.echo.finish_erasing()
            self.echo.show(octet, is_first=len(self.buffer) == self.committed)
        if octet == 0xFF and self.termios.iflag & InputFlag.PARMRK:
            self.buffer.append(octet)
        self.buffer.append(octet)

    # ---- erasing -----------------------------------------------------------------------------

    def _last_character(self) -> int:
        """Length of the line's last character: an octet, or with IUTF8 all of its sequence.

        0 where there is none, or only the rest of one.
        """
        start = len(self.buffer)
        while start > self.committed:
            start -= 1
            if not self.is_continuation(self.buffer[start]):
                return len(self.buffer) - start
        return 0

    def is_continuation(self, octet: int) -> bool:
        """Whether it goes on with a character of UTF-8."""
        return bool(self.termios.iflag & InputFlag.IUTF8) and octet & 0xC0 == 0x80

    def _erase(self, length: int) -> None:
        """Take a character of so many octets off the end of the line and off the screen."""
        if not length:
            return
        erased = bytes(self.buffer[-length:])
        del self.buffer[-length:]
        if self.termios.lflag & LocalFlag.ECHO:
            self.echo.erase(erased, bytes(self.buffer[self.committed :]))

    def _erase_word(self) -> None:
        """The last word, and what is no word behind it."""
        has_seen_word = False
        while length := self._last_character():
            is_word = _is_word(self.buffer[-length])
            if has_seen_word and not is_word:
                break
            has_seen_word = has_seen_word or is_word
            self._wipe(length)
        self._finish_erasing()

    def _wipe(self, length: int) -> None:
        """Erase a character as WERASE and KILL do: whatever ECHOE says, by blanking it."""
        erased = bytes(self.buffer[-length:])
        del self.buffer[-length:]
        if self.termios.lflag & LocalFlag.ECHO:
            self.echo.wipe(erased, bytes(self.buffer[self.committed :]))

    def _kill(self) -> None:
        local = self.termios.lflag
        whole = LocalFlag.ECHOE | LocalFlag.ECHOK | LocalFlag.ECHOKE
        if len(self.buffer) == self.committed:
            return
        if local & LocalFlag.ECHO and local & whole == whole:
            while length := self._last_character():
                self._wipe(length)
            self._finish_erasing()
            return
        del self.buffer[self.committed :]
        if local & LocalFlag.ECHO:
            self.echo.finish_erasing()
            self.echo.show(self.termios.character(ControlCharacter.VKILL))
            if local & LocalFlag.ECHOK:
                self.echo.show_plain(NEWLINE)

    def _finish_erasing(self) -> None:
        if len(self.buffer) == self.committed and self.termios.lflag & LocalFlag.ECHO:
            self.echo.finish_erasing()
