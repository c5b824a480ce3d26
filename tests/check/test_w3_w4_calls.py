"""W3 and W4: the child calls exit(), or any other function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.check.checked import check, facts

Guest = Callable[[str], Path]
KINDS = ["misuse_libc", "misuse_glibc", "misuse_glibc_plain"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["vfork", "vfork-strict"])
def test_w3_exit_and_nothing_else(guest: Guest, kind: str, how: str) -> None:
    """What is written inside exit is listed with it, not as W1."""
    run = check(guest(f"{kind}/functions"), "exit", how=how)
    assert run.output == "atexit\nparent\n"
    assert run.only.rule == "W3"
    assert facts(run.only)["status"] == 3
    assert int(facts(run.only)["octets"]) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_w4_another_function_only_when_strict(guest: Guest, kind: str) -> None:
    program = guest(f"{kind}/functions")
    assert check(program, "call").findings == []
    finding = check(program, "call", how="vfork-strict").only
    assert (finding.rule, finding.touched) == ("W4", "getppid")
    assert "(functions.c:" in finding.place


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", ["clean", "exec", "missing", "spawn", "variable"])
def test_w4_exec_and_underscore_exit_may_be_called(guest: Guest, kind: str, case: str) -> None:
    assert check(guest(f"{kind}/functions"), case, how="vfork-strict").rules == []


def test_w4_an_allowed_function_is_not_reported(guest: Guest) -> None:
    program = guest("misuse_libc/functions")
    options = ["--check-allow=getppid"]
    assert check(program, "call", how="vfork-strict", options=options).findings == []
