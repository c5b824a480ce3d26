"""The line discipline is Linux's: keys, output, reads and settings drawn at random have the same
effects on a pseudoterminal of the host, octet by octet.
"""

from __future__ import annotations

import fcntl
import os
import pty
import random
import select
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from kernel.abi.files import Ioctl
from kernel.abi.termios import XTABS, ControlCharacter, InputFlag, LocalFlag, OutputFlag, Termios
from kernel.fs.line_discipline import LineDiscipline

SEEDS = range(400)
STEPS = 25
KEYS = (
    b"aaabbb  __\t\t\n\n\r\x04\x7f\x7f\x15\x17\x16\x12\x11\x13\x03\x1a\x1c\x01\x08"
    + b"AZz9\xc3\xa9\xff\xe9\x00"
)
USUAL = (
    (InputFlag.ICRNL, InputFlag.IXON),
    (OutputFlag.OPOST, OutputFlag.ONLCR),
    (
        LocalFlag.ISIG, LocalFlag.ICANON, LocalFlag.ECHO, LocalFlag.ECHOE, LocalFlag.ECHOK,
        LocalFlag.ECHOCTL, LocalFlag.ECHOKE, LocalFlag.IEXTEN,
    ),
)  # fmt: skip
UNUSUAL = (
    (
        InputFlag.ISTRIP, InputFlag.INLCR, InputFlag.IGNCR, InputFlag.IUCLC, InputFlag.IXANY,
        InputFlag.IUTF8, InputFlag.PARMRK,
    ),
    (OutputFlag.OLCUC, OutputFlag.OCRNL, OutputFlag.ONOCR, OutputFlag.ONLRET),
    (LocalFlag.ECHONL, LocalFlag.NOFLSH, LocalFlag.ECHOPRT),
)  # fmt: skip
SPECIAL = [which for which in ControlCharacter if which.name not in ("VMIN", "VTIME")]


def random_settings(draw: random.Random) -> Termios:
    """Any flags, the usual ones more often; in half of the cases with other characters."""
    words = [
        sum(flag for flag in usual if draw.random() < 0.8)
        | sum(flag for flag in unusual if draw.random() < 0.15)
        for usual, unusual in zip(USUAL, UNUSUAL, strict=True)
    ]
    characters = bytearray(Termios().characters)
    if draw.random() < 0.5:
        for which in SPECIAL:
            if draw.random() < 0.3:
                characters[which] = draw.choice(b"\0ab\n\r\t \x07")
    tabs = XTABS if draw.random() < 0.2 else 0
    return Termios(words[0], words[1] | tabs, 0xBF, words[2], 0, bytes(characters))


class Ours:
    """A line discipline, fed as a terminal feeds it."""

    def __init__(self) -> None:
        self.discipline = LineDiscipline()
        self.arriving = bytearray()
        self.shown = b""

    def _receive(self) -> None:
        discipline = self.discipline
        while self.arriving and discipline.make_room():
            discipline.receive(self.arriving.pop(0))
        discipline.end_of_chunk()
        self._keep()

    def _keep(self) -> None:
        self.shown += bytes(self.discipline.shown)
        self.discipline.shown.clear()

    def change(self, settings: Termios) -> None:
        self.discipline.change(settings)
        self._keep()

    def type(self, keys: bytes) -> bytes:
        self.arriving += keys
        self._receive()
        return self.screen()

    def write(self, data: bytes) -> bytes:
        self.discipline.show_echo()
        self._keep()
        if not self.discipline.is_silent:
            self.shown += self.discipline.process_output(data)
        return self.screen()

    def screen(self) -> bytes:
        shown, self.shown = self.shown, b""
        return shown

    def read(self, count: int) -> bytes | None:
        discipline = self.discipline
        if discipline.is_canonical:
            return discipline.take_line(count) if discipline.has_line else None
        return discipline.take(count) if discipline.available else None


class Natively:
    """A pseudoterminal of the host, whose kernel works keys off in its own time.

    What is expected only tells how long to wait for it, and that is `patience` seconds at least.
    """

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.master, self.slave = pty.openpty()
        os.set_blocking(self.master, False)
        os.set_blocking(self.slave, False)

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)

    def change(self, settings: Termios) -> None:
        fcntl.ioctl(self.slave, Ioctl.TCSETS, settings.pack())

    def type(self, keys: bytes, expected: bytes, available: int) -> bytes:
        os.write(self.master, keys)
        return self._screen(expected, available)

    def write(self, data: bytes, expected: bytes, available: int) -> bytes:
        with suppress(BlockingIOError):  # where output is stopped
            os.write(self.slave, data)
        return self._screen(expected, available)

    def _screen(self, expected: bytes, available: int) -> bytes:
        shown, end, looks = b"", time.monotonic() + 1, 0
        while time.monotonic() < end:
            for descriptor in (self.slave, self.master):
                select.select([descriptor], [], [], 0)  # the kernel works off what it has
            shown += self._read_all()
            if len(shown) >= len(expected) and self.available == available and looks:
                break
            looks += 1
            time.sleep(self.patience)
        return shown

    def _read_all(self) -> bytes:
        try:
            return os.read(self.master, 4096)
        except BlockingIOError:
            return b""

    @property
    def available(self) -> int:
        number = fcntl.ioctl(self.slave, termios.FIONREAD, b"\0" * 4)
        return int(struct.unpack("<i", number)[0])

    def read(self, count: int) -> bytes | None:
        try:
            return os.read(self.slave, count)
        except BlockingIOError:
            return None


def steps(seed: int, natively: Natively) -> Iterator[tuple[str, object, object]]:
    """What was done, and its effects: here and natively."""
    draw, ours = random.Random(seed), Ours()
    for step in range(STEPS):
        kind = draw.random()
        if not step or kind < 0.15:
            settings = random_settings(draw)
            ours.change(settings)
            natively.change(settings)
            yield str(settings), None, None
        elif kind < 0.75:
            keys = bytes(draw.choice(KEYS) for _ in range(draw.randint(1, 12)))
            if kind < 0.65:
                here = ours.type(keys)
                there = natively.type(keys, here, ours.discipline.available)
            else:
                here = ours.write(keys)
                there = natively.write(keys, here, ours.discipline.available)
            yield f"{'type' if kind < 0.65 else 'write'} {keys!r}", here, there
        else:
            count = draw.choice((1, 2, 3, 5, 100))
            yield f"read {count}", ours.read(count), natively.read(count)


def difference(seed: int, patience: float) -> str:
    """What was done up to the first step with other effects; "" where there is none."""
    done = []
    with closing(Natively(patience)) as natively:
        for what, here, there in steps(seed, natively):
            done.append(f"{what}: here {here!r}, natively {there!r}")
            if here != there:
                return "\n".join(done)
    return ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="another line discipline")
@pytest.mark.parametrize("first", range(0, len(SEEDS), 100))
def test_keys_have_the_effects_they_have_natively(first: int) -> None:
    for seed in SEEDS[first : first + 100]:
        if difference(seed, 0.0005):
            assert not difference(seed, 0.05), f"seed {seed}"  # a busy host needs more time
