"""Frames: counted, zeroed, and never given out while translated code may lie in them."""

import pytest

from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.mm.frames import ZERO_FRAME, Reclaimer
from tests.mm.world import Mm


@pytest.fixture
def mm() -> Mm:
    return Mm()


def test_every_frame_but_the_reserved_ones_is_handed_out_once(mm: Mm) -> None:
    total = mm.frames.free_count
    got = mm.exhaust()
    assert sorted(got) == list(range(16, mm.frames.total))
    assert (len(set(got)), mm.frames.free_count) == (total, 0)


def test_exhausted_ram_is_enomem_and_stays_so(mm: Mm) -> None:
    mm.exhaust()
    for _ in range(2):
        with pytest.raises(SysError) as error:
            mm.frames.allocate()
        assert error.value.errno is Errno.ENOMEM


def test_a_frame_comes_back_zeroed_when_its_last_user_goes(mm: Mm) -> None:
    frame = mm.frames.allocate()
    mm.machine.ram.write(frame << 12, b"secret")
    mm.frames.share(frame)
    before = mm.frames.free_count
    mm.frames.drop(frame)
    assert mm.frames.free_count == before
    mm.frames.drop(frame)
    assert mm.frames.free_count == before + 1
    assert mm.frames.allocate() == frame
    assert not any(mm.machine.ram.read(frame << 12, 4096))


def test_the_zero_frame_is_shared_without_being_counted(mm: Mm) -> None:
    before = mm.frames.free_count
    mm.frames.share(ZERO_FRAME)
    mm.frames.drop(ZERO_FRAME)
    mm.frames.drop(ZERO_FRAME)
    assert mm.frames.free_count == before
    assert mm.frames.is_shared(ZERO_FRAME)


def test_a_frame_that_held_code_is_reused_only_after_code_was_forgotten(mm: Mm) -> None:
    held = mm.exhaust()
    mm.frames.was_executable[held[0]] = 1
    mm.frames.drop(held[0])
    mm.frames.drop(held[1])
    assert mm.frames.allocate() == held[1]
    assert mm.machine.forgotten == 0
    assert mm.frames.allocate() == held[0]
    assert mm.machine.forgotten == 1
    assert not mm.frames.was_executable[held[0]]


def test_frames_that_held_code_are_collected_not_flushed_one_by_one(mm: Mm) -> None:
    for _ in range(500):
        frame = mm.frames.allocate()
        mm.frames.was_executable[frame] = 1
        mm.frames.drop(frame)
    assert mm.machine.forgotten == 0


class _Cache(Reclaimer):
    def __init__(self, mm: Mm, frames: list[int]) -> None:
        self.mm = mm
        self.frames = frames

    def reclaim(self) -> bool:
        freed = len(self.frames)
        self.mm.frames.drop_all(self.frames)
        self.frames = []
        return bool(freed)


def test_who_can_give_frames_back_is_asked_before_enomem(mm: Mm) -> None:
    cache = _Cache(mm, [mm.frames.allocate() for _ in range(2)])
    mm.frames.may_reclaim.append(cache)
    mm.exhaust()
    assert {mm.frames.allocate(), mm.frames.allocate()} == {16, 17}
    with pytest.raises(SysError):
        mm.frames.allocate()


def test_a_frame_may_have_more_users_than_fit_into_16_bits(mm: Mm) -> None:
    frame = mm.frames.allocate()
    before = mm.frames.free_count
    for _ in range(70_000):
        mm.frames.share(frame)
    for _ in range(70_000):
        mm.frames.drop(frame)
    assert mm.frames.free_count == before
    mm.frames.drop(frame)
    assert mm.frames.free_count == before + 1


def test_reserved_frames_are_as_many_as_asked_for_or_none(mm: Mm) -> None:
    free = mm.frames.free_count
    held = mm.frames.reserve(3)
    assert (len(set(held)), mm.frames.free_count) == (3, free - 3)
    mm.frames.drop_all(held)
    mm.frames.ram.octets[held[0] << 12] = 1
    again = mm.frames.reserve(3)
    assert set(again) == set(held), "frames that were given back"
    assert mm.frames.ram.octets[held[0] << 12] == 0
    free = mm.frames.free_count
    with pytest.raises(SysError, match="ENOMEM"):
        mm.frames.reserve(free + 1)
    assert mm.frames.free_count == free
