"""The page cache: one copy of a file's page, whoever looks at it, and its frames given back."""

from __future__ import annotations

import pytest

from emulator.machine import paging
from kernel.mm.shared_memory import SharedMemory
from tests.mm.world import PAGE, PRIVATE, Mm, Octets, R, X, at, of_file


@pytest.fixture
def mm() -> Mm:
    return Mm()


def test_two_processes_map_one_frame(mm: Mm) -> None:
    file, a, b = Octets(b"text"), mm.space(), mm.space()
    for space in (a, b):
        space.map(of_file(file, 0, 1, R | X, PRIVATE))
    assert a.physical(at(0)) == b.physical(at(0))


def test_read_and_write_see_what_mappings_wrote_and_the_other_way_round(mm: Mm) -> None:
    file, space = Octets(b"0123456789"), mm.space()
    space.map(of_file(file, 0, 1))
    space.write(at(0, 2), b"ab")
    assert file.read_at(0, 10) == b"01ab456789"
    file.write_at(4, b"cd")
    assert space.read(at(0), 8) == b"01abcd67"
    assert file.read_at(3, 4) == b"bcd6"


def test_a_private_page_is_the_processs_own_once_written(mm: Mm) -> None:
    file, space = Octets(b"0123"), mm.space()
    space.map(of_file(file, 0, 1, flags=PRIVATE))
    space.write(at(0), b"A")
    file.write_at(0, b"zz")
    assert space.read(at(0), 4) == b"A123"
    assert file.read_at(0, 4) == b"zz23"


def test_octets_behind_the_end_never_reach_the_file(mm: Mm) -> None:
    file, space = Octets(b"abc"), mm.space()
    space.map(of_file(file, 0, 1))
    space.write(at(0, 2), b"CDEF")
    space.synchronise(at(0), at(1))
    assert bytes(file.store) == b"abC"


def test_cutting_a_file_clears_the_rest_of_its_last_page(mm: Mm) -> None:
    file, space = Octets(b"abcdef"), mm.space()
    space.map(of_file(file, 0, 1))
    assert space.read(at(0), 6) == b"abcdef"
    file.truncate(3)
    file.truncate(6)
    assert space.read(at(0), 6) == file.read_at(0, 6) == b"abc\0\0\0"


@pytest.mark.parametrize("how", ["msync", "munmap", "exit", "reclaim"])
def test_what_the_kernel_wrote_into_a_mapping_reaches_the_files_own_store(mm: Mm, how: str) -> None:
    file, space = Octets(b"abc"), mm.space()
    space.map(of_file(file, 0, 1))
    space.write(at(0), b"X")
    if how == "msync":
        space.synchronise(at(0), at(1))
    elif how == "munmap":
        space.unmap(at(0), at(1))
    elif how == "exit":
        space.leave()
    else:
        space.unmap(at(0), at(1))
        assert mm.cache.reclaim()
    assert bytes(file.store) == b"Xbc"
    assert file.read_at(0, 3) == b"Xbc"


def test_a_write_after_msync_is_written_back_again(mm: Mm) -> None:
    file, space = Octets(b"abc"), mm.space()
    space.map(of_file(file, 0, 1))
    space.write(at(0), b"X")
    space.synchronise(at(0), at(1))
    mm.machine.ram.octets[space.physical(at(0)) + 1] = ord("Y")  # as the CPU stores
    space.unmap(at(0), at(1))
    assert bytes(file.store) == b"XYc"


def test_an_unlinked_file_lives_until_its_last_mapping_goes(mm: Mm) -> None:
    free = mm.frames.free_count
    file, space = Octets(b"abc"), mm.space()
    space.map(of_file(file, 0, 1))
    space.map(of_file(file, 4, 1))
    assert space.read(at(0), 3) == b"abc"
    file.links = 0
    space.unmap(at(0), at(1))
    assert space.read(at(4), 3) == b"abc"
    space.leave()
    assert mm.frames.free_count == free
    assert file.cached is None


def test_shared_memory_is_shared_through_fork_and_gone_with_the_last_mapping(mm: Mm) -> None:
    free = mm.frames.free_count
    space = mm.space()
    space.map(of_file(SharedMemory(2 * PAGE, space.frames.commitments), 0, 2))
    space.write(at(0), b"parent")
    child = space.fork("child")
    child.write(at(1), b"child")
    assert space.read(at(1), 5) == b"child"
    assert child.read(at(0), 6) == b"parent"
    mm.cache.reclaim()
    space.leave()
    assert child.read(at(0), 6) == b"parent"
    child.leave()
    assert mm.frames.free_count == free


def test_pages_nobody_maps_are_given_up_only_when_memory_is_tight(mm: Mm) -> None:
    file, space = Octets(b"abc"), mm.space()
    space.map(of_file(file, 0, 1))
    frame = space.frame_at(at(0))
    space.unmap(at(0), at(1))
    space.map(of_file(file, 0, 1))
    assert space.frame_at(at(0)) == frame
    space.unmap(at(0), at(1))
    mm.exhaust()
    assert mm.frames.allocate() == frame


def test_a_mapped_page_is_never_reclaimed(mm: Mm) -> None:
    file, space = Octets(b"abc"), mm.space()
    space.map(of_file(file, 0, 1))
    frame = space.frame_at(at(0))
    mm.cache.reclaim()
    assert space.frame_at(at(0)) == frame
    assert space.page_cache.of(file).pages == {0: frame}


def test_no_page_of_a_shared_mapping_is_copied_at_fork(mm: Mm) -> None:
    file, space = Octets(b"abc"), mm.space()
    space.map(of_file(file, 0, 1))
    space.write(at(0), b"x")
    child = space.fork("child")
    assert child.tables.get(at(0)) == space.tables.get(at(0))
    assert child.tables.get(at(0)) & paging.WRITABLE
