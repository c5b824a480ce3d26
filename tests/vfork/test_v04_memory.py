"""V4: child and parent share all memory, what is mapped where included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vfork.watching import Watched

FOUND = """\
the child's write to a global variable: found
the child's write to the stack: found
the page that the child mapped: found, with the child's octet
the page that the child unmapped: gone
the page that the child protected: cannot be written, can be read
the end of the heap: where the child put it
""".splitlines()


@pytest.fixture(scope="module")
def run(guest: Callable[[str], Path]) -> Watched:
    run = Watched(guest("vfork/shares"))
    assert run.run() == 0
    return run


@pytest.mark.parametrize("line", FOUND, ids=lambda line: line.partition(":")[0])
def test_v04_parent_finds_what_the_child_did(run: Watched, line: str) -> None:
    assert line in run.output.splitlines()


def test_v04_there_is_one_address_space_with_two_users(guest: Callable[[str], Path]) -> None:
    parent, child = Watched(guest("vfork/shares")).until_suspended()
    assert parent.memory is child.memory
    assert parent.memory.users == 2
