"""Clone: what is shared and what copied, flag by flag; limits; and failures that leave nothing."""

from __future__ import annotations

from itertools import product

import pytest

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.process import RLIM_INFINITY, CloneFlag, Resource
from kernel.errors import SysError
from kernel.syscalls.sharing import unshare
from kernel.system import Settings
from kernel.task.clone import STRUCTURE_FRAMES, CloneRequest, clone
from kernel.task.credentials import Credentials
from kernel.task.limits import Limits
from kernel.task.scheduling import Scheduling
from kernel.task.task import TaskState
from tests.fakes import DATA
from tests.task.world import Family

VM, FS, FILES, SIGHAND, THREAD, VFORK = (
    int(getattr(CloneFlag, f"CLONE_{name}"))
    for name in ("VM", "FS", "FILES", "SIGHAND", "THREAD", "VFORK")
)
PARENT, CLEAR = int(CloneFlag.CLONE_PARENT), int(CloneFlag.CLONE_CLEAR_SIGHAND)
NAMESPACE = int(CloneFlag.CLONE_NEWPID)


@pytest.fixture
def family() -> Family:
    return Family()


def refusal(family: Family, flags: int = 0) -> Errno | None:
    try:
        clone(family.parent, CloneRequest(flags, 17))
    except SysError as error:
        return error.errno
    return None


@pytest.mark.parametrize("chosen", list(product((False, True), repeat=4)))
def test_each_flag_shares_its_own_thing_and_no_other(
    family: Family, chosen: tuple[bool, ...]
) -> None:
    flags = sum(flag for flag, is_on in zip((VM, FS, FILES, SIGHAND), chosen, strict=True) if is_on)
    if flags & SIGHAND and not flags & VM:
        assert refusal(family, flags) is Errno.EINVAL
        return
    parent, child = family.parent, family.clone(family.parent, flags)
    shared = (
        child.memory is parent.memory,
        child.fs is parent.fs,
        child.files is parent.files,
        child.sighand is parent.sighand,
    )
    assert shared == chosen
    assert child.process is not parent.process
    assert (child.process.parent, parent.process.children) == (parent.process, [child.process])


@pytest.mark.parametrize(
    "flags", [THREAD, THREAD | VM, THREAD | SIGHAND, SIGHAND, VM | SIGHAND | CLEAR, NAMESPACE]
)
def test_flags_that_exclude_each_other_are_einval(family: Family, flags: int) -> None:
    before = family.footprint()
    assert refusal(family, flags) is Errno.EINVAL
    assert family.footprint() == before


def test_a_thread_joins_its_process(family: Family) -> None:
    parent, child = family.parent, family.clone(family.parent, THREAD | VM | SIGHAND)
    assert child.process is parent.process
    assert (child.pid, child.is_leader, parent.process.threads) == (
        parent.tid,
        False,
        [parent, child],
    )
    assert parent.process.children == []
    assert child.exit_signal == -1


def test_a_sibling_gets_the_callers_parent(family: Family) -> None:
    middle = family.clone(family.parent)
    sibling = family.clone(family.go(middle), PARENT, exit_signal=0)
    assert sibling.process.parent is family.parent.process
    assert sibling.exit_signal == middle.exit_signal


def test_what_a_child_inherits_and_what_it_does_not(family: Family) -> None:
    parent = family.parent
    parent.signals.blocked, parent.name = 0x200, "name"
    parent.scheduling = Scheduling(nice=7)
    parent.signals.stack_start, parent.signals.stack_size, parent.signals.stack_flags = 5, 6, 0
    parent.process.group, parent.process.alarm, parent.death_signal = 77, 10**9, 9
    parent.robust_list = parent.clear_child_tid = 5
    parent.process.limits = Limits({Resource.RLIMIT_CORE: (1, 2)})
    child = family.clone(parent)
    assert (child.signals.blocked, child.nice, child.name) == (0x200, 7, "name")
    assert (child.signals.stack_start, child.signals.stack_size) == (5, 6)
    assert (child.process.group, child.process.session) == (77, parent.process.session)
    assert child.process.limits.get(Resource.RLIMIT_CORE) == (1, 2)
    assert (child.process.alarm, child.death_signal) == (None, 0)
    assert (child.robust_list, child.clear_child_tid, child.signals.pending.mask) == (0, 0, 0)
    assert child.context.words[0] == 0


def test_an_alternate_stack_is_not_shared_by_two_who_share_memory(family: Family) -> None:
    family.parent.signals.stack_start = 5
    assert family.clone(family.parent, VM).signals.stack_start == 0
    assert family.clone(family.parent, VM | VFORK).signals.stack_start == 5


def test_a_task_structure_costs_two_frames_until_it_is_reaped(family: Family) -> None:
    free = family.system.frames.free_count
    child = family.clone(family.parent, VM | FS | FILES | SIGHAND | THREAD)
    assert len(child.structure) == STRUCTURE_FRAMES == 2
    assert family.system.frames.free_count == free - 2


# ---- limits --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uid", "capabilities", "refused"),
    [
        (1000, (), True),
        (1000, (Capability.CAP_KILL,), True),
        (1000, (Capability.CAP_SYS_ADMIN,), False),
        (1000, (Capability.CAP_SYS_RESOURCE,), False),
        (0, (), False),
    ],
)
def test_who_is_bound_by_the_limit_of_processes(
    family: Family, uid: int, capabilities: tuple[Capability, ...], refused: bool
) -> None:
    effective = sum(1 << capability for capability in capabilities)
    family.parent.credentials = Credentials(uid, uid, uid, uid, effective=effective)
    family.parent.process.limits = Limits({Resource.RLIMIT_NPROC: (2, RLIM_INFINITY)})
    before = family.system.tasks.count_of_user(uid)
    if uid:
        assert before == 1
        family.clone(family.parent)
    footprint = family.footprint()
    assert refusal(family) is (Errno.EAGAIN if refused else None)
    assert (family.footprint() == footprint) is refused


def test_threads_and_zombies_count_against_the_limit(family: Family) -> None:
    family.parent.credentials = Credentials.of_user(1000, 1000)
    family.parent.process.limits = Limits({Resource.RLIMIT_NPROC: (3, 3)})
    family.clone(family.parent, VM | SIGHAND | THREAD)
    family.clone(family.parent).move_to(TaskState.ZOMBIE)
    assert refusal(family) is Errno.EAGAIN


def test_the_system_wide_limit_binds_root_too(family: Family) -> None:
    family.system.tasks.limit = 2
    family.clone(family.parent)
    before = family.footprint()
    assert refusal(family) is Errno.EAGAIN
    assert family.footprint() == before


# ---- failing -------------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [0, VM | VFORK, VM | SIGHAND | THREAD, VM, FILES, FS])
@pytest.mark.parametrize("copying", [False, True])
def test_whichever_allocation_fails_nothing_is_left_behind(
    family: Family, flags: int, copying: bool
) -> None:
    family.system.settings = Settings(copying_fork=copying)
    before, tables = family.footprint(), family.tables(family.parent)
    contents = family.parent.memory.read(DATA, 8)
    failed = 0
    while True:
        family.system.frames.fails_in = failed + 1
        error = refusal(family, flags)
        left = family.system.frames.fails_in
        family.system.frames.fails_in = None
        if error is None:
            assert left is not None
            break
        failed += 1
        assert error in (Errno.EAGAIN, Errno.ENOMEM)
        assert family.footprint() == before
        assert family.parent.memory.read(DATA, 8) == contents
    assert failed >= STRUCTURE_FRAMES
    assert len(tables) >= 4096


def test_unsharing_descriptors_without_memory_for_them_changes_nothing(family: Family) -> None:
    clone(family.parent, CloneRequest(FILES, 17))
    shared = family.parent.files
    family.system.frames.fails_in = 1
    with pytest.raises(SysError) as caught:
        unshare(family.parent, FILES)
    assert caught.value.errno is Errno.ENOMEM
    assert (family.parent.files, shared.users) == (shared, 2)


def test_no_free_id_leaves_nothing_behind(family: Family, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> int:
        raise SysError(Errno.EAGAIN)

    monkeypatch.setattr(family.system.tasks, "new_tid", none_left)
    for flags in (0, VM):
        before = family.footprint()
        assert refusal(family, flags) is Errno.EAGAIN
        assert family.footprint() == before
