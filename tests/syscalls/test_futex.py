"""futex, robust lists, and the word that is cleared when a thread ends."""

import struct

import pytest

from kernel.abi.errno import Errno
from kernel.abi.futex import FUTEX_OWNER_DIED, FUTEX_PRIVATE_FLAG, FUTEX_WAITERS, FutexOp
from kernel.abi.memory import MapFlag, Prot
from kernel.abi.signals import SiCode, Signal
from kernel.abi.sysno import Sysno
from kernel.errors import Restart
from kernel.mm.area import Area
from kernel.signals import attention, delivery, send
from kernel.signals.state import SigInfo
from kernel.task import futex as futexes
from kernel.task.task import Task, TaskState
from tests.callers import Callers
from tests.fakes import DATA

WORD, OTHER, TIME = DATA, DATA + 4, DATA + 0x100
WAIT, WAKE = FutexOp.FUTEX_WAIT, FutexOp.FUTEX_WAKE
PRIVATE = FUTEX_PRIVATE_FLAG


@pytest.fixture
def world() -> Callers:
    return Callers()


@pytest.fixture
def task(world: Callers) -> Task:
    return world.run(world.process())


def waiter(world: Callers, of: Task, *words: int) -> Task:
    """Another thread, asleep in futex."""
    thread = world.thread(of)
    world.sleeps(thread, Sysno.FUTEX, *(words or (WORD, WAIT, 0, 0)))
    return thread


def futex(world: Callers, task: Task, *words: int) -> int:
    return world.call(task, Sysno.FUTEX, *words)


# ---- wait and wake -----------------------------------------------------------------------------


def test_wait_sleeps_while_the_word_has_its_value(world: Callers, task: Task) -> None:
    assert futex(world, task, WORD, WAIT, 1, 0) == -Errno.EAGAIN
    thread = waiter(world, task)
    assert futex(world, task, WORD, WAKE, 1) == 1
    assert thread.state is TaskState.READY
    assert world.again(thread) == 0, "though the word has not changed"
    assert futex(world, task, WORD, WAKE, 1) == 0
    assert not world.system.futexes


def test_waiters_are_woken_in_order_and_no_more_than_asked(world: Callers, task: Task) -> None:
    first, second, third = (waiter(world, task) for _ in range(3))
    assert futex(world, task, WORD, WAKE, 2) == 2
    assert first.state is second.state is TaskState.READY
    assert third.state is TaskState.BLOCKED
    assert futex(world, task, WORD, WAKE, 0x7FFF_FFFF) == 1


def test_private_or_not_is_the_same_word_in_private_memory(world: Callers, task: Task) -> None:
    waiter(world, task, WORD, WAIT | PRIVATE, 0, 0)
    assert futex(world, task, WORD, WAKE, 1) == 1


def test_another_process_waits_for_another_word(world: Callers, task: Task) -> None:
    waiter(world, task)
    stranger = world.process()
    assert futex(world, stranger, WORD, WAKE, 1) == 0


def test_shared_memory_is_one_word_wherever_it_is_mapped(world: Callers, task: Task) -> None:
    stranger = world.process()
    frame = world.system.frames.allocate()
    flags, prot = int(MapFlag.MAP_SHARED), int(Prot.PROT_READ | Prot.PROT_WRITE)
    for memory, start in ((task.memory, 0x0A00_0000), (stranger.memory, 0x0B00_0000)):
        area = Area(start, start + 0x1000, prot, flags)
        memory.map(area)
        world.system.frames.share(frame)
        memory.set_page(start, frame, area.entry_bits)
    thread = waiter(world, task, 0x0A00_0010, WAIT, 0, 0)
    assert futex(world, stranger, 0x0B00_0010, WAKE, 1) == 1
    assert thread.state is TaskState.READY


def test_bitsets_choose_waiters(world: Callers, task: Task) -> None:
    odd = waiter(world, task, WORD, FutexOp.FUTEX_WAIT_BITSET, 0, 0, 0, 0b01)
    even = waiter(world, task, WORD, FutexOp.FUTEX_WAIT_BITSET, 0, 0, 0, 0b10)
    assert futex(world, task, WORD, FutexOp.FUTEX_WAKE_BITSET, 9, 0, 0, 0b10) == 1
    assert odd.state is TaskState.BLOCKED
    assert even.state is TaskState.READY
    assert futex(world, task, WORD, FutexOp.FUTEX_WAIT_BITSET, 0, 0, 0, 0) == -Errno.EINVAL


def test_timeouts(world: Callers, task: Task) -> None:
    task.memory.write(TIME, struct.pack("<II", 1, 0))
    world.system.clock.now = 500
    thread = world.thread(task)
    block = world.sleeps(thread, Sysno.FUTEX, WORD, WAIT, 0, TIME)
    assert block.deadline == 500 + 1_000_000_000
    assert thread.restart is Restart.BLOCK
    world.system.clock.now = block.deadline
    thread.wake("deadline")
    assert world.again(thread) == -Errno.ETIMEDOUT
    absolute = world.sleeps(
        world.thread(task), Sysno.FUTEX, WORD, FutexOp.FUTEX_WAIT_BITSET, 0, TIME, 0, 1
    )
    assert absolute.deadline == 1_000_000_000
    realtime = world.sleeps(
        world.thread(task), Sysno.FUTEX, WORD, FutexOp.FUTEX_WAIT_BITSET | 0x100, 0, TIME, 0, 1
    )
    assert realtime.deadline == 1_000_000_000 - world.system.clock.wall_at_boot


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ((WORD + 1, WAIT, 0, 0), Errno.EINVAL),
        ((0x10, WAIT, 0, 0), Errno.EFAULT),
        ((0x10, WAIT | PRIVATE, 0, 0), Errno.EFAULT),
        ((0xC000_0000, WAKE, 1), Errno.EFAULT),
        ((WORD, WAIT, 0, 0x10), Errno.EFAULT),
        ((WORD, 77, 0), Errno.ENOSYS),
        ((WORD, FutexOp.FUTEX_LOCK_PI | 0x100, 0), Errno.ENOSYS),
        ((WORD, WAKE | 0x100, 0), Errno.ENOSYS),
        ((WORD, FutexOp.FUTEX_REQUEUE, -1, 0, OTHER), Errno.EINVAL),
        ((WORD, FutexOp.FUTEX_CMP_REQUEUE, 1, 0, OTHER, 9), Errno.EAGAIN),
        ((WORD, FutexOp.FUTEX_WAKE_OP, 1, 1, OTHER, 7 << 28), Errno.ENOSYS),
    ],
)
def test_futex_refuses(world: Callers, task: Task, words: tuple[int, ...], error: Errno) -> None:
    assert futex(world, task, *words) == -error


# ---- two words ---------------------------------------------------------------------------------


def test_requeue_wakes_some_and_moves_others(world: Callers, task: Task) -> None:
    first, second, third = (waiter(world, task) for _ in range(3))
    assert futex(world, task, WORD, FutexOp.FUTEX_CMP_REQUEUE, 1, 1, OTHER, 0) == 2
    assert first.state is TaskState.READY
    assert futex(world, task, OTHER, WAKE, 9) == 1
    assert second.state is TaskState.READY
    assert third.state is TaskState.BLOCKED
    assert world.again(second) == 0


def test_wake_op_changes_the_second_word_and_compares_its_old_value(
    world: Callers, task: Task
) -> None:
    task.memory.write_word(OTHER, 5)
    there = waiter(world, task, OTHER, WAIT, 5, 0)
    add_3_if_5 = 1 << 28 | 0 << 24 | 3 << 12 | 5
    assert futex(world, task, WORD, FutexOp.FUTEX_WAKE_OP, 1, 1, OTHER, add_3_if_5) == 1
    assert task.memory.read_word(OTHER) == 8
    assert there.state is TaskState.READY


# ---- signals -----------------------------------------------------------------------------------


def test_a_signal_interrupts_the_wait_even_when_the_word_has_changed(
    world: Callers, task: Task
) -> None:
    world.handle(task, Signal.SIGUSR1)
    world.sleeps(task, Sysno.FUTEX, WORD, WAIT, 0, 0)
    task.memory.write_word(WORD, 1)
    send.send_to_task(task, SigInfo(Signal.SIGUSR1, SiCode.SI_USER))
    world.sleeps_again(task)
    assert task.restart is Restart.SYS
    assert delivery.ends_sleep(task)


def test_a_signal_that_another_thread_took_makes_the_wait_begin_again(
    world: Callers, task: Task
) -> None:
    thread = waiter(world, task)
    attention.notify(thread, "SIGUSR1")
    assert futex(world, task, WORD, WAKE, 1) == 0, "it has been woken already"
    task.memory.write_word(WORD, 1)
    assert world.again(thread) == -Errno.EAGAIN


def test_so_does_the_wait_for_a_lock(world: Callers, task: Task) -> None:
    thread = world.thread(task)
    assert futex(world, task, WORD, FutexOp.FUTEX_LOCK_PI) == 0
    world.sleeps(world.run(thread), Sysno.FUTEX, WORD, FutexOp.FUTEX_LOCK_PI)
    attention.notify(thread, "SIGUSR1")
    assert futex(world, world.run(task), WORD, FutexOp.FUTEX_UNLOCK_PI) == 0
    assert world.again(world.run(thread)) == 0
    assert task.memory.read_word(WORD) == thread.tid


def test_a_wake_that_came_with_the_signal_counts(world: Callers, task: Task) -> None:
    world.handle(task, Signal.SIGUSR1)
    thread = waiter(world, task)
    futex(world, task, WORD, WAKE, 1)
    send.send_to_task(thread, SigInfo(Signal.SIGUSR1, SiCode.SI_USER))
    assert world.again(thread) == 0


# ---- traces ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((WORD, WAKE | PRIVATE, 1), "FUTEX_WAKE_PRIVATE, 1"),
        ((WORD, WAKE, 0x7FFF_FFFF), "FUTEX_WAKE, 2147483647"),
        ((WORD, WAIT | PRIVATE, 2, 0), "FUTEX_WAIT_PRIVATE, 2, NULL"),
        ((WORD, WAIT, 0xFFFF_FFFF, TIME), "FUTEX_WAIT, 4294967295, {tv_sec=0, tv_nsec=0}"),
        (
            (WORD, FutexOp.FUTEX_WAIT_BITSET | PRIVATE | 0x100, 2, 0, 0, 0xFFFF_FFFF),
            "FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 2, NULL, FUTEX_BITSET_MATCH_ANY",
        ),
        (
            (WORD, FutexOp.FUTEX_CMP_REQUEUE, 1, 2, OTHER, 9),
            f"FUTEX_CMP_REQUEUE, 1, 2, {OTHER:#x}, 9",
        ),
        (
            (WORD, FutexOp.FUTEX_WAKE_OP, 1, 1, OTHER, 0x1040_0000 | 4 << 24),
            f"FUTEX_WAKE_OP, 1, 1, {OTHER:#x}, FUTEX_OP_ADD<<28|0x400<<12|FUTEX_OP_CMP_GT<<24|0",
        ),
        ((WORD, 77, 1, 2, 3), "0x4d /* FUTEX_??? */, 1, 0x2, 0x3, 0"),
    ],
)
def test_a_trace_shows_what_the_operation_uses(
    world: Callers, task: Task, words: tuple[int, ...], text: str
) -> None:
    task.memory.write_word(WORD, 1)
    futex(world, task, *words)
    assert world.traced(task) == f"futex({WORD:#x}, {text})"


# ---- ends --------------------------------------------------------------------------------------


def robust(world: Callers, task: Task, word: int, pending: bool = False) -> Task:
    """A thread that ends with one robust mutex, at WORD, in its list."""
    thread = world.thread(task)
    head, entry = DATA + 0x200, DATA + 0x300
    offset = (WORD - entry) & 0xFFFF_FFFF
    following = head if pending else entry
    task.memory.write(head, struct.pack("<III", following, offset, entry if pending else 0))
    task.memory.write_word(entry, head)
    task.memory.write_word(WORD, word)
    assert world.call(thread, Sysno.SET_ROBUST_LIST, head, 12) == 0
    return thread


def test_robust_mutexes_of_a_dead_owner_are_marked(world: Callers, task: Task) -> None:
    sleeper = waiter(world, task)
    thread = robust(world, task, 0)
    task.memory.write_word(WORD, thread.tid | FUTEX_WAITERS)
    futexes.release_robust_list(thread)
    assert task.memory.read_word(WORD) == FUTEX_OWNER_DIED | FUTEX_WAITERS
    assert sleeper.state is TaskState.READY


def test_a_mutex_of_somebody_else_is_left_alone(world: Callers, task: Task) -> None:
    thread = robust(world, task, 12345)
    futexes.release_robust_list(thread)
    assert task.memory.read_word(WORD) == 12345


def test_a_mutex_that_was_just_being_unlocked_wakes_its_waiter(world: Callers, task: Task) -> None:
    sleeper = waiter(world, task)
    thread = robust(world, task, 0, pending=True)
    futexes.release_robust_list(thread)
    assert sleeper.state is TaskState.READY


def test_a_circular_or_unmapped_list_ends(world: Callers, task: Task) -> None:
    for entry in (DATA + 0x400, 0x10):
        head = DATA + 0x200
        task.memory.write(head, struct.pack("<III", entry, 0, 0))
        task.memory.write_word(DATA + 0x400, DATA + 0x400)
        task.robust_list = head
        futexes.release_robust_list(task)
        assert not task.robust_list


def test_set_and_get_robust_list(world: Callers, task: Task) -> None:
    assert world.call(task, Sysno.SET_ROBUST_LIST, 0x1234, 11) == -Errno.EINVAL
    assert world.call(task, Sysno.SET_ROBUST_LIST, 0x1234, 12) == 0
    assert world.call(task, Sysno.GET_ROBUST_LIST, 0, DATA, DATA + 8) == 0
    assert task.memory.read_word(DATA) == 0x1234
    assert world.traced(task) == "get_robust_list(0, [0x1234], [12])"
    assert world.call(task, Sysno.GET_ROBUST_LIST, 9999, DATA, DATA + 8) == -Errno.ESRCH


def test_the_tid_word_is_cleared_and_its_waiter_woken(world: Callers, task: Task) -> None:
    task.memory.write_word(WORD, 7)
    sleeper = waiter(world, task, WORD, WAIT, 7, 0)
    thread = world.thread(task)
    thread.clear_child_tid = WORD
    futexes.clear_tid(thread)
    assert task.memory.read_word(WORD) == 0
    assert sleeper.state is TaskState.READY


def test_nobody_clears_the_word_of_memory_that_is_ones_own(world: Callers, task: Task) -> None:
    task.memory.write_word(WORD, 7)
    task.clear_child_tid = WORD
    futexes.clear_tid(task)
    assert task.memory.read_word(WORD) == 7


def test_a_lock_that_was_handed_over_makes_no_circle(world: Callers, task: Task) -> None:
    heir, third = world.thread(task), world.thread(task)
    assert futex(world, task, WORD, FutexOp.FUTEX_LOCK_PI) == 0
    world.sleeps(world.run(heir), Sysno.FUTEX, WORD, FutexOp.FUTEX_LOCK_PI)
    assert futex(world, world.run(task), WORD, FutexOp.FUTEX_UNLOCK_PI) == 0
    assert task.memory.read_word(WORD) == heir.tid | 0x8000_0000
    world.sleeps(world.run(third), Sysno.FUTEX, WORD, FutexOp.FUTEX_LOCK_PI)
    world.sleeps(world.run(task), Sysno.FUTEX, WORD, FutexOp.FUTEX_LOCK_PI)
    assert world.again(world.run(heir)) == 0, "it has it, though it had not run"
    assert futex(world, heir, WORD, FutexOp.FUTEX_UNLOCK_PI) == 0
    assert task.memory.read_word(WORD) == third.tid | 0x8000_0000, "first come, first served"


def test_a_condition_that_changed_while_a_signal_came_is_not_waited_for(
    world: Callers, task: Task
) -> None:
    thread = world.thread(task)
    words = (WORD, FutexOp.FUTEX_WAIT_REQUEUE_PI, 0, 0, OTHER)
    world.sleeps(world.run(thread), Sysno.FUTEX, *words)
    attention.notify(thread, "SIGUSR1")
    task.memory.write_word(WORD, 1)
    assert futex(world, world.run(task), WORD, FutexOp.FUTEX_CMP_REQUEUE_PI, 1, 0, OTHER, 1) == 0
    assert world.again(world.run(thread)) == -Errno.EAGAIN
