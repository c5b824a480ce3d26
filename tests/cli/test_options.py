"""The command line: where ours ends and the guest's begins, and what is wrong with a value."""

from __future__ import annotations

import argparse

import pytest

from emulator.cli import main
from emulator.command_line import split
from emulator.options import add_run_options, rlimit, session_options, size, variable
from emulator.session import Options
from kernel.abi.process import RLIM_INFINITY, Resource


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    add_run_options(made)
    return made


def options(*words: str) -> Options:
    return session_options(parser().parse_args(words))


@pytest.mark.parametrize(
    ("words", "ours", "guest"),
    [
        ("prog", "", "prog"),
        ("prog -x --ram 5", "", "prog -x --ram 5"),
        ("prog -- -x", "", "prog -- -x"),
        ("-- prog -- -x", "", "prog -- -x"),
        ("-- -prog", "", "-prog"),
        ("--ram 64M prog", "--ram 64M", "prog"),
        ("--ram=64M prog", "--ram=64M", "prog"),
        ("--max-i 5 prog --max-i", "--max-i 5", "prog --max-i"),
        ("--isolated prog", "--isolated", "prog"),
        ("--iso prog", "--iso", "prog"),
        ("-E A=b prog -E", "-E A=b", "prog -E"),
        ("-EA=b prog", "-EA=b", "prog"),
        ("-0 name prog", "-0 name", "prog"),
        ("--seed -5 prog", "--seed -5", "prog"),
        ("-", "", "-"),
        ("", "", ""),
        ("--ram", "--ram", ""),
    ],
)
def test_words_are_cut_at_the_program(words: str, ours: str, guest: str) -> None:
    assert split(parser(), words.split()) == (ours.split(), guest.split())


def test_options_become_those_of_a_session() -> None:
    got = options(
        "-E", "A=b=c", "-E", "PATH", "-0", "zero", "--user", "1000", "--ram", "1G",
        "--rlimit", "nofile=10:20", "--rlimit", "RLIMIT_STACK=unlimited", "--max-procs", "7",
        "--max-insns", "9", "--max-output", "2K", "--timeout", "1.5", "--clock", "host",
        "--seed", "3", "--schedule", "random", "--isolated",
    )  # fmt: skip
    assert got.environment == (("A", "b=c"), ("PATH", None))
    assert (got.argv0, got.user, got.group, got.ram) == ("zero", 1000, 1000, 1 << 30)
    assert got.limits[Resource.RLIMIT_NOFILE] == (10, 20)
    assert got.limits[Resource.RLIMIT_STACK] == (RLIM_INFINITY, RLIM_INFINITY)
    assert (got.max_procs, got.max_blocks, got.max_output, got.timeout) == (7, 9, 2048, 1.5)
    assert (got.host_clock, got.seed, got.random_schedule, got.is_isolated) == (True, 3, True, True)


@pytest.mark.parametrize("text", ["5:6", "0:0", "4000:1"])
def test_a_user_may_have_a_group_of_another_number(text: str) -> None:
    user, group = map(int, text.split(":"))
    got = options("--user", text)
    assert (got.user, got.group) == (user, group)


@pytest.mark.parametrize(
    ("text", "octets"), [("5", 5), ("1K", 1024), ("2m", 2 << 20), ("1GiB", 1 << 30), ("3kB", 3072)]
)
def test_sizes_have_units(text: str, octets: int) -> None:
    assert size(text) == octets


def test_an_empty_value_is_a_value() -> None:
    assert variable("A=") == ("A", "")


def test_one_number_is_both_limits() -> None:
    assert rlimit("nproc=5") == (Resource.RLIMIT_NPROC, (5, 5))


@pytest.mark.parametrize(
    "words",
    [
        "run",
        "trace",
        "run --ram 1 x",
        "run --ram 5T x",
        "run --ram -1 x",
        "run --ram",
        "run --user root x",
        "run --user -1 x",
        "run --user 1:2:3 x",
        "run --rlimit nothing=5 x",
        "run --rlimit nofile x",
        "run --rlimit nofile=9:5 x",
        "run --max-insns 0 x",
        "run --max-insns -5 x",
        "run --max-insns 1.5 x",
        "run --max-procs none x",
        "run --timeout 0 x",
        "run --timeout nan x",
        "run --timeout inf x",
        "run --timeout -1 x",
        "run --max-output many x",
        "run --clock sundial x",
        "run --schedule fair x",
        "run --seed x x",
        "run --bind /tmp x",
        "run --bind /tmp:relative x",
        "run --bind /tmp:/x:rwx x",
        "run --bind /nonexistent-folder:/x x",
        "run --root /nonexistent-folder x",
        "run -E =5 x",
        "run --no-such-option x",
        "run --max 5 x",
        "run -Q x",
        "trace -s many x",
        "trace -o /nonexistent-folder/file x",
        "unknown",
        "demo no-such-demo",
        "demo one two",
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_status_125(
    words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(words.split()) == 125
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err.startswith("emu386: ")
    assert said.err.count("\n") == 1


def test_without_a_command_there_is_help(capfd: pytest.CaptureFixture[str]) -> None:
    main([])
    assert "usage: emu386" in capfd.readouterr().out


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["trace", "-h"], ["--version"]])
def test_help_and_version_succeed(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 0
    assert "emu386" in capfd.readouterr().out


def test_a_missing_program_is_127(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "/nonexistent-program"]) == 127
    assert "nonexistent-program" in capfd.readouterr().err
