"""`emu386 step --ask` in a pipe and at a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tests.guests.fixtures import Run, run

Guest = Callable[[str], Path]
Emu = Callable[..., Run]
ROOT = Path(__file__).parents[2]


def solution(text: str) -> str:
    lines = [line[4:] for line in text.splitlines() if line.startswith("  = ")]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(("demo", "seed"), [("vfork_exec", 0), ("fork_cow", 1), ("pipe", 2)])
def test_what_answers_prints_passes(guest: Guest, emu: Emu, demo: str, seed: int) -> None:
    options = ["--seed", str(seed)]
    solved = emu([guest(demo)], options=[*options, "--answers"], command="step")
    assert (solved.status, solved.stderr) == (0, "")
    given = solution(solved.stdout)
    done = emu([guest(demo)], options=[*options, "--ask"], command="step", input=given)
    most = given.count("\n")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.endswith(f"{most} of {most} right\n")
    again = emu([guest(demo)], options=[*options, "--ask"], command="step", input=given)
    assert again == done


def test_one_wrong_answer_is_status_1(guest: Guest, emu: Emu) -> None:
    solved = emu([guest("vfork_exec")], options=["--answers"], command="step")
    given = "\x1b[31m wrong\n" + solution(solved.stdout).partition("\n")[2]
    done = emu([guest("vfork_exec")], options=["--ask"], command="step", input=given)
    assert done.status == 1
    assert "  > \\x1b[31m wrong\n    wrong, it is " in done.stdout


def test_the_end_of_input_is_status_1(guest: Guest, emu: Emu) -> None:
    done = emu([guest("vfork_exec")], options=["--ask"], command="step", input="")
    assert (done.status, done.stdout.splitlines()[-1]) == (
        1,
        "input has ended: 0 of 0 right so far",
    )


def test_at_a_terminal_answers_are_typed_and_ctrl_d_ends_it(guest: Guest) -> None:
    words = ["-m", "emulator", "step", "--ask", str(guest("vfork_exec"))]
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    child = pexpect.spawn(sys.executable, words, env=settings, timeout=60, encoding="utf-8")
    child.expect_exact("100 calls vfork()")
    child.expect_exact("  > ")
    child.sendline("101")
    child.expect(r"101\r\n    (right|wrong)")
    child.expect_exact("  > ")
    child.sendeof()
    child.expect(r"input has ended: \d of 1 right so far")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 1


def test_asking_needs_no_textual(guest: Guest) -> None:
    code = "import sys; from emulator.cli import main; main(['step', '--answers', sys.argv[1]])\n"
    code += "sys.exit('textual' in sys.modules)"
    assert run([sys.executable, "-c", code, guest("hello")], cwd=ROOT).status == 0
