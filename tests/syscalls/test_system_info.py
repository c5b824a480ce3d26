"""uname and its forebears, sysinfo, sethostname, getcpu, getrusage, priorities, getrandom."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.prctl import Prctl, Speculation
from kernel.abi.sysno import Sysno
from kernel.abi.system import PriorityOf, RandomFlag, Who
from kernel.clock import NANOSECONDS
from kernel.task.task import Task
from kernel.task.usage import Usage
from tests.callers import Callers
from tests.fakes import DATA, RAM_SIZE


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.process()


def names(task: Task, width: int, count: int) -> list[bytes]:
    data = task.memory.read(DATA, width * count)
    return [data[at : at + width].rstrip(b"\0") for at in range(0, len(data), width)]


def test_uname_has_six_names(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.UNAME, DATA) == 0
    expected = [b"Linux", b"emu386", b"6.1.0-emu386", b"#1 emu386", b"i686", b"(none)"]
    assert names(task, 65, 6) == expected
    assert world.traced(task) == 'uname({sysname="Linux", nodename="emu386", ...})'


def test_nobody_looks_into_the_first_process(world: Callers, task: Task) -> None:
    for kind in range(7):
        assert world.call(task, Sysno.KCMP, 1, 1, kind, 0, 0) == -Errno.EPERM
    assert world.call(task, Sysno.PROCESS_VM_READV, 1, DATA, 1, DATA, 1, 0) == -Errno.EPERM


def test_cpuid_is_allowed_and_cannot_be_forbidden(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.ARCH_PRCTL, 0x1011, 0) == 1
    assert world.call(task, Sysno.ARCH_PRCTL, 0x1012, 0) == -Errno.ENODEV


def test_this_cpu_executes_nothing_before_its_time(world: Callers, task: Task) -> None:
    tell, set_it = Prctl.PR_GET_SPECULATION_CTRL, Prctl.PR_SET_SPECULATION_CTRL
    bypass, branch, _ = (int(kind) for kind in Speculation)
    assert world.call(task, Sysno.PRCTL, tell, branch) == 0
    assert world.traced(task) == (
        "prctl(PR_GET_SPECULATION_CTRL, PR_SPEC_INDIRECT_BRANCH) (PR_SPEC_NOT_AFFECTED)"
    )
    assert world.call(task, Sysno.PRCTL, set_it, bypass, 4) == -Errno.ENXIO
    assert world.call(task, Sysno.PRCTL, set_it, branch, 2) == 0
    assert world.call(task, Sysno.PRCTL, set_it, branch, 4) == -Errno.EPERM


def test_older_unames_have_fewer_and_shorter_names(world: Callers, task: Task) -> None:
    task.memory.write(DATA, b"\xee" * 400)
    assert world.call(task, Sysno.OLDUNAME, DATA) == 0
    assert names(task, 65, 5)[4] == b"i686"
    assert task.memory.read(DATA + 325, 1) == b"\xee"
    assert world.call(task, Sysno.OLDOLDUNAME, DATA) == 0
    assert names(task, 9, 5) == [b"Linux", b"emu386", b"6.1.0-em", b"#1 emu38", b"i686"]


def test_sethostname_needs_a_privilege_and_a_short_name(world: Callers, task: Task) -> None:
    task.memory.write(DATA, b"box" + b"x" * 100)
    user = world.process(uid=5)
    assert world.call(user, Sysno.SETHOSTNAME, DATA, 3) == -Errno.EPERM
    assert world.call(task, Sysno.SETHOSTNAME, DATA, 65) == -Errno.EINVAL
    assert world.call(task, Sysno.SETHOSTNAME, DATA, 3) == 0
    assert world.contents(task, "/proc/sys/kernel/hostname") == "box\n"


def test_sysinfo_counts_octets_and_tasks(world: Callers, task: Task) -> None:
    world.system.clock.now = 90 * NANOSECONDS
    assert world.call(task, Sysno.SYSINFO, DATA) == 0
    fields = struct.unpack("<10IH", task.memory.read(DATA, 42))
    assert (fields[0], fields[4], fields[10]) == (90, RAM_SIZE, 2)
    assert 0 < fields[5] < RAM_SIZE
    assert task.memory.read_word(DATA + 52) == 1


def test_getcpu_names_the_only_one(world: Callers, task: Task) -> None:
    task.memory.write(DATA, b"\xff" * 8)
    assert world.call(task, Sysno.GETCPU, DATA, DATA + 4, 0) == 0
    assert task.memory.read(DATA, 8) == bytes(8)
    assert world.call(task, Sysno.GETCPU, 0, 0, 0) == 0


def test_getrusage_of_process_thread_and_children(world: Callers, task: Task) -> None:
    other = world.thread(task)
    other.files, other.fs = task.files, task.fs
    task.user_time, other.user_time = 3_000_000, 4_000_000
    task.process.children_usage = Usage(kernel=5_000_000)
    found = {}
    for who in Who:
        assert world.call(task, Sysno.GETRUSAGE, who, DATA) == 0
        found[who] = struct.unpack("<4I", task.memory.read(DATA, 16))
    assert found[Who.RUSAGE_SELF] == (0, 7000, 0, 0)
    assert found[Who.RUSAGE_THREAD] == (0, 3000, 0, 0)
    assert found[Who.RUSAGE_CHILDREN] == (0, 0, 0, 5000)
    assert world.call(task, Sysno.GETRUSAGE, 5, DATA) == -Errno.EINVAL


def test_nice_values_go_down_only_with_a_privilege(world: Callers, task: Task) -> None:
    user = world.process(uid=5)
    assert world.call(user, Sysno.SETPRIORITY, PriorityOf.PRIO_PROCESS, 0, 7) == 0
    assert world.call(user, Sysno.GETPRIORITY, PriorityOf.PRIO_PROCESS, 0) == 13
    assert world.call(user, Sysno.SETPRIORITY, PriorityOf.PRIO_PROCESS, 0, 3) == -Errno.EACCES
    assert world.call(user, Sysno.NICE, -1) == -Errno.EPERM
    assert world.call(task, Sysno.NICE, -100) == 0
    assert world.call(task, Sysno.GETPRIORITY, PriorityOf.PRIO_PROCESS, 0) == 40


def test_another_users_priority_is_not_ones_business(world: Callers, task: Task) -> None:
    user = world.process(uid=5)
    process = PriorityOf.PRIO_PROCESS
    assert world.call(user, Sysno.SETPRIORITY, process, task.pid, 5) == -Errno.EPERM
    assert world.call(user, Sysno.GETPRIORITY, process, 9999) == -Errno.ESRCH
    assert world.call(user, Sysno.GETPRIORITY, 7, 0) == -Errno.EINVAL


def test_getrandom_follows_the_seed() -> None:
    got = []
    for _ in range(2):
        world = Callers()
        task = world.process()
        assert world.call(task, Sysno.GETRANDOM, DATA, 16, RandomFlag.GRND_NONBLOCK) == 16
        got.append(task.memory.read(DATA, 16))
    assert got[0] == got[1]
    assert world.traced(task).startswith(r'getrandom("\x')


def test_getrandom_refuses_contradictions(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.GETRANDOM, DATA, 4, 8) == -Errno.EINVAL
    assert world.call(task, Sysno.GETRANDOM, DATA, 4, 6) == -Errno.EINVAL
    assert world.call(task, Sysno.GETRANDOM, 1, 4, 0) == -Errno.EFAULT
