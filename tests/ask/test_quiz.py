"""Ask mode's questions: what is right comes from the run, for whatever guest it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.debug.ask.outcome import foresee
from emulator.debug.ask.questions import Question, questions
from emulator.debug.ask.quiz import Quiz
from emulator.session import Options
from emulator.stepper import Stepper
from emulator.stops import CatchCall
from kernel.abi.sysno import Sysno
from kernel.events import SyscallEntered
from kernel.task.semantics import SYSTEMS
from tests.screen.pictures import hand_made

Guest = Callable[[str], Path]
UNKNOWN_CALL = bytes.fromhex("b8f0010000 cd80 b801000000 bb00000000 cd80")  # call 496, exit(0)
DEMOS = ("vfork_exec", "vfork_memory", "fork_cow", "pipe")


def asked_at(stepper: Stepper, call: Sysno) -> dict[str, Question]:
    """All questions about the next call of this number, by kind."""
    event = stepper.run([CatchCall(frozenset({int(call)}), exit=False)]).event
    assert isinstance(event, SyscallEntered)
    return {question.kind: question for question in questions(foresee(stepper, event))}


def answers(found: dict[str, Question]) -> dict[str, str]:
    return {kind: question.answer for kind, question in found.items()}


def test_a_vfork_suspends_shares_and_returns_twice(guest: Guest) -> None:
    found = asked_at(Stepper(str(guest("vfork_exec"))), Sysno.VFORK)
    assert answers(found) == {
        "who": "101", "memory": "yes", "returns": "101", "child returns": "0", "descriptors": "no",
    }  # fmt: skip
    assert found["who"].why == "100 is suspended: child 101 has not exec'd; 101 runs"
    assert found["memory"].why == "both use one address space, mm#1"


def test_a_fork_goes_on_with_a_copy_for_the_child(guest: Guest) -> None:
    found = asked_at(Stepper(str(guest("fork_cow"))), Sysno.FORK)
    assert answers(found) == {
        "who": "100", "memory": "no", "returns": "101", "child returns": "0", "descriptors": "no",
    }  # fmt: skip
    assert found["memory"].why == "101 has mm#2, a copy of mm#1"


def test_an_exec_lets_the_parent_go_on_and_leaves_its_memory(guest: Guest) -> None:
    found = asked_at(Stepper(str(guest("vfork_exec"))), Sysno.EXECVE)
    assert answers(found) == {"who": "100", "returns": "0", "sleeps": "no", "same memory": "no"}
    assert found["who"].why == "parent 100 goes on: child 101 executed; 100 runs"


def test_a_failed_exec_keeps_its_memory_and_the_parent_waiting(guest: Guest) -> None:
    found = asked_at(Stepper(str(guest("vfork_exec")), ["/nowhere"]), Sysno.EXECVE)
    assert answers(found) == {
        "who": "101", "returns": "ENOENT", "sleeps": "no", "same memory": "yes",
    }  # fmt: skip
    given = ("ENOENT", " enoent ", "-1 ENOENT", "-ENOENT", "-2")
    assert all(found["returns"].is_right(each) for each in given)
    assert not found["returns"].is_right("0")


def test_an_exit_never_returns(guest: Guest) -> None:
    found = asked_at(Stepper(str(guest("vfork_memory"))), Sysno.EXIT)
    assert answers(found) == {"who": "100", "returns": "never"}


def test_a_wait_for_a_living_child_sleeps(guest: Guest) -> None:
    found = asked_at(Stepper(str(guest("vfork_exec"))), Sysno.WAIT4)
    assert answers(found) == {"who": "101", "returns": "101", "sleeps": "yes"}


def test_what_vfork_means_is_asked_of_the_system_that_runs(guest: Guest) -> None:
    options = Options(vfork=SYSTEMS["posix"])
    found = asked_at(Stepper(str(guest("vfork_exec")), (), options), Sysno.VFORK)
    linux = asked_at(Stepper(str(guest("vfork_exec"))), Sysno.VFORK)
    assert answers(found) != answers(linux)


def test_asking_moves_nothing(guest: Guest) -> None:
    stepper = Stepper(str(guest("vfork_exec")))
    asked_at(stepper, Sysno.VFORK)
    assert stepper.task is not None
    assert stepper.task.call is not None
    assert (stepper.task.tid, len(stepper.system.tasks)) == (100, 2)


def solution(program: Path, seed: int = 0) -> list[str]:
    """The answers that are printed on request."""
    told: list[str] = []
    assert Quiz(Stepper(str(program)), told.append, None, seed).run()
    return [line.removeprefix("  = ") for line in told if line.startswith("  = ")]


def put(program: Path, given: list[str], seed: int = 0) -> tuple[bool, Quiz, list[str]]:
    """Whether these answers passed, the quiz after them, and what it said."""
    told: list[str] = []
    rest = iter(given)
    quiz = Quiz(Stepper(str(program)), told.append, lambda _: next(rest, None), seed)
    return quiz.run(), quiz, told


@pytest.mark.parametrize("demo", DEMOS)
def test_the_solution_is_all_right_and_each_change_of_it_is_not(guest: Guest, demo: str) -> None:
    program = guest(demo)
    solved = solution(program)
    most = len(solved)
    assert most > 5
    passed, quiz, told = put(program, solved)
    assert (passed, quiz.right, quiz.asked) == (True, most, most)
    assert told[-1] == f"{most} of {most} right"
    for wrong in (0, most // 2, most - 1):
        changed = [*solved[:wrong], "something else", *solved[wrong + 1 :]]
        passed, quiz, told = put(program, changed)
        assert (passed, quiz.right, quiz.asked) == (False, most - 1, most)
        assert sum(line.startswith(f"    wrong, it is {solved[wrong]}: ") for line in told) == 1


def test_the_end_of_the_answers_is_the_end_of_the_quiz(guest: Guest) -> None:
    program = guest("vfork_exec")
    passed, _, told = put(program, solution(program)[:3])
    assert (passed, told[-1]) == (False, "input has ended: 3 of 3 right so far")
    passed, _, told = put(program, [])
    assert (passed, told[-1]) == (False, "input has ended: 0 of 0 right so far")


def test_the_seed_chooses_and_nothing_else_does(guest: Guest) -> None:
    program = guest("vfork_exec")
    by_seed = [put(program, ["?"] * 50, seed)[2] for seed in (1, 1, 2, 3, 4)]
    assert by_seed[0] == by_seed[1]
    assert len({tuple(told) for told in by_seed}) > 2


def test_calls_that_repeat_are_asked_about_twice(guest: Guest) -> None:
    *_, told = put(guest("fork_cow"), ["?"] * 100)
    assert sum(" calls write(" in line for line in told) == 2


def test_output_of_the_guest_comes_between_the_questions_and_is_inert(guest: Guest) -> None:
    *_, told = put(guest("vfork_exec"), ["?"] * 50)
    calls = [line for line in told if " calls " in line or line.startswith("  | ")]
    child = calls.index("  | child image")
    assert calls[child - 1] == r'101 calls write(1, "child image\n", 12)'
    assert calls[child + 1] == "101 calls exit(7)"


def test_what_the_kernel_tells_people_is_said_once(tmp_path: Path) -> None:
    _, _, told = put(hand_made(tmp_path, UNKNOWN_CALL), ["ENOSYS", "never"])
    notice = "emu386: unsupported system call syscall_0x1f0 (number 496): ENOSYS"
    assert told.count(notice) == 1
    assert told[-1] == "2 of 2 right"
