"""Capabilities of files: what is read of a value, and what may be stored."""

from __future__ import annotations

import struct

import pytest

from kernel.abi.capabilities import ALL_CAPABILITIES
from kernel.errors import SysError
from kernel.fs.file_capabilities import (
    CAPABILITY_NAME,
    FileCapabilities,
    as_read,
    capabilities_of,
    check_capabilities,
    drop_capabilities,
)
from kernel.fs.inode import Inode
from kernel.fs.memory_file import Quota
from kernel.fs.xattr import Attributes

V2, V3 = 0x02000000, 0x03000000


def file_with(value: bytes) -> Inode:
    inode = Inode(1, 0o100755)
    inode.attributes = Attributes(Quota(1 << 20), None)
    inode.attributes.set(CAPABILITY_NAME, value)
    return inode


def test_both_halves_of_the_sets_count_and_nothing_that_is_no_capability() -> None:
    inode = file_with(struct.pack("<5I", V2 | 1, 0x21, 2, 0xFFFF_FFFF, 1))
    assert capabilities_of(inode) == FileCapabilities(
        0xFFFF_FFFF_0000_0021 & ALL_CAPABILITIES, 1 << 32 | 2, True
    )


def test_those_of_another_root_are_none() -> None:
    value = struct.pack("<6I", V3, 1, 0, 0, 0, 7)
    assert capabilities_of(file_with(value)) is None
    assert as_read(value) == value


def test_those_of_everybodys_root_are_read_as_revision_2() -> None:
    value = struct.pack("<6I", V3 | 1, 1, 2, 3, 4, 0)
    assert as_read(value) == struct.pack("<5I", V2 | 1, 1, 2, 3, 4)
    assert capabilities_of(file_with(value)) == FileCapabilities(3 << 32 | 1, 4 << 32 | 2, True)


@pytest.mark.parametrize("head", [0, V2 | 2, V3, 0x04000000])
def test_a_value_of_another_revision_or_size_is_refused(head: int) -> None:
    with pytest.raises(SysError):
        check_capabilities(struct.pack("<5I", head, 0, 0, 0, 0))


def test_dropped_ones_are_no_more() -> None:
    inode = file_with(struct.pack("<5I", V2, 1, 0, 0, 0))
    drop_capabilities(inode)
    assert capabilities_of(inode) is None
