"""The host's terminal while a guest uses it: raw, so that every key reaches the guest's own line
discipline, which also echoes, and restored afterwards.

Ctrl-C and Ctrl-Z are keys like others then: the guest's terminal turns them into signals for the
guest's foreground process.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
import time
import tty
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType, TracebackType
from typing import Any

from kernel.fs.console import Console

_KEYBOARD = 0
_LOOK_EVERY = 0.25
"""Seconds after which a wait for keys looks whether the window has changed."""


class HostTerminal:
    """Use it as a context manager around the run. `console` is the guest's.

    When we are stopped and go on, the terminal is ours in between and raw again afterwards.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._settings: list[Any] = []
        self._old_handlers: dict[signal.Signals, Any] = {}
        self._was_resized = False

    def __enter__(self) -> HostTerminal:
        self._settings = termios.tcgetattr(_KEYBOARD)
        self._take()
        self.console.terminal.window = (*self._size(), 0, 0)
        if threading.current_thread() is threading.main_thread():
            for number, handler in (
                (signal.SIGWINCH, self._note_resize),
                (signal.SIGTSTP, self._stop),
                (signal.SIGCONT, self._go_on),
            ):
                self._old_handlers[number] = signal.signal(number, handler)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._old_handlers.items():
            signal.signal(number, handler)
        self._give_back()

    def _take(self) -> None:
        _write_newlines_as("\r\n")
        with suppress(termios.error):  # it has hung up
            tty.setraw(_KEYBOARD, termios.TCSADRAIN)

    def _give_back(self) -> None:
        _write_newlines_as("\n")
        with suppress(termios.error):  # it has hung up
            termios.tcsetattr(_KEYBOARD, termios.TCSADRAIN, self._settings)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """SIGTSTP from somebody: the keys of the terminal are the guest's."""
        self._give_back()
        signal.raise_signal(signal.SIGSTOP)

    def _go_on(self, number: int, frame: FrameType | None) -> None:
        self._take()
        self._was_resized = True

    def _note_resize(self, number: int, frame: FrameType | None) -> None:
        self._was_resized = True

    def _size(self) -> tuple[int, int]:
        columns, rows = os.get_terminal_size(_KEYBOARD)
        return rows, columns

    def has_keys(self) -> bool:
        """Whether keys were pressed; also passes a new window size on."""
        if self._was_resized:
            self._was_resized = False
            self.console.terminal.resize(*self._size())
        return bool(select.select([_KEYBOARD], [], [], 0)[0])

    def wait(self, seconds: float | None) -> bool:
        """Wait so long, or for ever, for keys or a new window size; whether there are keys."""
        end = None if seconds is None else time.monotonic() + seconds
        while not self._was_resized:
            left = _LOOK_EVERY if end is None else min(end - time.monotonic(), _LOOK_EVERY)
            if left < 0:
                break
            if select.select([_KEYBOARD], [], [], left)[0]:
                return True
        return False


def _write_newlines_as(newline: str) -> None:
    """How our own lines on a terminal end: a raw one does not go to the first column by itself."""
    if isinstance(sys.stderr, TextIOWrapper) and sys.stderr.isatty():
        sys.stderr.reconfigure(newline=newline)
