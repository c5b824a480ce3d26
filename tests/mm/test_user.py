"""User memory: every pointer a program may pass is data or EFAULT, at every boundary."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.abi.errno import Errno
from kernel.abi.files import PATH_MAX
from kernel.abi.memory import TASK_SIZE
from kernel.errors import SysError
from kernel.mm.address_space import AddressSpace
from kernel.mm.area import Area
from tests.mm.world import PAGE, PRIVATE, RW, Mm, R, anonymous, at

# Pages 1 and 2 are there, 3 is read-only, 0 and 4 are not; so is the last page of user space.
LAST = TASK_SIZE - PAGE
_MM = Mm()
_SPACE = _MM.space()
_SPACE.map(anonymous(1, 2))
_SPACE.map(anonymous(3, 1, R))
_SPACE.map(Area(LAST, TASK_SIZE, RW, PRIVATE))
addresses = st.one_of(
    st.integers(at(0, PAGE - 8), at(4, 8)),
    st.integers(LAST - 8, TASK_SIZE + 8),
    st.sampled_from([0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_F000, 0xFFFF_FFFF]),
)
lengths = st.one_of(st.integers(0, 40), st.integers(0, 4 * PAGE), st.just(0xFFFF_FFFF))


def readable(address: int) -> bool:
    return at(1) <= address < at(4) or LAST <= address < TASK_SIZE


def writable(address: int) -> bool:
    return readable(address) and not at(3) <= address < at(4)


def all_of(test: Callable[[int], bool], address: int, length: int) -> bool:
    """Whether a range of octets is good, by its ends and every page boundary in it."""
    if length > 1 << 20:
        return False
    edges = {address, address + length - 1}
    edges |= set(range(address & ~0xFFF, address + length, PAGE)) - {address & ~0xFFF}
    return all(test(edge) for edge in edges)


def errno_of(call: Callable[[], object]) -> Errno | None:
    try:
        call()
    except SysError as error:
        return error.errno
    return None


@settings(deadline=None, max_examples=200)
@given(addresses, lengths)
def test_reading_is_data_of_that_length_or_efault(address: int, length: int) -> None:
    if length == 0 or all_of(readable, address, length):
        assert len(_SPACE.read(address, length)) == length
    else:
        assert errno_of(lambda: _SPACE.read(address, length)) is Errno.EFAULT


@settings(deadline=None, max_examples=200)
@given(addresses, st.binary(max_size=40) | st.sampled_from([b"x" * PAGE, b"y" * 9000]))
def test_what_was_written_reads_back_or_it_is_efault(address: int, data: bytes) -> None:
    error = errno_of(lambda: _SPACE.write(address, data))
    if not data or all_of(writable, address, len(data)):
        assert error is None
        assert _SPACE.read(address, len(data)) == data
    else:
        assert error is Errno.EFAULT


@settings(deadline=None, max_examples=200)
@given(addresses, st.integers(0, 5 * PAGE))
def test_the_readable_length_ends_at_the_first_bad_page(address: int, length: int) -> None:
    good = _SPACE.readable_length(address, length)
    assert 0 <= good <= length
    assert not good or all_of(readable, address, good)
    assert good == length or not readable(address + good)


@settings(deadline=None, max_examples=100)
@given(addresses)
def test_words_arrays_and_strings_are_data_or_efault(address: int) -> None:
    for call in (
        lambda: _SPACE.read_word(address),
        lambda: _SPACE.write_word(address, 0),
        lambda: _SPACE.read_pointers(address),
        lambda: _SPACE.read_path(address),
        lambda: _SPACE.read_string(address, 100),
    ):
        assert errno_of(call) in (None, Errno.EFAULT, Errno.ENAMETOOLONG, Errno.E2BIG)


@pytest.fixture
def space() -> AddressSpace:
    space = Mm().space()
    space.map(anonymous(0, 3))
    return space


def test_a_string_may_end_with_the_last_octet_of_memory(space: AddressSpace) -> None:
    space.write(at(3) - 4, b"end\0")
    assert space.read_path(at(3) - 4) == b"end"
    space.write(at(3) - 1, b"x")
    assert errno_of(lambda: space.read_path(at(3) - 4)) is Errno.EFAULT


@pytest.mark.parametrize("offset", range(8))
def test_a_string_may_cross_pages(space: AddressSpace, offset: int) -> None:
    space.write(at(1) - offset, b"abcdefg\0")
    assert space.read_string(at(1) - offset, 8) == b"abcdefg"


def test_a_path_is_too_long_from_4096_octets_on(space: AddressSpace) -> None:
    space.write(at(0), b"a" * (PATH_MAX - 1) + b"\0")
    assert len(space.read_path(at(0))) == PATH_MAX - 1
    space.write(at(0), b"a" * PATH_MAX + b"\0")
    assert errno_of(lambda: space.read_path(at(0))) is Errno.ENAMETOOLONG


def test_a_string_above_its_limit_is_e2big(space: AddressSpace) -> None:
    space.write(at(0), b"abcd\0")
    assert space.read_string(at(0), 5) == b"abcd"
    assert errno_of(lambda: space.read_string(at(0), 4)) is Errno.E2BIG


@pytest.mark.parametrize("offset", range(4))
def test_an_array_of_pointers_may_lie_anywhere(space: AddressSpace, offset: int) -> None:
    words = [0x100 + i for i in range(1100)]
    data = b"".join(word.to_bytes(4, "little") for word in words) + bytes(4)
    space.write(at(0, offset), data)
    assert space.read_pointers(at(0, offset)) == words


def test_an_array_without_an_end_is_efault_where_memory_ends(space: AddressSpace) -> None:
    space.write(at(0), b"\x01" * (3 * PAGE))
    assert errno_of(lambda: space.read_pointers(at(0))) is Errno.EFAULT


def test_writing_where_code_may_lie_drops_its_translation() -> None:
    mm = Mm()
    space = mm.space()
    space.map(anonymous(0, 1, 7))
    space.write(at(0), b"\x90")
    assert mm.machine.forgotten == 1
    space.map(anonymous(2, 1))
    space.write(at(2), b"\x90")
    assert mm.machine.forgotten == 1
