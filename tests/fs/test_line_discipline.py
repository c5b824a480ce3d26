"""The line discipline: what keys become, and what the screen shows."""

from dataclasses import replace

import pytest

from kernel.abi.signals import Signal
from kernel.abi.termios import ControlCharacter, InputFlag, LocalFlag, OutputFlag, Termios
from kernel.fs.line_discipline import BUFFER_SIZE, LineDiscipline


class Keyboard:
    """A line discipline, what it has shown, and the signals it has asked for."""

    def __init__(self, **settings: int) -> None:
        self.discipline = LineDiscipline()
        self.discipline.change(replace(Termios(), **settings))
        self.signals: list[Signal] = []

    def type(self, keys: bytes) -> bytes:
        """What the screen shows for these keys."""
        for octet in keys:
            assert self.discipline.make_room()
            signal = self.discipline.receive(octet)
            if signal is not None:
                self.signals.append(signal)
        self.discipline.end_of_chunk()
        shown = bytes(self.discipline.shown)
        self.discipline.shown.clear()
        return shown

    def without(self, *flags: LocalFlag) -> None:
        """Switch local flags off."""
        termios = self.discipline.termios
        self.discipline.change(replace(termios, lflag=termios.lflag & ~sum(flags)))

    def lines(self) -> list[bytes]:
        """Everything that reads would return now."""
        found = []
        while self.discipline.has_line:
            found.append(self.discipline.take_line(4096))
        return found


@pytest.fixture
def keyboard() -> Keyboard:
    return Keyboard()


def test_a_line_can_be_read_when_it_is_finished(keyboard: Keyboard) -> None:
    assert keyboard.type(b"hello") == b"hello"
    assert not keyboard.discipline.has_line
    assert keyboard.type(b"\r") == b"\r\n"
    assert keyboard.lines() == [b"hello\n"]


def test_a_read_takes_one_line_or_a_part_of_it(keyboard: Keyboard) -> None:
    keyboard.type(b"one\ntwo\n")
    assert keyboard.discipline.take_line(2) == b"on"
    assert keyboard.lines() == [b"e\n", b"two\n"]


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (b"abx\x7fc\n", b"abc\n"),
        (b"\x7f\x7fa\n", b"a\n"),
        (b"some words  \x17x\n", b"some x\n"),
        (b"nothing\x15kept\n", b"kept\n"),
        (b"a\x16\x03b\n", b"a\x03b\n"),
        (b"a\x12b\n", b"ab\n"),
    ],
)
def test_editing_characters_change_the_line(keyboard: Keyboard, keys: bytes, line: bytes) -> None:
    keyboard.type(keys)
    assert keyboard.lines() == [line]


def test_erasing_wipes_the_screen(keyboard: Keyboard) -> None:
    assert keyboard.type(b"a\x7f") == b"a\b \b"
    assert keyboard.type(b"\x01\x7f") == b"^A\b \b\b \b"
    assert keyboard.type(b"ab\x15") == b"ab" + b"\b \b" * 2


def test_a_character_of_several_octets_is_erased_at_once() -> None:
    keyboard = Keyboard(iflag=InputFlag.ICRNL | InputFlag.IUTF8)
    assert keyboard.type("é".encode() + b"\x7f") == "é".encode() + b"\b \b"
    keyboard.type(b"\n")
    assert keyboard.lines() == [b"\n"]


def test_end_of_file_ends_a_line_without_a_character(keyboard: Keyboard) -> None:
    assert keyboard.type(b"part\x04") == b"part"
    assert keyboard.type(b"\x04") == b""
    assert keyboard.lines() == [b"part", b""]


@pytest.mark.parametrize(
    ("key", "signal", "shown"),
    [(3, Signal.SIGINT, b"^C"), (28, Signal.SIGQUIT, b"^\\"), (26, Signal.SIGTSTP, b"^Z")],
)
def test_signal_characters_flush_the_input(
    keyboard: Keyboard, key: int, signal: Signal, shown: bytes
) -> None:
    keyboard.type(b"line\nrest")
    assert keyboard.type(bytes([key])) == shown
    assert keyboard.signals == [signal]
    assert keyboard.lines() == []


def test_without_isig_they_are_ordinary_characters(keyboard: Keyboard) -> None:
    keyboard.without(LocalFlag.ISIG)
    assert keyboard.type(b"\x03\n") == b"^C\r\n"
    assert keyboard.signals == []
    assert keyboard.lines() == [b"\x03\n"]


def test_without_echo_only_the_line_is_left(keyboard: Keyboard) -> None:
    keyboard.without(LocalFlag.ECHO)
    assert keyboard.type(b"secret\n") == b""
    assert keyboard.lines() == [b"secret\n"]


def test_in_raw_mode_every_octet_can_be_read(keyboard: Keyboard) -> None:
    keyboard.without(LocalFlag.ICANON, LocalFlag.ISIG, LocalFlag.ECHO)
    keyboard.type(b"a\x7f\x03")
    assert keyboard.discipline.take(10) == b"a\x7f\x03"


def test_what_was_typed_survives_a_change_of_mode(keyboard: Keyboard) -> None:
    keyboard.type(b"line\nhalf")
    termios = keyboard.discipline.termios
    keyboard.discipline.change(replace(termios, lflag=termios.lflag & ~LocalFlag.ICANON))
    assert bytes(keyboard.discipline.buffer) == b"line\nhalf"
    keyboard.discipline.change(termios)
    assert keyboard.lines() == [b"line\nhalf"]


def test_carriage_returns_and_newlines_are_translated() -> None:
    assert _line(InputFlag.INLCR, b"a\n\x04") == [b"a\r"]
    assert _line(InputFlag.IGNCR, b"a\r\n") == [b"a\n"]
    assert _line(0, b"a\r\n") == [b"a\r\n"]


def _line(iflag: int, keys: bytes) -> list[bytes]:
    keyboard = Keyboard(iflag=iflag)
    keyboard.type(keys)
    return keyboard.lines()


def test_stop_and_start_hold_the_output(keyboard: Keyboard) -> None:
    keyboard.type(b"\x13")
    assert keyboard.discipline.is_silent
    keyboard.type(b"\x11")
    assert not keyboard.discipline.is_silent


def test_a_line_has_an_end(keyboard: Keyboard) -> None:
    keyboard.type(b"x" * (BUFFER_SIZE + 10) + b"\n")
    assert keyboard.lines() == [b"x" * (BUFFER_SIZE - 1) + b"\n"]


def test_another_end_of_line_character() -> None:
    characters = bytearray(Termios().characters)
    characters[ControlCharacter.VEOL] = ord(";")
    keyboard = Keyboard()
    keyboard.discipline.change(replace(Termios(), characters=bytes(characters)))
    keyboard.type(b"a;b\n")
    assert keyboard.lines() == [b"a;", b"b\n"]


@pytest.mark.parametrize(
    ("oflag", "shown"),
    [
        (0, b"a\tb\n"),
        (OutputFlag.OPOST, b"a\tb\n"),
        (OutputFlag.OPOST | OutputFlag.ONLCR, b"a\tb\r\n"),
        (OutputFlag.OPOST | OutputFlag.ONLCR | 0o14000, b"a       b\r\n"),
    ],
)
def test_output_processing(oflag: int, shown: bytes) -> None:
    assert Keyboard(oflag=oflag).discipline.process_output(b"a\tb\n") == shown


def test_carriage_returns_on_the_way_out() -> None:
    flags = OutputFlag.OPOST | OutputFlag.OCRNL
    assert Keyboard(oflag=flags).discipline.process_output(b"a\rb") == b"a\nb"
    flags = OutputFlag.OPOST | OutputFlag.ONOCR
    assert Keyboard(oflag=flags).discipline.process_output(b"\ra\r") == b"a\r"


@pytest.mark.parametrize(
    ("before", "columns"), [(b"", 8), (b"abc", 5), (b"\x01b", 5), (b"\t", 8), (b"1234567", 1)]
)
def test_erasing_a_tab_goes_back_as_far_as_it_went(
    keyboard: Keyboard, before: bytes, columns: int
) -> None:
    keyboard.type(before + b"\t")
    assert keyboard.type(b"\x7f") == b"\b" * columns


def test_a_tab_counts_from_where_the_line_began(keyboard: Keyboard) -> None:
    keyboard.discipline.process_output(b"$ ")
    keyboard.type(b"ab\t")
    assert keyboard.type(b"\x7f") == b"\b" * 4
