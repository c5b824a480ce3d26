"""V12: a variable in a register is as at the call, one in memory as the child left it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.machine.machine import ESI
from kernel.events import Released, SyscallEntered
from tests.vfork.watching import Watched

FOURTH = 3
"""esi among the registers that carry a call's arguments."""


@pytest.mark.parametrize(("options", "register"), [("", 1), ("--vfork-registers=child", 2)])
def test_v12_register_comes_back_and_memory_stays(
    guest: Callable[[str], Path], options: str, register: int
) -> None:
    run = Watched(guest("vfork/variables"), options=options)
    assert run.run() == 0
    assert run.output == f"in a register: {register}\nin memory: 2\n"


def test_v12_child_had_another_value_in_the_register(guest: Callable[[str], Path]) -> None:
    run = Watched(guest("vfork/variables"))
    parent, child = run.until_suspended()
    run.until(lambda: bool(run.seen(Released)))
    (end,) = (event for event in run.seen(SyscallEntered) if event.name == "exit")
    assert (end.pid, end.words[FOURTH]) == (child.tid, 2)
    assert parent.context.words[ESI] == 1
