"""Whatever a guest asks for, the kernel answers: no call raises anything of Python's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.session import Options, Session

ENDLESS = (10025, 10193)
"""Tell sendmmsg of millions of messages, and select of a thousand million descriptors, all of which
could be read for the record.
"""


@pytest.mark.parametrize("seed", [*range(1, 25), *ENDLESS])
def test_no_call_upsets_the_kernel(seed: int, guest: Callable[[str], Path]) -> None:
    """Half of the runs are recorded: describing hostile arguments must not fail either."""
    program = str(guest("tests/random_calls"))
    options = Options(
        ram=64 << 20,
        max_procs=50,
        max_blocks=2_000_000,
        max_output=1 << 22,
        record=bool(seed % 2),
    )
    session = Session(program, [str(seed)], options)
    assert 0 <= session.run() < 256
    assert session.kernel.blocks > 100
