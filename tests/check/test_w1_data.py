"""W1: data other than the variable that receives vfork's result is modified."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.check.checked import check, facts

Guest = Callable[[str], Path]


def test_w1_names_variable_octets_function_and_line(guest: Guest) -> None:
    finding = check(guest("misuse/memory"), "global").only
    assert (finding.rule, finding.touched, finding.count) == ("W1", "value", 1)
    assert (finding.before, finding.after, finding.length) == ("01000000", "63000000", 4)
    assert finding.place.startswith("child+")
    assert "(memory.c:" in finding.place
    assert str(facts(finding)["called from"]).startswith("main+")


def test_w1_a_variable_in_the_frame_of_the_function_that_called_vfork(guest: Guest) -> None:
    finding = check(guest("misuse/memory"), "stack").only
    assert (finding.rule, finding.touched) == ("W1", "the frame of main")
    assert (finding.before, finding.after) == ("01000000", "03000000")


def test_w1_repeated_writes_of_one_line_to_one_variable_are_one_finding(guest: Guest) -> None:
    finding = check(guest("misuse/memory"), "fill").only
    assert (finding.rule, finding.touched) == ("W1", "buffer")
    assert (finding.count, finding.length) == (64, 64)
    assert (finding.before, finding.after) == ("00" * 16, "55" * 16)


def test_w1_what_the_kernel_stores_for_the_child(guest: Guest) -> None:
    finding = check(guest("misuse/memory"), "read").only
    assert (finding.rule, finding.touched, facts(finding)["system call"]) == (
        "W1",
        "buffer",
        "read",
    )
    assert bytes.fromhex(finding.after) == b"text"


@pytest.mark.parametrize(("case", "call"), [("brk", "brk"), ("map", "munmap")])
def test_w1_a_change_of_what_is_mapped(guest: Guest, case: str, call: str) -> None:
    finding = check(guest("misuse/memory"), case).only
    assert (finding.rule, finding.touched) == ("W1", "the memory map")
    assert (facts(finding)["system call"], facts(finding)["size"]) == (call, 4096)


@pytest.mark.parametrize("case", ["fresh", "copied"])
def test_w1_on_a_page_that_had_to_be_faulted_in_or_copied(guest: Guest, case: str) -> None:
    assert check(guest("misuse/memory"), case).rules == ["W1"]


def test_w1_another_thread_of_the_parent_is_not_accused(guest: Guest) -> None:
    assert check(guest("misuse/memory"), "thread").rules == []


def test_w1_the_child_still_is_after_another_thread_ran(guest: Guest) -> None:
    assert check(guest("misuse/memory"), "race").only.touched == "value"


@pytest.mark.parametrize("case", ["clean", "result", "same", "scratch"])
def test_w1_not_the_result_nor_a_store_that_changes_nothing_nor_unused_stack(
    guest: Guest, case: str
) -> None:
    run = check(guest("misuse/memory"), case)
    assert (run.status, run.output, run.findings) == (0, "parent\n", [])


@pytest.mark.parametrize("symbol", ["value", "child"])
def test_w1_an_allowed_variable_or_function_is_not_reported(guest: Guest, symbol: str) -> None:
    run = check(guest("misuse/memory"), "global", options=[f"--check-allow={symbol}"])
    assert run.findings == []


@pytest.mark.parametrize("kind", ["misuse_libc", "misuse_glibc", "misuse_glibc_plain"])
def test_w1_in_a_program_with_a_c_library(guest: Guest, kind: str) -> None:
    run = check(guest(f"{kind}/functions"), "write")
    assert (run.only.rule, run.only.touched) == ("W1", "global")
    assert "(functions.c:" in run.only.place


@pytest.mark.parametrize("kind", ["misuse_glibc", "misuse_libc"])
def test_w1_the_return_address_of_a_wrapper_that_left_it_on_the_stack(
    guest: Guest, kind: str
) -> None:
    """vfork made through syscall(): what the child calls next overwrites the parent's way back.

    The parent returns to wherever that leads, and may do more harm there.
    """
    run = check(guest(f"{kind}/functions"), "syscall")
    first = [finding for finding in run.findings if finding.pid == run.findings[0].pid]
    assert {finding.rule for finding in first} == {"W1"}
    touched = [finding.touched for finding in first]
    assert any(name.startswith("the return address of ") for name in touched)


@pytest.mark.parametrize("how", ["vfork", ""])
def test_w1_pages_that_the_child_shares_by_fork_stay_copy_on_write(guest: Guest, how: str) -> None:
    run = check(guest("misuse/memory"), "forks", how=how)
    assert run.status == 1
    assert run.rules == (["W1"] if how else [])


@pytest.mark.parametrize("system", ["bsd", "netbsd", "solaris", "bsd44", "posix", "linux-2.0"])
def test_w1_whatever_system_s_vfork_it_is(guest: Guest, system: str) -> None:
    run = check(guest("misuse/memory"), "global", options=[f"--vfork={system}"])
    assert run.rules == ["W1"]
    shared = system in ("bsd", "netbsd", "solaris")
    assert facts(run.only)["shared"] == shared


def test_w1_is_checked_without_asking_where_vfork_is_what_posix_promises(guest: Guest) -> None:
    run = check(guest("misuse/memory"), "global", how="", options=["--vfork=posix"])
    assert run.rules == ["W1"]


@pytest.mark.parametrize("how", ["vfork", ""])
def test_w1_the_child_does_not_notice(guest: Guest, how: str) -> None:
    """Stepping uses the trap flag: PUSHF must not show it, and the child's own must work."""
    assert check(guest("misuse/memory"), "flags", how=how).status == 0
    assert check(guest("misuse/memory"), "trap", how=how).status == 5
