"""Line mode, typed into a pseudo-terminal: it stops where it was told to, back and forth."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from emulator.debug.line_mode import PROMPT
from tests.real_programs.debian import program

Type = Callable[[str], str]
ROOT = Path(__file__).parents[2]


class Terminal:
    """A terminal with `emu386 step --plain` in it; called with a line it returns the answer."""

    def __init__(self, argv: list[str]) -> None:
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "emulator", "step", "--plain", *argv],
            env=os.environ | {"PYTHONPATH": str(ROOT), "TERM": "dumb", "INPUTRC": "/dev/null"},
            encoding="utf-8",
            timeout=60,
            dimensions=(50, 250),
        )
        self.start = self.answer()

    def answer(self) -> str:
        self.process.expect_exact(PROMPT)
        return re.sub(r"\x1b\[[?0-9]*[a-zA-Z]", "", self.process.before).replace("\r", "")

    def __call__(self, line: str) -> str:
        self.process.sendline(line)
        return self.answer().partition("\n")[2].rstrip("\n")

    def status(self) -> int | None:
        self.process.expect(pexpect.EOF)
        self.process.close()
        return self.process.exitstatus


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*argv: str | Path) -> Terminal:
        opened.append(Terminal([str(word) for word in argv]))
        return opened[-1]

    yield start
    for each in opened:
        each.process.close(force=True)


@pytest.fixture
def cow(terminal: Callable[..., Terminal], guest: Callable[[str], Path]) -> Terminal:
    return terminal(guest("fork_cow"))


@pytest.fixture
def vfork(terminal: Callable[..., Terminal], guest: Callable[[str], Path]) -> Terminal:
    return terminal(guest("vfork_exec"))


def value(terminal: Terminal, expression: str) -> int:
    return int(re.findall(r"= (0x\w+)$", terminal(f"print/x (unsigned)({expression})"))[0], 0)


def position(answer: str) -> int:
    return int(re.findall(r"^(\d+): ", answer, re.MULTILINE)[-1])


# ---- stops -------------------------------------------------------------------------------------


def test_break_at_a_symbol_stops_before_its_first_instruction(cow: Terminal) -> None:
    assert "Breakpoint 1: 0x" in cow("break *report")
    answer = cow("continue")
    assert "Breakpoint 1, task 100" in answer
    assert "<report+0>" in answer
    assert value(cow, "$pc") == value(cow, "report")
    assert "main" in cow("bt").splitlines()[1]
    assert "Breakpoint 1, task 101" in cow("c")
    assert "met 2 times" in cow("info breakpoints")


def test_a_breakpoint_may_be_one_tasks_alone(cow: Terminal) -> None:
    cow("break report task 101")
    assert "task 101" in cow("c")
    assert "guest has ended with status 0" in cow("c")


def test_a_breakpoint_at_a_source_line_is_where_its_code_begins(cow: Terminal) -> None:
    lines = (ROOT / "guest_programs" / "demo" / "fork_cow.c").read_text().splitlines()
    number = 1 + next(i for i, line in enumerate(lines) if "global = 4" in line)
    cow(f"tbreak fork_cow.c:{number}")
    assert f"fork_cow.c:{number}" in cow("c")
    assert re.search(rf"=> {number}\t +global = 4;", cow("list"))
    assert "No breakpoints" in cow("info b")


def test_watch_stops_after_each_change_and_tells_whose_it_was(cow: Terminal) -> None:
    stack = value(cow, "$sp")
    assert cow("watch *$sp") == f"Watchpoint 1: 4 octets at {stack:#x}"
    assert cow("rwatch *$sp 8") == f"Read watchpoint 2: 8 octets at {stack:#x}"
    cow("delete")
    assert "Watchpoint 3: 4 octets at 0x" in cow("watch global")
    changes = []
    while "Watchpoint 3, task" in (answer := cow("continue")):
        changes.append((int(re.findall(r"task (\d+): 1 -> [24]", answer)[-1]), position(answer)))
        cow(f"task {changes[-1][0]}")
        assert value(cow, "global") == {101: 2, 100: 4}[changes[-1][0]]
        cow("task any")
    assert [tid for tid, _ in changes] == [101, 100]
    back = [position(cow("reverse-continue")) for _ in changes]
    assert back == [place for _, place in changes[::-1]]


def test_reads_and_accesses_are_watched_back_and_forth(cow: Terminal) -> None:
    assert "Read watchpoint 1: 4 octets at 0x" in cow("rwatch global")
    assert "Read watchpoint 1, task 100" in cow("continue")
    read = position(cow("continue"))
    cow("awatch global")
    assert position(cow("reverse-continue")) < read  # the child's write, or the first read
    assert "watchpoint 2" not in cow("delete 2")
    assert position(cow("continue")) == read
    assert re.search(r"1  read watchpoint +4 octets at .*, met \d times", cow("info b"))


def test_syscall_stops_where_the_call_is_made(vfork: Terminal) -> None:
    answer = vfork("syscall vfork")
    assert "Task 100: call of vfork" in answer
    assert "=> system call vfork" in answer
    assert value(vfork, "$eax") == 190
    assert "101" not in vfork("tasks")
    vfork("stepi")
    assert re.search(r"100 .* HELD +mm#1 .*waits for: vfork child 101", vfork("tasks"))


def test_event_stops_at_each_thing_that_happens_to_a_process(vfork: Terminal) -> None:
    met = []
    kinds = "created suspended released exec exit reaped"
    while "has ended" not in (answer := vfork(f"event {kinds}")):
        met.append(re.findall(r"Task (\d+): (\w+)", answer)[-1])
    assert met == [
        ("100", "TaskCreated"),  # and suspended, in the same step
        ("100", "Released"),  # as the child has executed
        ("101", "TaskExited"),
        ("100", "TaskReaped"),
        ("100", "TaskExited"),
    ]
    assert "Task 100: TaskReaped" in vfork("reverse-event reaped")


def test_catch_stops_at_entry_and_end_of_a_call_and_at_signals(
    terminal: Callable[..., Terminal], guest: Callable[[str], Path]
) -> None:
    signals = terminal(guest("signals"))
    signals("catch syscall kill")
    signals("catch signal usr2")
    assert "Catchpoint 1, task 100: call of kill" in signals("c")
    assert "Catchpoint 1, task 100: end of kill" in signals("c")
    signals("delete 1")
    assert "Catchpoint 2, task 100: SIGUSR2" in signals("c")
    assert "<handle_with_information+0>" in signals("info registers eip")


# ---- steps -------------------------------------------------------------------------------------


def test_stepping_back_and_forth_gives_the_same_registers(vfork: Terminal) -> None:
    vfork("goto 100")
    there = vfork("info registers")
    vfork("stepi 25")
    assert vfork("info registers") != there
    assert position(vfork("reverse-stepi 25")) == 100
    assert vfork("info registers") == there


def line(answer: str) -> int:
    return int(re.findall(r"\(fork_cow\.c:(\d+)\)$", answer, re.MULTILINE)[-1])


def line_with(text: str) -> int:
    lines = (ROOT / "guest_programs" / "demo" / "fork_cow.c").read_text().splitlines()
    return next(number for number, content in enumerate(lines, 1) if text in content)


def test_next_goes_from_line_to_line_over_functions_and_back(cow: Terminal) -> None:
    cow("break main")
    cow("continue")
    places = [cow("next") for _ in range(3)]
    assert [line(place) for place in places[:2]] == [
        line_with("int on_stack = 1"),
        line_with('report("before"'),
    ]
    assert "before: global 1" in places[2]
    assert "<main+" in places[2]
    assert [position(cow("reverse-next")) for _ in range(2)] == [
        position(place) for place in places[1::-1]
    ]


def test_step_goes_into_functions_and_finish_out_of_them(cow: Terminal) -> None:
    number = line_with('report("before"')
    cow(f"break fork_cow.c:{number}")
    before = position(cow("continue"))
    assert "<report+" in cow("step")
    inside = position(cow("step"))
    finished = cow("finish")
    assert "before: global 1" in finished
    assert "<main+" in finished
    assert re.search(r"It returned -?\d+ \(0x\w+\)", finished)
    assert "<report+" in cow("reverse-step")
    cow(f"goto {inside}")
    assert before < position(cow("reverse-finish")) < inside
    assert "call" in cow("x /i $pc")


def test_finish_of_a_parents_vfork_waits_for_its_child(
    terminal: Callable[..., Terminal], guest: Callable[[str], Path]
) -> None:
    memory = terminal(guest("vfork_memory"))
    memory("syscall vfork")
    answer = memory("finish")
    assert re.search(r"\[100\] => .*<main\+.*\(\S+:\d+\)$", answer, re.MULTILINE)
    assert "It returned 101 (0x65)" in answer


def test_an_empty_line_repeats_a_step(vfork: Terminal) -> None:
    vfork("stepi")
    vfork("")
    assert position(vfork("")) == 3


def test_nexti_goes_over_functions_and_calls_of_the_system(vfork: Terminal) -> None:
    assert "<_start+5>" in vfork("nexti")
    vfork("nexti")
    answer = vfork("nexti")
    assert "<_start+12>" in answer
    assert "[100]" in answer
    assert value(vfork, "$eax") == 101
    assert "<_start+10>" in vfork("reverse-nexti")
    vfork("reverse-nexti")
    assert position(vfork("reverse-nexti")) == 0


def test_task_counts_the_steps_of_one_task_alone(vfork: Terminal) -> None:
    vfork("vfork")
    vfork("task 100")
    assert "[100]" in vfork("stepi 2")
    assert "child" in vfork("tasks")


def test_what_happened_is_told_once_and_output_appears_once(vfork: Terminal) -> None:
    assert "child image" in vfork("goto end")
    vfork("goto start")
    answer = vfork("continue")
    assert "child image" not in answer
    assert "+++ exited with 0 +++" in answer


# ---- looking -----------------------------------------------------------------------------------


def test_memory_is_shown_in_the_formats_of_gdb(cow: Terminal) -> None:
    address = value(cow, "&global")
    assert cow("x/dw &global") == f"{address:#x} <global>:\t1"
    assert cow("x/4xb &global") == f"{address:#x} <global>:\t0x01\t0x00\t0x00\t0x00"
    assert cow("x/1tb &global").endswith("\t00000001")
    assert re.fullmatch(r"=> 0x\w+ <_start\+0>:\t.*", cow("x/1i $pc").splitlines()[-1])
    assert cow("print global + 0x10 - 1") == "$2 = 16"
    assert cow("print *&global") == "$3 = 1"
    assert cow("print $2 + $") == "$4 = 17"


def test_variables_are_shown_with_their_types_in_each_process(cow: Terminal) -> None:
    cow("break report")
    cow("continue")
    assert re.search(r"^#0  .*report \(.*\n#1  0x\w{8} in main \(", cow("bt"))
    assert cow("whatis &global") == "type = volatile int *"
    assert re.fullmatch(r"\$1 = \(volatile int \*\) 0x\w+ <global>", cow("print &global"))
    assert cow("print *$1") == "$2 = 1"
    assert re.match(r"#1  0x\w{8} in main \(.*\n\d+\t.*report\(", cow("up"))
    assert "stack" in cow("info locals")
    assert "Watchpoint 2: 4 octets" in cow("watch *&global")
    assert cow("print global = 3") == "what has happened cannot be changed here: gdb can (run -g)"


def test_diff_tells_what_changed_between_two_points(cow: Terminal) -> None:
    cow("watch global")
    place = position(cow("c"))
    told = cow(f"diff {place - 1} {place}")
    assert re.search(r"task 101: eip 0x\w+ -> 0x\w+", told)
    assert re.search(r"memory mm#2: 0x\w+, 1 octets: 01 -> 02", told)
    assert "mm#1" not in told
    assert position(cow("stepi")) == place + 1


def test_areas_descriptors_and_signals_are_listed(cow: Terminal) -> None:
    assert "[stack]" in cow("info maps")
    assert cow("info files").startswith("  0  pipe:[1]  offset 0")
    assert "blocked: []" in cow("info signals")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("frobnicate", "no command 'frobnicate': `help` lists them"),
        ("break nowhere", 'No symbol "nowhere" in current context.'),
        ("x/4xw 0", "Cannot access memory at address 0x0"),
        ("print $foo", "no register $foo"),
        ("print 1 +", "A syntax error in expression, near `'."),
        ("syscall nonsense", "no system call 'nonsense'"),
        ("delete 7", "there is no breakpoint number 7"),
        ("task 55", "there is no task 55 here"),
        ("reverse-n", "'reverse-n' may be reverse-next, reverse-nexti"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line_and_changes_nothing(
    cow: Terminal, line: str, told: str
) -> None:
    assert cow(line) == told
    assert position(cow("stepi")) == 1


# ---- the end -----------------------------------------------------------------------------------


def test_the_guests_status_is_ours_once_it_has_ended(
    terminal: Callable[..., Terminal], guest: Callable[[str], Path]
) -> None:
    child = terminal(guest("child"))
    assert "the guest has ended with status 7" in child("c")
    child.process.sendline("quit")
    assert child.status() == 7


def test_leaving_before_the_end_is_status_0(vfork: Terminal) -> None:
    vfork("stepi")
    vfork.process.sendeof()
    assert vfork.status() == 0


def test_ctrl_c_stops_a_run_that_has_no_end(terminal: Callable[..., Terminal]) -> None:
    busybox = program("busybox-static", "bin/busybox")
    shell = terminal(busybox, "sh", "-c", "while :; do :; done")
    shell.process.sendline("continue")
    with pytest.raises(pexpect.TIMEOUT):
        shell.process.expect_exact(PROMPT, timeout=1.5)
    shell.process.sendintr()
    assert "Interrupted" in shell.answer()
    place = position(shell("stepi"))
    assert position(shell("reverse-stepi")) == place - 1
    shell.process.sendline("quit")
    assert shell.status() == 0


def test_the_guest_reads_the_lines_that_follow(terminal: Callable[..., Terminal]) -> None:
    busybox = program("busybox-static", "bin/busybox")
    shell = terminal(busybox, "sh", "-c", "read word; echo got $word")
    shell.process.sendline("continue")
    shell.process.expect_exact("(the guest reads a line; Ctrl-D ends its input)")
    shell.process.sendline("butter")
    assert "got butter" in shell.answer()
    shell("goto 0")
    assert "has ended with status 0" in shell("continue")
