"""W2: the child leaves the function that called vfork."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.check.checked import check, facts

Guest = Callable[[str], Path]
KINDS = ["misuse_libc", "misuse_glibc", "misuse_glibc_plain"]


@pytest.mark.parametrize("kind", KINDS)
def test_w2_return_and_nothing_else(guest: Guest, kind: str) -> None:
    """What the child writes after it belongs to W2, not to W1."""
    finding = check(guest(f"{kind}/functions"), "return").only
    assert (finding.rule, finding.touched) == ("W2", "made_in_a_frame")
    found = facts(finding)
    assert found["how"] == "a return"
    assert str(found["return before place"]).startswith("misuse+")
    assert int(found["octets"]) > 0


def test_w2_shows_a_return_address_that_the_child_has_overwritten(guest: Guest) -> None:
    found = facts(check(guest("misuse_glibc/functions"), "return").only)
    assert found["return before"] != found["return after"]
    assert "return address of made_in_a_frame" in str(found["modified"])


@pytest.mark.parametrize("kind", KINDS)
def test_w2_longjmp_out_of_the_function(guest: Guest, kind: str) -> None:
    finding = check(guest(f"{kind}/functions"), "jump").only
    assert (finding.rule, finding.touched) == ("W2", "jump")
    assert facts(finding)["how"] == "an assignment to ESP"
    assert "longjmp+" in finding.place


@pytest.mark.parametrize(("case", "how"), [("r", "a return"), ("a", "an assignment to ESP")])
def test_w2_without_cfi(guest: Guest, case: str, how: str) -> None:
    finding = check(guest("misuse/frames"), case).only
    assert (finding.rule, finding.touched, facts(finding)["how"]) == ("W2", "caller", how)


@pytest.mark.parametrize("case", ["c", "p"])
def test_w2_not_within_the_function_s_own_frame(guest: Guest, case: str) -> None:
    run = check(guest("misuse/frames"), case)
    assert (run.status, run.findings) == (0, [])
