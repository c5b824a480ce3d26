"""Page faults: what a touch becomes, by area; and the signal where it is the program's error."""

from __future__ import annotations

import pytest

from emulator.machine import paging
from kernel.abi.errno import Errno
from kernel.abi.memory import STACK_TOP, TASK_SIZE, MapFlag, Prot
from kernel.abi.signals import BUS_ADRERR, SEGV_ACCERR, SEGV_MAPERR, Signal
from kernel.errors import SysError
from kernel.mm.address_space import AddressSpace
from kernel.mm.area import Area
from kernel.mm.area_map import STACK_GUARD
from kernel.mm.fault import MemoryFault
from kernel.mm.frames import ZERO_FRAME
from tests.mm.world import (
    BASE,
    PAGE,
    PRIVATE,
    RW,
    Access,
    Mm,
    Octets,
    R,
    W,
    X,
    anonymous,
    at,
    of_file,
)

MIB = 1 << 20


@pytest.fixture
def mm() -> Mm:
    return Mm()


@pytest.fixture
def space(mm: Mm) -> AddressSpace:
    return mm.space()


def frame_of(space: AddressSpace, address: int) -> int:
    return paging.frame_of(space.tables.get(address))


def refused(space: AddressSpace, address: int, access: Access) -> tuple[Signal, int, int]:
    with pytest.raises(MemoryFault) as fault:
        space.fault(address, access)
    return fault.value.signal, fault.value.code, fault.value.address


def test_a_read_of_fresh_memory_costs_no_frame_and_a_write_costs_one(
    mm: Mm, space: AddressSpace
) -> None:
    space.map(anonymous(0, 4))
    space.fault(at(1), Access.WRITE)  # makes the tables
    free = mm.frames.free_count
    assert space.fault(at(0, 5), Access.READ) == "zero"
    assert (frame_of(space, at(0)), mm.frames.free_count) == (ZERO_FRAME, free)
    assert space.fault(at(0, 5), Access.WRITE) == "zero"
    assert frame_of(space, at(0)) != ZERO_FRAME
    assert mm.frames.free_count == free - 1


def test_after_a_fork_the_first_writer_copies_and_the_second_reuses(space: AddressSpace) -> None:
    space.map(anonymous(0, 1))
    space.write(at(0), b"before")
    child = space.fork("child")
    assert frame_of(child, at(0)) == frame_of(space, at(0))
    assert child.fault(at(0), Access.WRITE) == "copy"
    assert space.fault(at(0), Access.WRITE) == "reuse"
    child.write(at(0), b"child!")
    assert (space.read(at(0), 6), child.read(at(0), 6)) == (b"before", b"child!")


def test_the_last_sharer_of_a_page_writes_in_place(space: AddressSpace) -> None:
    space.map(anonymous(0, 1))
    space.write(at(0), b"x")
    frame = frame_of(space, at(0))
    space.fork("child").leave()
    assert space.fault(at(0), Access.WRITE) == "reuse"
    assert frame_of(space, at(0)) == frame


@pytest.mark.parametrize(
    ("prot", "access"),
    [(0, Access.READ), (0, Access.WRITE), (0, Access.EXECUTE), (R, Access.WRITE),
     (RW, Access.EXECUTE), (R | X, Access.WRITE)],
)  # fmt: skip
def test_an_access_that_the_protection_forbids_is_accerr(
    space: AddressSpace, prot: int, access: Access
) -> None:
    space.map(anonymous(0, 1, prot))
    assert refused(space, at(0, 7), access) == (Signal.SIGSEGV, SEGV_ACCERR, at(0, 7))


@pytest.mark.parametrize("prot", [W, X, R])
def test_i386_reads_whatever_may_be_accessed_at_all(space: AddressSpace, prot: int) -> None:
    space.map(anonymous(0, 1, prot))
    assert space.fault(at(0), Access.READ) == "zero"


@pytest.mark.parametrize("address", [0, BASE - 1, BASE + PAGE, TASK_SIZE, 0xFFFF_FFFF])
def test_an_address_outside_every_area_is_maperr(space: AddressSpace, address: int) -> None:
    space.map(anonymous(0, 1))
    assert refused(space, address, Access.READ) == (Signal.SIGSEGV, SEGV_MAPERR, address)


def test_a_page_wholly_behind_the_end_of_its_file_is_sigbus(space: AddressSpace) -> None:
    space.map(of_file(Octets(b"x" * (PAGE + 1)), 0, 3))
    assert space.read(at(1), 2) == b"x\0"
    assert refused(space, at(2, 9), Access.READ) == (Signal.SIGBUS, BUS_ADRERR, at(2, 9))
    with pytest.raises(SysError) as error:
        space.read(at(2), 1)
    assert error.value.errno is Errno.EFAULT


def test_a_file_that_was_cut_takes_its_mapped_pages_away(mm: Mm, space: AddressSpace) -> None:
    file = Octets(b"x" * (3 * PAGE))
    space.map(of_file(file, 0, 3))
    space.map(of_file(file, 4, 3, flags=PRIVATE))
    space.write(at(5), b"own")
    assert space.read(at(0), 3 * PAGE) == b"x" * (3 * PAGE)
    file.truncate(10)
    assert space.read(at(0), PAGE) == b"x" * 10 + bytes(PAGE - 10)
    for page in (1, 2, 5, 6):
        assert refused(space, at(page), Access.READ)[0] is Signal.SIGBUS
    file.truncate(3 * PAGE)
    file.write_at(PAGE, b"new")
    assert space.read(at(1), 3) == b"new"
    space.write(at(1), b"N")
    assert file.read_at(PAGE, 3) == b"New"


def test_cached_pages_around_a_read_fault_are_mapped_with_it(space: AddressSpace) -> None:
    file = Octets(b"x" * (40 * PAGE))
    for page in (0, 1, 3, 20):
        space.page_cache.of(file).frame(page)
    space.map(of_file(file, 0, 40))
    space.fault(at(1), Access.READ)
    assert [page for page in range(40) if space.tables.get(at(page))] == [0, 1, 3]


def test_a_private_copy_is_taken_of_a_page_that_could_be_reclaimed_for_it(mm: Mm) -> None:
    space, file = mm.space(), Octets(b"x" * PAGE)
    space.map(of_file(file, 0, 2, flags=PRIVATE))
    space.map(anonymous(4, 1))
    space.write(at(4), b"tables")
    space.page_cache.of(file).frame(0)
    mm.exhaust()
    with pytest.raises(SysError) as error:
        space.fault(at(0), Access.WRITE)
    assert error.value.errno is Errno.ENOMEM
    assert space.tables.get(at(0)) == 0
    mm.frames.drop(space.physical(at(4)) >> 12)  # a frame is free again
    assert space.fault(at(0), Access.WRITE) == "copy"
    assert space.read(at(0), 3) == b"xxx"


def test_out_of_memory_leaves_the_page_as_it_was(mm: Mm, space: AddressSpace) -> None:
    space.map(anonymous(0, 2))
    space.write(at(0), b"here")
    child = space.fork("child")
    mm.exhaust()
    with pytest.raises(SysError):
        child.fault(at(0), Access.WRITE)
    with pytest.raises(SysError):
        space.fault(at(1), Access.WRITE)
    assert child.read(at(0), 4) == space.read(at(0), 4) == b"here"


# ---- stack and heap ------------------------------------------------------------------------------


def test_the_stack_grows_to_wherever_it_is_touched(space: AddressSpace) -> None:
    space.make_stack()
    assert space.fault(STACK_TOP - MIB, Access.WRITE) == "grow"
    area = space.find(STACK_TOP - 1)
    assert area is not None
    assert (area.start, area.path) == (STACK_TOP - MIB, "[stack]")


def test_the_stack_stops_at_its_limit(space: AddressSpace) -> None:
    space.stack_limit = MIB
    space.make_stack()
    assert space.fault(STACK_TOP - MIB, Access.WRITE) == "grow"
    assert refused(space, STACK_TOP - MIB - 1, Access.WRITE)[:2] == (Signal.SIGSEGV, SEGV_MAPERR)


def test_the_stack_keeps_its_distance_from_the_area_below(space: AddressSpace) -> None:
    space.make_stack()
    below = STACK_TOP - 4 * MIB
    space.map(Area(below - PAGE, below, RW, PRIVATE))
    assert space.fault(below + STACK_GUARD, Access.WRITE) == "grow"
    assert refused(space, below + STACK_GUARD - 1, Access.WRITE)[1] == SEGV_MAPERR


def test_the_stack_grows_by_the_limit_of_the_whole_space_only(space: AddressSpace) -> None:
    space.make_stack()
    space.space_limit = space.total_size + PAGE
    start = space.areas[0].start
    assert refused(space, start - PAGE - 1, Access.WRITE)[1] == SEGV_MAPERR
    assert space.fault(start - 1, Access.WRITE) == "grow"


def test_an_area_that_does_not_grow_down_does_not(space: AddressSpace) -> None:
    space.map(anonymous(1, 1))
    assert refused(space, at(0), Access.WRITE)[1] == SEGV_MAPERR


def test_brk_moves_the_end_of_the_heap_by_octets_and_zeroes_what_comes_back(
    space: AddressSpace,
) -> None:
    space.brk_start = space.brk = BASE
    assert space.set_brk(BASE + 5000, MIB) == BASE + 5000
    space.write(BASE, b"x" * 5000)
    assert space.set_brk(BASE + 100, MIB) == BASE + 100
    with pytest.raises(SysError):
        space.read(BASE + PAGE, 1)
    assert space.set_brk(BASE + 5000, MIB) == BASE + 5000
    assert space.read(BASE + PAGE, 10) == bytes(10)


@pytest.mark.parametrize("address", [BASE - 1, 0, BASE + MIB + 1, TASK_SIZE, 0xFFFF_FFFF])
def test_brk_that_cannot_be_changes_nothing(space: AddressSpace, address: int) -> None:
    space.brk_start = BASE
    space.brk = BASE + 10
    assert space.set_brk(address, MIB) == BASE + 10
    assert space.areas == []


def test_brk_does_not_run_into_the_next_area(space: AddressSpace) -> None:
    space.brk_start = space.brk = BASE
    space.map(anonymous(4, 1))
    assert space.set_brk(at(4), MIB) == BASE
    assert space.set_brk(at(3), MIB) == at(3)


def test_the_heap_of_a_program_without_a_stack_header_is_executable(space: AddressSpace) -> None:
    space.data_is_executable = True
    space.brk_start = space.brk = BASE
    space.set_brk(at(1), MIB)
    assert space.areas[0].prot == RW | X
    space.fault(at(0), Access.WRITE)
    assert not space.tables.get(at(0)) & paging.NO_EXECUTE


def test_the_trampolines_are_mapped_once_and_call_both_sigreturns(space: AddressSpace) -> None:
    plain, real_time = space.trampoline()
    assert space.trampoline() == (plain, real_time)
    assert space.read(plain, 8) == b"\x58\xb8\x77\0\0\0\xcd\x80"  # pop eax; mov eax, 119; int 0x80
    assert space.read(real_time, 7) == b"\xb8\xad\0\0\0\xcd\x80"  # mov eax, 173; int 0x80
    area = space.find(plain)
    assert area is not None
    assert area.prot == Prot.PROT_READ | Prot.PROT_EXEC
    assert refused(space, plain, Access.WRITE)[1] == SEGV_ACCERR


def test_a_gap_is_found_at_the_hint_else_as_high_as_possible(space: AddressSpace) -> None:
    first = space.find_gap(2 * PAGE)
    space.map(Area(first, first + 2 * PAGE, RW, PRIVATE))
    assert space.find_gap(PAGE) == first - PAGE
    assert space.find_gap(PAGE, BASE) == BASE
    assert space.find_gap(PAGE, first) == first - PAGE
    with pytest.raises(SysError) as error:
        space.find_gap(TASK_SIZE)
    assert error.value.errno is Errno.ENOMEM


def test_no_gap_is_given_within_reach_of_a_growing_stack(space: AddressSpace) -> None:
    start = space.find_gap(PAGE)
    space.map(Area(start, start + PAGE, RW, PRIVATE | MapFlag.MAP_GROWSDOWN))
    assert space.find_gap(PAGE) == start - STACK_GUARD - PAGE


def test_smaller_and_later_gaps_above_what_is_packed_are_found(space: AddressSpace) -> None:
    top = space.find_gap(PAGE) + PAGE
    for start in (top - PAGE, top - 3 * PAGE):  # a page is free between them
        space.map(Area(start, start + PAGE, RW, PRIVATE))
    large = space.find_gap(2 * PAGE)
    assert large == top - 5 * PAGE
    space.map(Area(large, large + 2 * PAGE, RW, PRIVATE))
    assert space.find_gap(2 * PAGE) == large - 2 * PAGE
    assert space.find_gap(PAGE) == top - 2 * PAGE, "smaller than what was looked for last"
    space.unmap(top - PAGE, top)
    assert space.find_gap(2 * PAGE) == top - 2 * PAGE, "free again"
