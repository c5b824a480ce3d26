"""V28: programs that rely on the wait or on shared memory work on some systems, not on others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vfork.watching import Watched

WAIT = {
    True: "relying on the wait: the child was done when vfork returned",
    False: "relying on the wait: the child was not done when vfork returned",
}
MEMORY = {
    True: "relying on the memory: the child's write is there",
    False: "relying on the memory: the child's write is not there",
}


@pytest.mark.parametrize(
    ("system", "waits", "shares"),
    [("linux", True, True), ("posix", False, False), ("bsd44", True, False)],
)
def test_v28_difference_is_named(
    guest: Callable[[str], Path], system: str, waits: bool, shares: bool
) -> None:
    run = Watched(guest("vfork/relies"), options=f"--vfork={system}")
    assert run.run() == 0
    assert run.output.splitlines() == [WAIT[waits], MEMORY[shares]]
