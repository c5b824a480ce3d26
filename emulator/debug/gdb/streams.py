"""Streams for a guest under gdb: the host's own, and a wait for input that Ctrl-C in gdb ends."""

from __future__ import annotations

import os
import select
from contextlib import suppress

from emulator.host_streams import HostStreams
from emulator.session import PIPE


class WakeableStreams(HostStreams):
    """Standard streams; `wake`, from any thread, ends a wait for input without any.

    A terminal's lines are read as from a pipe: it stays ours, and Ctrl-C on it ends the emulator.
    """

    def __init__(self) -> None:
        super().__init__()
        stdin, *others = self.kinds
        if stdin is not None and stdin.is_terminal:
            self.kinds = (PIPE, others[0], others[1])
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def wake(self) -> None:
        """End the wait that is under way, or the next one."""
        with suppress(BlockingIOError):  # it is full of wishes already
            os.write(self._writer, b"\0")

    def wait(self, seconds: float | None, for_input: bool) -> bool:
        if not for_input and seconds is None:
            return False
        ready = select.select([self._reader, *([0] if for_input else [])], [], [], seconds)[0]
        if self._reader in ready:
            os.read(self._reader, 4096)
        return 0 in ready
