"""RAM: sizes, views and frames."""

import pytest

from emulator.machine.ram import FRAME_SIZE, Ram


@pytest.mark.parametrize("size", [0, 1, -1, (1 << 20) - 1, (3 << 30) + 1, 1 << 40])
def test_sizes_out_of_range_are_refused_by_name(size: int) -> None:
    with pytest.raises(ValueError, match=f"1 MiB to 3 GiB, not {size} bytes"):
        Ram(size)


def test_a_size_is_rounded_down_to_whole_frames() -> None:
    ram = Ram((1 << 20) + 4095)
    assert ram.size == 1 << 20
    assert ram.frame_count == 256


def test_all_views_show_the_same_memory_little_endian() -> None:
    ram = Ram(1 << 20)
    ram.entries[2] = 0x1122_3344_5566_7788
    assert ram.words[4] == 0x5566_7788
    assert ram.octets[16] == 0x88
    assert ram.read(16, 3) == b"\x88\x77\x66"


def test_zero_and_copy_touch_one_frame_only() -> None:
    ram = Ram(1 << 20)
    ram.write(0, b"\xff" * (5 * FRAME_SIZE))
    ram.zero(1)
    ram.write(3 * FRAME_SIZE, b"\x11" * FRAME_SIZE)
    ram.copy(3, 2)
    marks = [ram.read(i * FRAME_SIZE, FRAME_SIZE) for i in range(5)]
    assert marks == [bytes([mark]) * FRAME_SIZE for mark in (0xFF, 0, 0x11, 0x11, 0xFF)]
