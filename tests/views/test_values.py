"""Described values in strace's notation; what is expected was seen in real strace's output."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.views.quoting import Hexadecimal
from emulator.views.values import Style, text
from emulator.views.wait_status import ending
from kernel.abi.process import CONTINUED_STATUS, exit_status, signal_status, stop_status
from kernel.abi.signals import ALL_SIGNALS, Signal, mask_of

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def octets(*values: int) -> str:
    return bytes(values).decode("latin-1")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (("int", -1), "-1"),
        (("hex", 0), "0"),
        (("hex", 0x20), "0x20"),
        (("ptr", 0), "NULL"),
        (("ptr", 0xBFFFFE10), "0xbffffe10"),
        (("oct", 0o755), "0755"),
        (("oct", 0o5), "005"),
        (("oct", 0), "000"),
        (("fd", 3, "/tmp/a"), "3"),
        (("flags", 3, "O_WRONLY|O_RDWR"), "O_WRONLY|O_RDWR"),
        (("array", [("int", 3), ("int", 4)], False), "[3, 4]"),
        (("array", [], False), "[]"),
        (("array", [("int", 3)], True), "[3, ...]"),
        (("struct", [("a", ("int", 1)), ("b", ("ptr", 0))], False), "{a=1, b=NULL}"),
        (("struct", [("a", ("int", 1)), ("b", ("omit",))], True), "{a=1, ...}"),
        (("signal", Signal.SIGCHLD), "SIGCHLD"),
        (("signal", 0), "0"),
        (("signal", 32), "SIGRTMIN"),
        (("signal", 33), "SIGRT_1"),
        (("signal", 65), "65"),
        (("timespec", 1, 0), "{tv_sec=1, tv_nsec=0}"),
        (("text", "0x0 /* 3 vars */"), "0x0 /* 3 vars */"),
        (("omit",), ""),
    ],
)
def test_kinds(value, shown):
    assert text(value) == shown


@pytest.mark.parametrize(
    ("characters", "shown"),
    [
        ("plain", '"plain"'),
        ('say "\\"', r'"say \"\\\""'),
        (octets(*range(16)), r'"\0\1\2\3\4\5\6\7\10\t\n\v\f\r\16\17"'),
        (octets(0, 0x37, 1, 0x38, 0xFF, 0x30, 0xFF, 0x39), r'"\0007\18\3770\3779"'),
        ("\x1b[31m\x7f", r'"\33[31m\177"'),
        (LETTERS[:32], f'"{LETTERS[:32]}"'),
        (LETTERS[:33], f'"{LETTERS[:32]}"...'),
        ("", '""'),
    ],
)
def test_strings_are_escaped_as_short_as_possible_and_cut(characters, shown):
    assert text(("bytes", characters, False)) == shown


def test_string_known_to_be_longer_ends_in_dots():
    assert text(("bytes", "abc", True)) == '"abc"...'


def test_digit_behind_the_cut_does_not_count():
    assert text(("bytes", "ab\x007", False), Style(string_limit=3)) == r'"ab\0"...'


def test_paths_are_never_cut():
    assert text(("path", LETTERS, False), Style(string_limit=4)) == f'"{LETTERS}"'


def test_octets_are_always_hexadecimal():
    assert text(("octets", "az\xff", False)) == r'"\x61\x7a\xff"'


@pytest.mark.parametrize(
    ("style", "characters", "shown"),
    [
        (Hexadecimal.NON_ASCII, "a\n\t", r'"a\n\t"'),
        (Hexadecimal.NON_ASCII, "a\n\x01", r'"\x61\x0a\x01"'),
        (Hexadecimal.NON_ASCII, "a\x7f", r'"\x61\x7f"'),
        (Hexadecimal.ALWAYS, "a", r'"\x61"'),
    ],
)
def test_hexadecimal_styles(style, characters, shown):
    assert text(("bytes", characters, False), Style(hexadecimal=style)) == shown


@given(st.binary(max_size=40))
def test_any_octets_become_printable_ascii_that_means_them(data):
    shown = text(("bytes", data.decode("latin-1"), False), Style(string_limit=100))
    assert shown.isascii()
    assert shown.isprintable()
    assert ast.literal_eval("b" + shown) == data


def test_long_arrays_are_cut_unless_verbose():
    many = ("array", [("int", 1)] * 40, False)
    assert text(many) == f"[{'1, ' * 32}...]"
    assert text(many, Style(abbreviate=False)) == f"[{'1, ' * 39}1]"


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/tmp/a", "3</tmp/a>"), ("/<x>\n\x1b", r"3</\74x\76\n\33>"), (None, "3")],
)
def test_descriptors_with_paths(path, shown):
    assert text(("fd", 3, path), Style(paths=True)) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (("sigset", 0), "[]"),
        (("sigset", mask_of(Signal.SIGUSR1, Signal.SIGCHLD)), "[USR1 CHLD]"),
        (("sigset", mask_of(1, 34, 64)), "[HUP RT_2 RT_32]"),
        (("sigset", ALL_SIGNALS), "~[]"),
        (("sigset", ALL_SIGNALS & ~mask_of(32, 33)), "~[RTMIN RT_1]"),
        (("sigset", 0xFFFF_FFFF, 32), "~[]"),
        (("sigset", 0, 32), "[]"),
    ],
)
def test_signal_sets_that_are_nearly_full_show_what_is_missing(value, shown):
    assert text(value) == shown


def test_a_set_is_inverted_from_two_thirds_on():
    assert text(("sigset", (1 << 41) - 1)).startswith("[HUP")
    assert text(("sigset", (1 << 42) - 1)).startswith("~[")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (exit_status(7), "[{WIFEXITED(s) && WEXITSTATUS(s) == 7}]"),
        (signal_status(11, False), "[{WIFSIGNALED(s) && WTERMSIG(s) == SIGSEGV}]"),
        (signal_status(6, True), "[{WIFSIGNALED(s) && WTERMSIG(s) == SIGABRT && WCOREDUMP(s)}]"),
        (stop_status(19), "[{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}]"),
        (stop_status(5 | 0x80), "[{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80}]"),
        (CONTINUED_STATUS, "[{WIFCONTINUED(s)}]"),
        (0xFF, "[0xff]"),
    ],
)
def test_wait_statuses(status, shown):
    assert text(("wstatus", status)) == shown


@given(st.integers(0, 0xFFFF_FFFF))
def test_every_status_word_has_a_text(word):
    assert text(("wstatus", word)).startswith("[")
    assert ending(word)


def test_ends_of_tasks():
    assert ending(exit_status(3)) == "exited with 3"
    assert ending(signal_status(15, False)) == "killed by SIGTERM"
    assert ending(signal_status(11, True)) == "killed by SIGSEGV (core dumped)"
