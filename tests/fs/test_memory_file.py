"""Regular files in memory, against a plain bytearray."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.abi.errno import Errno
from kernel.abi.files import S_IFREG
from kernel.errors import SysError
from kernel.fs.host import HostNode, HostTree
from kernel.fs.memory_file import MAX_FILE_SIZE, MemoryFile, Quota
from tests.fs.files import fails

OFFSETS = st.integers(0, 20_000)
DATA = st.binary(min_size=1, max_size=9_000)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), OFFSETS, DATA),
        st.tuples(st.just("truncate"), OFFSETS),
        st.tuples(st.just("read"), OFFSETS, st.integers(0, 20_000)),
    ),
    max_size=12,
)


def new_file(limit: int = 1 << 20) -> MemoryFile:
    return MemoryFile(Quota(limit), S_IFREG | 0o644, 0, 0, 0)


def follow(file: MemoryFile, model: bytearray, steps: list[tuple]) -> None:
    """Do the same to both; they must never differ."""
    for what, offset, *rest in steps:
        if what == "write":
            file.write_at(offset, rest[0])
            model.extend(bytes(max(0, offset + len(rest[0]) - len(model))))
            model[offset : offset + len(rest[0])] = rest[0]
        elif what == "truncate":
            file.truncate(offset)
            model[:] = model[:offset].ljust(offset, b"\0")
        else:
            assert file.read_at(offset, rest[0]) == model[offset : offset + rest[0]]
    assert file.size == len(model)
    assert file.read_at(0, 1 << 20) == model


@given(STEPS)
def test_a_file_is_a_sequence_of_octets(steps: list[tuple]) -> None:
    file = new_file()
    follow(file, bytearray(), steps)
    file.truncate(0)
    assert file.quota.used == 0


PAGE = 4096


def test_reserved_space_is_taken_but_a_hole() -> None:
    file = new_file(limit=4 * PAGE)
    file.reserve(0, 3 * PAGE)
    file.truncate(3 * PAGE)
    assert (file.quota.used, file.blocks) == (3, 24)
    assert (file.next_data(0), file.next_hole(0)) == (None, 0)
    file.write_at(PAGE, b"x")
    assert file.quota.used == 3
    assert (file.next_data(0), file.next_hole(PAGE)) == (PAGE, 2 * PAGE)
    fails(Errno.ENOSPC, lambda: file.reserve(3 * PAGE, 5 * PAGE))
    assert file.quota.used == 3
    file.discard()
    assert file.quota.used == 0


def test_space_reserved_behind_the_end_goes_with_the_file() -> None:
    file = new_file()
    file.reserve(5 * PAGE, 7 * PAGE)
    assert file.quota.used == 2
    file.discard()
    assert file.quota.used == 0


def test_whole_pages_of_a_hole_are_given_back() -> None:
    file = new_file()
    file.write_at(0, b"x" * 4 * PAGE)
    file.punch(PAGE - 1, 3 * PAGE + 1)
    assert file.quota.used == 2
    assert file.read_at(0, 4 * PAGE) == b"x" * (PAGE - 1) + bytes(2 * PAGE + 2) + b"x" * (PAGE - 1)


def test_a_quota_is_part_of_another() -> None:
    above = Quota(2 * PAGE)
    inner, beside = Quota(2 * PAGE, above), Quota(2 * PAGE, above)
    inner.take(1)
    beside.take(1)
    fails(Errno.ENOSPC, lambda: inner.take(1))
    beside.give(1)
    inner.take(1)
    assert (inner.used, above.used) == (2, 2)


@pytest.fixture(scope="module")
def host_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("host") / "octets"
    path.write_bytes(bytes(range(1, 252)) * 60)
    return path


def over(path: Path) -> MemoryFile:
    """A memory file with a host file beneath."""
    status = os.stat(path)
    node = HostNode(HostTree.at(bytes(path.parent)), (bytes(path.name, "ascii"),))
    file = new_file()
    file.lay_over(node, status)
    return file


@given(steps=STEPS)
def test_a_host_file_beneath_shows_where_nothing_was_written(
    host_file: Path, steps: list[tuple]
) -> None:
    original = host_file.read_bytes()
    follow(over(host_file), bytearray(original), steps)
    assert host_file.read_bytes() == original


def test_a_hole_takes_no_space() -> None:
    file = new_file(limit=8192)
    file.write_at(1 << 40, b"far")
    assert file.size == (1 << 40) + 3
    assert file.blocks == 8
    assert file.read_at((1 << 40) - 2, 5) == b"\0\0far"
    file.truncate(MAX_FILE_SIZE)
    assert file.blocks == 8


def test_data_beyond_the_quota_is_enospc_and_changes_nothing() -> None:
    file = new_file(limit=8192)
    file.write_at(0, b"x" * 8192)
    fails(Errno.ENOSPC, file.write_at, 8192, b"y")
    file.write_at(4000, b"over")
    assert (file.size, file.quota.used) == (8192, 2)


def test_no_file_is_larger_than_linux_lets_it_be() -> None:
    fails(Errno.EFBIG, new_file().truncate, MAX_FILE_SIZE + 1)
    fails(Errno.EFBIG, new_file().write_at, MAX_FILE_SIZE, b"x")


def test_a_host_file_that_was_replaced_is_stale(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"first")
    file = over(path)
    (tmp_path / "g").write_bytes(b"other")
    os.replace(tmp_path / "g", path)
    with pytest.raises(SysError) as caught:
        file.read_at(0, 5)
    assert caught.value.errno is Errno.ESTALE
