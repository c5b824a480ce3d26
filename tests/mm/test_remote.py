"""Remote writes: a debugger's store reaches what the program may not write, and nobody else's."""

from __future__ import annotations

import pytest

from emulator.machine import paging
from kernel.abi.errno import Errno
from kernel.errors import SysError
from kernel.mm import remote
from kernel.mm.peek import peek
from tests.mm.world import (
    PAGE,
    PRIVATE,
    SHARED,
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


def test_a_page_of_text_changes_for_one_program_alone() -> None:
    mm, file = Mm(), Octets(b"text" * 2048)
    first, second = mm.space(), mm.space()
    for space in (first, second):
        space.map(of_file(file, 0, 2, R | X, PRIVATE))
        space.fault(at(0), Access.EXECUTE)
    remote.write(first, at(0, PAGE - 2), b"\xcc\xcc\xcc\xcc")  # across two pages
    assert peek(first, at(0, PAGE - 4), 8) == b"te\xcc\xcc\xcc\xccxt"
    assert peek(second, at(0, PAGE - 4), 8) == b"texttext"
    assert file.store[PAGE - 4 : PAGE + 4] == b"texttext"
    assert mm.machine.forgotten


def test_the_page_stays_read_only() -> None:
    space = Mm().space()
    space.map(anonymous(0, 1, R))
    remote.write(space, at(0), b"new")
    assert space.read(at(0), 3) == b"new"
    assert not space.tables.get(at(0)) & paging.WRITABLE
    with pytest.raises(SysError):
        space.write(at(0), b"x")


def test_a_forked_child_does_not_see_it() -> None:
    mm = Mm()
    parent = mm.space()
    parent.map(anonymous(0, 1, R))
    parent.fault(at(0), Access.READ)
    child = parent.fork("child")
    remote.write(parent, at(0), b"new")
    assert child.read(at(0), 3) == bytes(3)


def test_what_is_shared_and_read_only_is_efault() -> None:
    space = Mm().space()
    space.map(of_file(Octets(bytes(PAGE)), 0, 1, R, SHARED))
    with pytest.raises(SysError) as raised:
        remote.write(space, at(0), b"x")
    assert raised.value.errno is Errno.EFAULT


def test_memory_that_may_be_written_is_written_as_ever() -> None:
    space = Mm().space()
    space.map(anonymous(0, 1, R | W))
    remote.write(space, at(0, 5), b"data")
    assert space.read(at(0, 4), 6) == b"\0data\0"
    with pytest.raises(SysError):
        remote.write(space, at(7), b"x")
