"""The stopper: Ctrl-C, other signals that end us, and time limits, noticed while the CPU runs.

Python's own signal handlers do not run while the emulator is inside native code. A thread that
waits on the wake-up descriptor does, and asks the machine to stop at its next block.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Stopper:
    """`interrupted` by a signal, `number`; `timed_out` after the time limit."""

    def __init__(self) -> None:
        self.interrupted = False
        self.number = int(signal.SIGINT)
        self.timed_out = False
        self._may_raise = False
        self._end: float | None = None
        self._ask: Callable[[], None] = lambda: None

    def attach(self, ask: Callable[[], None]) -> None:
        """What makes the machine stop soon."""
        self._ask = ask

    @contextmanager
    def watching(
        self, timeout: float | None, signals: tuple[signal.Signals, ...] = (signal.SIGINT,)
    ) -> Iterator[None]:
        """Notice signals (in the main thread) and, after `timeout` seconds, the end of time."""
        timer = None
        if timeout is not None:
            self._end = time.monotonic() + timeout
            timer = threading.Timer(timeout, self._time_out)
            timer.daemon = True
            timer.start()
        try:
            if threading.current_thread() is threading.main_thread():
                with self._catching(signals):
                    yield
            else:
                yield
        finally:
            if timer is not None:
                timer.cancel()

    def _time_out(self) -> None:
        self.timed_out = True
        self._ask()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.interrupted, self.number = True, number
        if self._may_raise:
            raise KeyboardInterrupt

    def interruptible(self, wait: Callable[[], None]) -> None:
        """Call what waits on the host: a signal ends it at once."""
        self._may_raise = True
        try:
            if not self.interrupted:
                wait()
        except KeyboardInterrupt:
            pass
        finally:
            self._may_raise = False

    def seconds_left(self) -> float | None:
        """How long a wait may take, None for ever; at the time limit 0."""
        if self._end is None:
            return None
        return 0 if self.timed_out else max(self._end - time.monotonic(), 0.001)

    @contextmanager
    def _catching(self, signals: tuple[signal.Signals, ...]) -> Iterator[None]:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        old_descriptor = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        old_handlers = {number: signal.signal(number, self._note) for number in signals}
        thread = threading.Thread(target=self._watch, args=(reader,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            for number, handler in old_handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_descriptor)
            os.close(writer)
            thread.join()
            os.close(reader)

    def _watch(self, reader: int) -> None:
        while os.read(reader, 64):
            self._ask()
