"""chmod, chown, truncate, umask, access and the calls that set times."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.files import AT_FDCWD, S_IFREG
from kernel.abi.process import Resource
from kernel.abi.signals import Signal, bit
from kernel.abi.sysno import Sysno
from kernel.clock import NANOSECONDS
from tests.fakes import DATA
from tests.syscalls.calls import BAD, BUFFER, Calls

NOW, OMIT = 0x3FFF_FFFF, 0x3FFF_FFFE


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.put(b"/f", b"octets")
    calls.symlink(b"/link", b"f")
    assert calls.make(Sysno.OPEN, "/f", 2) == 3
    return calls


def test_umask_returns_the_old_bits(calls: Calls) -> None:
    assert calls.make(Sysno.UMASK, 0o7077) == 0o022
    assert calls.trace == "umask(07077)"
    assert calls.make(Sysno.UMASK, 0) == 0o077


def test_modes(calls: Calls) -> None:
    for number, words in (
        (Sysno.CHMOD, ("/link", 0o600)),
        (Sysno.FCHMOD, (3, 0o604)),
        (Sysno.FCHMODAT, (AT_FDCWD, "/f", 0o640)),
    ):
        assert calls.make(number, *words) == 0
        assert calls.at(b"/f").inode.mode == S_IFREG | words[-1]  # type: ignore[operator]
    calls.make(Sysno.OPEN, "/f", 0o10000000)
    assert calls.make(Sysno.FCHMOD, 4, 0o600) is Errno.EBADF


def test_owners_have_16_or_32_bits_and_all_ones_mean_unchanged(calls: Calls) -> None:
    inode = calls.at(b"/f").inode
    assert calls.make(Sysno.CHOWN32, "/f", 100_000, 7) == 0
    assert calls.make(Sysno.CHOWN, "/f", 0xFFFF, 8) == 0
    assert calls.trace == 'chown("/f", -1, 8)'
    assert (inode.uid, inode.gid) == (100_000, 8)
    assert calls.make(Sysno.FCHOWN32, 3, -1, -1) == 0
    assert calls.trace == "fchown32(3, -1, -1)"
    assert calls.make(Sysno.FCHOWN, 3, 0x1_0005, 9) == 0
    assert (inode.uid, inode.gid) == (5, 9)
    assert calls.make(Sysno.LCHOWN32, "/link", 1, 2) == 0
    assert calls.make(Sysno.FCHOWNAT, AT_FDCWD, "/link", 3, 4, 0x100) == 0
    assert calls.at(b"/link", follow=False).inode.uid == 3
    assert calls.make(Sysno.FCHOWNAT, AT_FDCWD, "/link", 3, 4, 1) is Errno.EINVAL


def test_sizes(calls: Calls) -> None:
    assert calls.make(Sysno.TRUNCATE, "/f", 3) == 0
    assert calls.get(b"/f") == b"oct"
    assert calls.make(Sysno.FTRUNCATE64, 3, 5, 1) == 0
    assert calls.at(b"/f").inode.size == (1 << 32) + 5
    assert calls.make(Sysno.TRUNCATE64, "/f", 5, 0) == 0
    assert calls.get(b"/f") == b"oct\0\0"
    assert calls.make(Sysno.FTRUNCATE, 3, -1) is Errno.EINVAL
    assert calls.trace == "ftruncate(3, 4294967295)"
    assert calls.make(Sysno.FTRUNCATE64, 3, -1, -1) is Errno.EINVAL
    calls.make(Sysno.OPEN, "/f", 0)
    assert calls.make(Sysno.FTRUNCATE, 4, 0) is Errno.EINVAL
    calls.make(Sysno.PIPE, DATA)
    assert calls.make(Sysno.FTRUNCATE, 6, 0) is Errno.EINVAL


def test_a_size_limit_comes_with_sigxfsz(calls: Calls) -> None:
    limits = calls.task.process.limits
    calls.task.process.limits = limits.replaced(Resource.RLIMIT_FSIZE, (8, 8))
    for number, words in ((Sysno.TRUNCATE, ("/f", 9)), (Sysno.FTRUNCATE, (3, 9))):
        assert calls.make(number, *words) is Errno.EFBIG
        assert calls.task.signals.pending.mask == bit(Signal.SIGXFSZ)


def test_access_asks_for_the_real_user(calls: Calls) -> None:
    calls.become(1000)
    assert calls.make(Sysno.ACCESS, "/f", 4) == 0
    assert calls.make(Sysno.ACCESS, "/f", 6) is Errno.EACCES
    assert calls.trace == 'access("/f", R_OK|W_OK)'
    assert calls.make(Sysno.ACCESS, "/none", 0) is Errno.ENOENT
    assert calls.trace == 'access("/none", F_OK)'
    from dataclasses import replace

    calls.task.credentials = replace(calls.task.credentials, euid=0, fsuid=0)
    assert calls.make(Sysno.FACCESSAT, AT_FDCWD, "/f", 2) is Errno.EACCES
    assert calls.make(Sysno.FACCESSAT2, AT_FDCWD, "/f", 2, 0x200) == 0
    assert calls.make(Sysno.FACCESSAT2, AT_FDCWD, "/f", 2, 0x2) is Errno.EINVAL
    assert calls.make(Sysno.ACCESS, "/f", 8) is Errno.EINVAL
    assert calls.task.credentials.fsuid == 0


def test_nobody_executes_what_is_not_executable(calls: Calls) -> None:
    assert calls.make(Sysno.ACCESS, "/f", 1) is Errno.EACCES
    calls.make(Sysno.CHMOD, "/f", 0o100)
    assert calls.make(Sysno.ACCESS, "/f", 7) == 0


def times(calls: Calls, path: bytes = b"/f") -> tuple[int, int]:
    inode = calls.at(path, follow=False).inode
    return inode.accessed, inode.modified


def test_times_in_seconds_and_microseconds(calls: Calls) -> None:
    assert calls.make(Sysno.UTIME, "/f", calls.store(struct.pack("<ii", 1, 2))) == 0
    assert times(calls) == (NANOSECONDS, 2 * NANOSECONDS)
    assert calls.trace == (
        'utime("/f", {actime=1 /* 1970-01-01T00:00:01+0000 */,'
        " modtime=2 /* 1970-01-01T00:00:02+0000 */})"
    )
    calls.make(Sysno.UTIMES, "/f", calls.store(struct.pack("<4i", 1, 2, -3, 4)))
    assert times(calls) == (NANOSECONDS + 2000, -3 * NANOSECONDS + 4000)
    wrong = calls.store(struct.pack("<4i", 1, 1_000_000, 3, 4))
    assert calls.make(Sysno.FUTIMESAT, AT_FDCWD, "/f", wrong) is Errno.EINVAL
    assert calls.make(Sysno.UTIMES, "/f", 0) == 0
    assert times(calls) == (calls.now, calls.now)
    assert calls.make(Sysno.UTIMES, "/f", BAD) is Errno.EFAULT


def test_times_in_nanoseconds_with_now_and_omit(calls: Calls) -> None:
    both = calls.store(struct.pack("<4i", 1, 2, 0, OMIT))
    before = times(calls)[1]
    assert calls.make(Sysno.UTIMENSAT, AT_FDCWD, "/f", both, 0) == 0
    assert times(calls) == (NANOSECONDS + 2, before)
    assert calls.trace == (
        'utimensat(AT_FDCWD, "/f", [{tv_sec=1, tv_nsec=2}'
        " /* 1970-01-01T00:00:01.000000002+0000 */, UTIME_OMIT], 0)"
    )
    calls.system.clock.advance_to(500)
    assert (
        calls.make(Sysno.UTIMENSAT, 3, 0, calls.store(struct.pack("<4i", 0, NOW, 0, NOW)), 0) == 0
    )
    assert calls.trace == "utimensat(3, NULL, [UTIME_NOW, UTIME_NOW], 0)"
    assert times(calls) == (calls.now, calls.now)


def test_times_of_a_link_itself_and_with_64_bits(calls: Calls) -> None:
    late = calls.store(struct.pack("<qi4xqi4x", 1 << 33, 5, 3, 4))
    assert calls.make(Sysno.UTIMENSAT_TIME64, AT_FDCWD, "/link", late, 0x100) == 0
    assert times(calls, b"/link") == ((1 << 33) * NANOSECONDS + 5, 3 * NANOSECONDS + 4)
    assert calls.make(Sysno.UTIMENSAT_TIME64, AT_FDCWD, "/link", late, 1) is Errno.EINVAL
    assert calls.make(Sysno.UTIMENSAT, AT_FDCWD, 0, BUFFER, 0) is Errno.EFAULT


def test_omitting_both_times_does_not_even_look(calls: Calls) -> None:
    nothing = calls.store(struct.pack("<4i", 0, OMIT, 0, OMIT))
    assert calls.make(Sysno.UTIMENSAT, AT_FDCWD, "/none", nothing, 0) == 0
