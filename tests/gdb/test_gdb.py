"""Debian's gdb on emulated guests: what it catches, follows, watches and undoes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gdb.debugging import (
    QUIET,
    commands,
    debug,
    debug_natively,
    emulated,
    need_gdb,
    stops,
)
from tests.guests.fixtures import TIMEOUT, Run

pytestmark = pytest.mark.emulated
Guest = Callable[[str], Path]
Emu = Callable[..., Run]


@pytest.fixture
def vfork_exec(guest: Guest) -> Path:
    return guest("vfork_exec")


# ---- the guest comes to its end all the same ---------------------------------------------------


def test_the_guests_output_and_status_are_ours(vfork_exec: Path) -> None:
    done = debug(vfork_exec, ["continue"])
    assert "exited normally" in done.said
    assert (done.status, done.stdout, done.stderr) == (0, "child image\nparent done\n", "")


def test_what_is_let_go_runs_to_its_end(guest: Guest) -> None:
    done = debug(guest("child"), ["detach"])
    assert (done.status, done.stdout) == (7, "child image\n")


def test_what_is_killed_has_died_by_sigkill(vfork_exec: Path) -> None:
    done = debug(vfork_exec, ["kill"])
    assert (done.status, done.stdout) == (128 + 9, "")


# ---- the same as natively ----------------------------------------------------------------------

BOTH = ["set detach-on-fork off", "set schedule-multiple on"]
PARENT = ["catch vfork", "catch exec", "catch syscall wait4", *["continue"] * 4]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("vfork_exec", PARENT),
        ("vfork_exec", ["catch syscall", *["continue"] * 9]),
        ("vfork_exec", ["break parent", "continue", "info registers eax eip", "continue"]),
        ("vfork_exec", ["set follow-fork-mode child", "catch exec", "continue", "continue"]),
        ("fork_cow", ["catch fork", *["continue"] * 4]),
        ("fork_cow", ["set follow-fork-mode child", "catch fork", *["continue"] * 4]),
        ("vfork_memory", ["break main", "continue", "next", "next", "step", "finish", "continue"]),
        ("signals", ["handle SIGUSR1 stop print", *["continue"] * 6]),
        ("signals", ["catch signal SIGUSR2", "continue", "continue", "stepi", "continue"]),
        ("wait_statuses", ["catch syscall wait4", *["continue"] * 12]),
        ("vfork_exec", ["catch syscall vfork", "continue", *["stepi"] * 3, "continue"]),
        ("fork_cow", ["catch fork", "continue", *["stepi"] * 3, "continue"]),
        ("vfork_memory", ["watch global", "continue", "continue", "continue"]),
        ("vfork_memory", ["set follow-fork-mode child", "watch global", *["continue"] * 3]),
        ("fork_cow", ["rwatch global", *["continue"] * 4]),
        ("fork_cow", ["awatch global", *["continue"] * 5]),
        ("glibc/posix_spawn", ["catch vfork", "catch exec", *["continue"] * 8]),
        ("glibc/posix_spawn", ["set follow-fork-mode child", "catch exec", *["continue"] * 8]),
    ],
)  # fmt: skip
def test_it_stops_where_it_stops_natively_in_the_same_order(
    guest: Guest, name: str, lines: list[str]
) -> None:
    program = guest(name)
    expected = stops(debug_natively(program, lines))
    assert expected
    assert stops(debug(program, lines).said) == expected


def test_a_thread_more_is_listed_with_what_it_waits_for(guest: Guest) -> None:
    lines = ["break *start_thread", "continue", "info threads", "thread 1", "x/i $pc"]
    said = debug(guest("glibc/threads"), lines).said
    assert re.search(r'1 +Thread 100\.100 "threads" \(blocked \(futex 0x\w+\)\)', said)
    assert re.search(r'\* 2 +Thread 100\.101 "threads" \(on the CPU\) +0x\w+ in start_thread', said)
    assert "[Switching to thread 1 (Thread 100.100)]" in said


@pytest.mark.parametrize("name", ["glibc/threads", "glibc/thread_signals"])
def test_threads_run_to_their_end_under_breakpoints(guest: Guest, name: str, emu: Emu) -> None:
    program = guest(name)
    lines = ["set confirm off", "break *start_thread", *["continue"] * 40]
    done = debug(program, lines)
    expected = emu([program])
    assert done.said.count("hit Breakpoint") >= 1
    assert (done.status, done.stdout) == (expected.status, expected.stdout)


def test_both_at_once_are_two_inferiors(vfork_exec: Path) -> None:
    lines = [*BOTH, "catch vfork", "catch exec", "continue", "continue"]
    lines += ["info inferiors", "continue", "inferior 1", "continue"]
    done = debug(vfork_exec, lines)
    assert re.search(r" 1 +process 100 .*vfork_exec *\n\* 2 +process 101 .*child *\n", done.said)
    assert "[Inferior 2 (process 101) exited with code 07]" in done.said
    assert "[Inferior 1 (process 100) exited normally]" in done.said
    assert (done.status, done.stdout) == (0, "child image\nparent done\n")


def test_a_forked_child_can_stay_stopped_while_its_parent_goes_on(guest: Guest) -> None:
    lines = ["set detach-on-fork off", "catch fork", "continue", "stepi", "info inferiors"]
    lines += ["inferior 2", "continue", "inferior 1", "continue"]
    done = debug(guest("fork_cow"), lines)
    assert re.search(r"\* 1 +process 100 .*\n +2 +process 101 ", done.said)
    first = done.said.index("[Inferior 2 (process 101) exited normally]")
    assert first < done.said.index("[Inferior 1 (process 100) exited normally]")
    assert done.status == 0


def test_vfork_with_only_the_first_setting_is_refused_by_gdb(vfork_exec: Path) -> None:
    done = debug(vfork_exec, ["set detach-on-fork off", "catch vfork", "continue", "continue"])
    assert "Can not resume the parent process over vfork" in done.said


def test_what_gdb_asks_of_the_system_is_answered(vfork_exec: Path) -> None:
    lines = ["info auxv", "info proc", "info proc mappings", "info proc status", "info proc exe"]
    said = debug(vfork_exec, [*lines, "x/2i $pc", "info registers", "info inferiors"]).said
    assert re.search(r"AT_ENTRY +Entry point of program +0x80490e8", said)
    assert re.search(r'AT_EXECFN .*"/.*/vfork_exec"', said)
    assert f"exe = '{vfork_exec}'" in said
    assert re.search(r"0x8048000 +0x8049000 +0x1000 +0x0 +r--p +/.*/vfork_exec", said)
    assert re.search(r"0xc0000000 .*\[stack\]", said)
    assert "Name:\tvfork_exec" in said
    assert re.search(r"=> 0x80490e8 <_start>:\s+call", said)
    assert re.search(r"eip +0x80490e8 +0x80490e8 <_start>", said)
    assert re.search(r"eflags +0x202 +\[ IF \]", said)


def test_siginfo_is_the_one_that_is_delivered_next(guest: Guest) -> None:
    lines = ["continue", "print $_siginfo.si_signo", "print $_siginfo._sifields._kill"]
    said = debug(guest("signals"), lines).said
    assert "received signal SIGUSR1" in said
    assert "$1 = 10" in said
    assert "$2 = {si_pid = 100, si_uid = 0}" in said


def test_three_steps_back_and_three_forth_lead_to_the_same_place(vfork_exec: Path) -> None:
    state = ["info all-registers", "x/64wx $esp", "x/64wx &child_argv"]
    lines = ["break parent", "continue", "echo ----\\n", *state, "echo ----\\n"]
    lines += [*["reverse-stepi"] * 3, "x/i $pc", *["stepi"] * 3, "echo ----\\n", *state]
    said = debug(vfork_exec, lines).said
    _, before, between, after = said.split("----\n")
    assert "<_start+12>:\ttest   %eax,%eax" in between
    assert before == after
    assert "xmm7" in before


def test_steps_back_lead_out_of_a_system_call_and_into_it_again(vfork_exec: Path) -> None:
    lines = ["break parent", "continue", *["reverse-stepi"] * 4, "x/i $pc", "info registers eax"]
    lines += ["stepi", "info registers eax"]
    said = debug(vfork_exec, lines).said
    assert re.search(r"=> 0x80490f2 <_start\+10>:\s+int    \$0x80\neax +0xbe ", said)
    assert re.search(r"eax +0x65 +101\n?$", said.strip())


def test_reverse_continue_stops_at_the_breakpoint_before(guest: Guest) -> None:
    lines = ["break *report", "continue", "continue", *["reverse-continue"] * 2]
    said = debug(guest("vfork_memory"), lines).said
    assert re.findall(r'report \(who=0x\w+ "(\w+)"', said) == ["before", "parent", "before"]
    assert "No more reverse-execution history." in said


def test_reads_are_met_again_on_the_way_back(guest: Guest) -> None:
    lines = ["rwatch global", *["continue"] * 3, "reverse-continue", "reverse-continue"]
    said = debug(guest("fork_cow"), lines).said
    assert re.findall(r"Value = (\d)", said) == ["1", "1", "4", "4", "1"]


def test_a_watched_variable_goes_back_to_its_old_value(guest: Guest) -> None:
    lines = ["watch global", "continue", "print global", "reverse-continue", "print global"]
    said = debug(guest("fork_cow"), lines).said
    assert re.search(r"watchpoint 1: global\s+Old value = 1\s+New value = 4", said)
    assert re.search(r"watchpoint 1: global\s+Old value = 4\s+New value = 1", said)
    assert re.findall(r"^\$\d = (\d)", said, re.MULTILINE) == ["4", "1"]


def test_functions_of_the_guest_can_be_called_also_in_the_middle_of_a_call(guest: Guest) -> None:
    lines = ["catch syscall futex", "continue", "print (int)getpid()", "delete", "continue"]
    done = debug(guest("glibc/threads"), lines)
    assert "$1 = 100" in done.said
    assert "counter 40000" in done.stdout


def test_variables_can_be_changed(guest: Guest) -> None:
    lines = ["break report", "continue", "set var global = 9", "delete", "continue"]
    assert debug(guest("fork_cow"), lines).stdout.startswith("before: global 9, stack 1\n")


def test_thread_local_variables_are_those_of_the_thread(guest: Guest) -> None:
    lines = ["break pthread_mutex_unlock if (int)own == 3", "continue", "print (int)own"]
    said = debug(guest("glibc/threads"), [*lines, "thread apply 1 print (int)own", "kill"]).said
    assert re.findall(r"^\$\d = (\d)", said, re.MULTILINE) == ["3", "0"]


def test_a_signal_can_be_sent_and_another_withheld(guest: Guest) -> None:
    done = debug(guest("signals"), ["continue", "signal SIGTERM"])
    assert "Program terminated with signal SIGTERM" in done.said
    assert done.status == 128 + 15
    withheld = debug(guest("signals"), ["continue", "signal 0", "kill"])
    assert "handler: signal 10" not in withheld.stdout


def test_monitor_tells_what_gdb_has_no_words_for(vfork_exec: Path) -> None:
    said = debug(vfork_exec, ["catch vfork", "continue", "monitor tasks", "monitor help"]).said
    assert "pid 100 tid 100 ppid 1 vfork_exec: held (vfork child 101)" in said
    assert "* pid 101 tid 101 ppid 100 vfork_exec: on the CPU" in said
    assert "monitor goto N" in said


def test_a_program_is_fetched_from_the_guest_when_gdb_has_none(vfork_exec: Path) -> None:
    gdb = need_gdb()
    with emulated(vfork_exec) as (_, port):
        lines = [f"target remote 127.0.0.1:{port}", "info symbol $pc", "kill"]
        done = subprocess.run(
            [gdb, *QUIET, *commands(lines)], capture_output=True, text=True, timeout=TIMEOUT
        )
    assert "_start in section .text" in done.stdout
