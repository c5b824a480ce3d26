"""errno's address, told by the code of `__errno_location`."""

from __future__ import annotations

import pytest

from kernel.check.errno_place import _execute

THREAD = 0x0900_0000


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("65a100000000 83c01c c3", THREAD + 0x1C),
        ("f30f1efb b8e0ffffff 65030500000000 c3", THREAD - 0x20),
        ("55 89e5 65a100000000 8d4024 5d c3", THREAD + 0x24),
        ("65a100000000 2d30000000 c3", THREAD - 0x30),
        ("65a100000000 8d8044010000 c3", THREAD + 0x144),
    ],
)
def test_the_usual_forms_are_understood(code: str, address: int) -> None:
    octets, value = bytes.fromhex(code), 0
    while octets != b"\xc3":
        done = _execute(octets, value, THREAD)
        assert done is not None
        size, value = done
        octets = octets[size:]
    assert value & 0xFFFF_FFFF == address


def test_another_instruction_is_not() -> None:
    assert _execute(b"\x0f\x0b", 0, THREAD) is None
