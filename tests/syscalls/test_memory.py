"""Memory calls: accounts and limits that no guest shows. What they answer is in the guests."""

from __future__ import annotations

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.memory import PAGE_SIZE, Advice, LockFlag, MapFlag, Prot, RemapFlag
from kernel.abi.process import Resource
from kernel.abi.sysno import Sysno
from kernel.task.credentials import Credentials
from tests.syscalls.calls import BUFFER, Calls

RW = int(Prot.PROT_READ | Prot.PROT_WRITE)
PRIVATE = int(MapFlag.MAP_PRIVATE | MapFlag.MAP_ANONYMOUS)
SHARED = int(MapFlag.MAP_SHARED | MapFlag.MAP_ANONYMOUS)


class Memory(Calls):
    """A task that maps memory."""

    def mapped(self, pages: int, flags: int = PRIVATE, prot: int = RW) -> int:
        words = (0, pages * PAGE_SIZE, prot, flags, 0xFFFF_FFFF, 0)
        result = self.call(self.task, Sysno.MMAP2, *words)
        assert not -4096 < result < 0, Errno(-result)
        return result & 0xFFFF_FFFF

    def usage(self, start: int) -> dict[str, int]:
        """The lines of smaps about the area that begins there."""
        found: dict[str, int] = {}
        text = self.contents(self.task, "/proc/self/smaps")
        for line in text[text.index(f"{start:08x}-") :].splitlines()[1:]:
            name, _, value = line.partition(":")
            if name == "VmFlags":
                break
            found[name] = int(value.split()[0])
        return found

    def status(self, name: str) -> str:
        lines = self.contents(self.task, "/proc/self/status").splitlines()
        return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


@pytest.fixture
def memory() -> Memory:
    return Memory()


def test_status_shows_what_is_locked(memory: Memory) -> None:
    at = memory.mapped(4)
    assert memory.make(Sysno.MLOCK, at + PAGE_SIZE, 2 * PAGE_SIZE) == 0
    assert memory.status("VmLck") == "8"
    assert memory.make(Sysno.MUNLOCK, at, 2 * PAGE_SIZE) == 0
    assert memory.status("VmLck") == "4"


def test_what_is_mapped_after_mcl_future_is_locked(memory: Memory) -> None:
    assert memory.make(Sysno.MLOCKALL, LockFlag.MCL_FUTURE) == 0
    memory.mapped(3)
    assert memory.status("VmLck") == "12"
    memory.make(Sysno.MUNLOCKALL)
    memory.mapped(1)
    assert memory.status("VmLck") == "0"


def test_a_child_has_nothing_locked(memory: Memory) -> None:
    memory.make(Sysno.MLOCK, memory.mapped(2), 2 * PAGE_SIZE)
    memory.make(Sysno.MLOCKALL, LockFlag.MCL_FUTURE)
    child = memory.task.memory.fork("mm#9")
    assert child.locked_octets() == 0
    assert not child.locks_future


def test_who_may_lock_nothing_gets_eperm(memory: Memory) -> None:
    task = memory.task
    at = memory.mapped(1)
    task.credentials = Credentials.of_user(1000, 1000)
    limits = task.process.limits
    task.process.limits = limits.replaced(Resource.RLIMIT_MEMLOCK, (0, 0))
    assert memory.make(Sysno.MLOCK, at, PAGE_SIZE) is Errno.EPERM
    assert memory.make(Sysno.MLOCKALL, LockFlag.MCL_CURRENT) is Errno.EPERM


def test_areas_are_limited_in_number(memory: Memory) -> None:
    at = memory.mapped(8)
    memory.task.memory.most_areas = len(memory.task.memory.areas)
    middle = at + 3 * PAGE_SIZE
    assert memory.make(Sysno.MUNMAP, middle, PAGE_SIZE) is Errno.ENOMEM
    assert memory.make(Sysno.MPROTECT, middle, PAGE_SIZE, 0) is Errno.ENOMEM
    assert memory.make(Sysno.MUNMAP, at, PAGE_SIZE) == 0
    memory.task.memory.most_areas -= 2
    words = (0, PAGE_SIZE, 0, SHARED, 0xFFFF_FFFF, 0)
    assert memory.make(Sysno.MMAP2, *words) is Errno.ENOMEM


def test_shared_anonymous_memory_counts_once_as_promised(memory: Memory) -> None:
    commitments = memory.system.frames.commitments
    before = commitments.pages()
    at = memory.mapped(10, SHARED)
    assert commitments.pages() == before + 10
    child = memory.task.memory.fork("mm#9")
    private = sum(area.end - area.start for area in child.areas if area.is_data) // PAGE_SIZE
    stack = sum(area.end - area.start for area in child.areas if area.grows_down) // PAGE_SIZE
    assert commitments.pages() == before + 10 + private + stack
    child.leave()
    assert memory.make(Sysno.MUNMAP, at, 10 * PAGE_SIZE) == 0
    assert commitments.pages() == before


def test_shared_anonymous_memory_beyond_the_limit_is_enomem(memory: Memory) -> None:
    commitments = memory.system.frames.commitments
    commitments.limit = commitments.pages() + 4
    words = (0, 5 * PAGE_SIZE, RW, SHARED, 0xFFFF_FFFF, 0)
    assert memory.make(Sysno.MMAP2, *words) is Errno.ENOMEM
    memory.mapped(4, SHARED)


def test_dontneed_of_a_part_leaves_the_rest(memory: Memory) -> None:
    at = memory.mapped(3)
    space = memory.task.memory
    for page in range(3):
        space.write(at + page * PAGE_SIZE, b"x")
    assert memory.make(Sysno.MADVISE, at + PAGE_SIZE, PAGE_SIZE, Advice.MADV_DONTNEED) == 0
    assert [space.read(at + page * PAGE_SIZE, 1) for page in range(3)] == [b"x", b"\0", b"x"]


def test_an_area_split_by_advice_is_one_again_when_it_is_withdrawn(memory: Memory) -> None:
    at = memory.mapped(3)
    before = len(memory.task.memory.areas)
    memory.make(Sysno.MADVISE, at + PAGE_SIZE, PAGE_SIZE, Advice.MADV_DONTFORK)
    assert len(memory.task.memory.areas) == before + 2
    memory.make(Sysno.MADVISE, at + PAGE_SIZE, PAGE_SIZE, Advice.MADV_DOFORK)
    assert len(memory.task.memory.areas) == before


def test_there_are_no_protection_keys(memory: Memory) -> None:
    assert memory.make(Sysno.PKEY_ALLOC, 0, 0) is Errno.ENOSPC


def test_two_processes_share_a_file_through_memory(memory: Memory) -> None:
    fd = memory.make(Sysno.OPEN, "/file", 0o102, 0o600)
    memory.make(Sysno.FTRUNCATE, fd, PAGE_SIZE)
    other = memory.process()
    other.files = memory.task.files
    words = (0, PAGE_SIZE, RW, int(MapFlag.MAP_SHARED), fd, 0)
    here = memory.call(memory.task, Sysno.MMAP2, *words) & 0xFFFF_FFFF
    there = memory.call(other, Sysno.MMAP2, *words) & 0xFFFF_FFFF
    memory.task.memory.write(here, b"through the page cache")
    assert other.memory.read(there, 22) == b"through the page cache"
    assert memory.make(Sysno.PREAD64, fd, memory.store(bytes(22)), 7, 0, 0) == 7
    assert memory.stored(7) == b"through"


# ---- as /proc shows it -------------------------------------------------------------------------


def test_proc_mem_reads_and_writes_what_the_process_has(memory: Memory) -> None:
    at = memory.mapped(1)
    memory.task.memory.write(at, b"by hand")
    fd = memory.make(Sysno.OPEN, "/proc/self/mem", 2)
    assert memory.make(Sysno.PREAD64, fd, memory.store(bytes(7)), 7, at, 0) == 7
    assert memory.stored(7) == b"by hand"
    memory.make(Sysno.MPROTECT, at, PAGE_SIZE, int(Prot.PROT_READ))
    memory.store(b"BY")
    assert memory.make(Sysno.PWRITE64, fd, BUFFER, 2, at, 0) == 2
    assert memory.task.memory.read(at, 7) == b"BY hand"
    assert memory.make(Sysno.PREAD64, fd, BUFFER, 1, 0x1000, 0) is Errno.EIO


def test_what_has_no_memory_cannot_be_looked_into(memory: Memory) -> None:
    assert memory.make(Sysno.OPEN, "/proc/1/mem", 0) is Errno.ESRCH
    assert memory.make(Sysno.OPEN, "/proc/1/pagemap", 0) is Errno.ESRCH


def test_proc_mem_is_not_for_other_users(memory: Memory) -> None:
    other = memory.process(uid=1000)
    assert memory.open(other, f"/proc/{memory.task.pid}/mem") == -Errno.EACCES


def test_pagemap_tells_which_pages_are_there(memory: Memory) -> None:
    at = memory.mapped(2)
    memory.task.memory.write(at, b"x")
    fd = memory.make(Sysno.OPEN, "/proc/self/pagemap", 0)
    where = at // PAGE_SIZE * 8
    assert memory.make(Sysno.PREAD64, fd, memory.store(bytes(16)), 16, where, 0) == 16
    first, second = struct.unpack("<QQ", memory.stored(16))
    assert (first >> 63, second) == (1, 0)
    assert first & 0xFFFF_FFFF == memory.task.memory.frame_at(at)
    assert memory.make(Sysno.PREAD64, fd, BUFFER, 8, where + 1, 0) is Errno.EINVAL


def test_smaps_tells_private_from_shared_pages(memory: Memory) -> None:
    at = memory.mapped(4)
    memory.task.memory.write(at, bytes(2 * PAGE_SIZE))
    memory.make(Sysno.MLOCK, at, 4 * PAGE_SIZE)
    usage = memory.usage(at)
    assert (usage["Rss"], usage["Private_Dirty"], usage["Locked"]) == (16, 16, 16)
    child = memory.task.memory.fork("mm#9")
    usage = memory.usage(at)
    assert (usage["Rss"], usage["Pss"], usage["Shared_Dirty"]) == (16, 8, 16)
    child.leave()


def test_smaps_rollup_is_the_sum(memory: Memory) -> None:
    memory.task.memory.write(memory.mapped(3), bytes(3 * PAGE_SIZE))
    text = memory.contents(memory.task, "/proc/self/smaps")
    total = sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Rss:"))
    rolled = memory.contents(memory.task, "/proc/self/smaps_rollup").splitlines()
    assert rolled[0].endswith("[rollup]")
    assert rolled[1].split() == ["Rss:", str(total), "kB"]


def test_what_may_only_be_written_is_not_populated_for_reading(memory: Memory) -> None:
    at = memory.mapped(1, prot=int(Prot.PROT_WRITE))
    words = (at, PAGE_SIZE)
    assert memory.make(Sysno.MADVISE, *words, Advice.MADV_POPULATE_READ) is Errno.EINVAL
    assert memory.make(Sysno.MADVISE, *words, Advice.MADV_POPULATE_WRITE) == 0


def test_an_offset_of_more_pages_than_32_bits_count_is_eoverflow(memory: Memory) -> None:
    words = (0, 2 * PAGE_SIZE, RW, PRIVATE, 0xFFFF_FFFF, 0xFFFF_FFFF)
    assert memory.make(Sysno.MMAP2, *words) is Errno.EOVERFLOW


def test_a_range_that_goes_round_the_address_space_is_einval(memory: Memory) -> None:
    last = 0xFFFF_F000
    for number in (Sysno.MLOCK, Sysno.MUNLOCK, Sysno.MADVISE):
        assert memory.make(number, last, 2 * PAGE_SIZE, 0) is Errno.EINVAL
    assert memory.make(Sysno.MLOCK2, last, 2 * PAGE_SIZE, 0) is Errno.EINVAL


def test_locking_memory_for_which_there_is_no_ram_is_eagain(memory: Memory) -> None:
    at = memory.mapped(4)
    frames = memory.system.frames
    for _ in range(frames.free_count - 2):
        frames.allocate()
    assert memory.make(Sysno.MLOCK, at, 4 * PAGE_SIZE) is Errno.EAGAIN
    assert memory.task.memory.locked_octets() == 4 * PAGE_SIZE


def test_what_cannot_grow_stays_where_it_was(memory: Memory) -> None:
    memory.mapped(1, SHARED)
    at = memory.mapped(2)
    memory.store(b"kept", at)
    memory.task.memory.space_limit = memory.task.memory.total_size + PAGE_SIZE
    grown = memory.make(Sysno.MREMAP, at, 2 * PAGE_SIZE, 4 * PAGE_SIZE, RemapFlag.MREMAP_MAYMOVE)
    assert grown is Errno.ENOMEM
    assert memory.stored(4, at) == b"kept"
