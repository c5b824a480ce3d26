"""What the screen looks like in the four moments of a vfork, small and large.

Look at a change with `pytest tests/screen/test_snapshots.py` and its report; if it is meant, add
`--snapshot-update`. The guest's addresses in the pictures are those that one compiler gives it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import build
import pytest
from textual.pilot import Pilot

from tests.screen.screens import LARGE, SMALL, press, screen, settle

MOMENTS = {
    "before": "v",
    "during": "v s",
    "after_exec": "v s y s",
    "after_wait": "v s y s p p p",
}
pytestmark = pytest.mark.skipif(not build.has_zig(), reason="the pictures show zig's guests")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_vfork(
    guest: Callable[[str], Path],
    snap_compare: Callable[..., bool],
    moment: str,
    size: tuple[int, int],
) -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, MOMENTS[moment])

    assert snap_compare(screen(guest("vfork_exec")), terminal_size=size, run_before=steps)
