"""futex(2) and the robust lists of mutexes (get_robust_list(2)).

FUTEX_FD, which Linux has no more, is ENOSYS.
"""

from __future__ import annotations

from typing import Annotated

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.futex import (
    FUTEX_BITSET_MATCH_ANY,
    FUTEX_CLOCK_REALTIME,
    FUTEX_COMMAND_MASK,
    FUTEX_PRIVATE_FLAG,
    ROBUST_LIST_HEAD_SIZE,
    WAKE_COMPARISONS,
    WAKE_OPERATIONS,
    FutexOp,
)
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.events import Described
from kernel.syscalls.arguments import (
    Argument,
    DescribedArgument,
    Int,
    Moment,
    Pointer,
    Size,
    signed,
)
from kernel.syscalls.table import on_interrupt, syscall
from kernel.syscalls.time_values import describe_timespec, describe_timespec64, read_timespec
from kernel.task import futex as futexes
from kernel.task import pi_futex
from kernel.task.futex import PiWaiter, key_of
from kernel.task.task import Call, Task

_TIMED = frozenset(
    (
        *(FutexOp.FUTEX_WAIT, FutexOp.FUTEX_WAIT_BITSET, FutexOp.FUTEX_WAIT_REQUEUE_PI),
        *(FutexOp.FUTEX_LOCK_PI, FutexOp.FUTEX_LOCK_PI2),
    )
)
_BY_ANY_CLOCK = frozenset(
    (FutexOp.FUTEX_WAIT_BITSET, FutexOp.FUTEX_WAIT_REQUEUE_PI, FutexOp.FUTEX_LOCK_PI2)
)
"""Operations that may be told to use CLOCK_REALTIME."""
_LOCKING = frozenset((FutexOp.FUTEX_LOCK_PI, FutexOp.FUTEX_LOCK_PI2))
_WITH_BITSET = frozenset((FutexOp.FUTEX_WAIT_BITSET, FutexOp.FUTEX_WAKE_BITSET))
_WITH_SECOND_WORD = frozenset(
    (
        *(FutexOp.FUTEX_REQUEUE, FutexOp.FUTEX_CMP_REQUEUE, FutexOp.FUTEX_WAKE_OP),
        FutexOp.FUTEX_CMP_REQUEUE_PI,
    )
)
_WITHOUT_VALUE = _LOCKING | {FutexOp.FUTEX_UNLOCK_PI, FutexOp.FUTEX_TRYLOCK_PI}
_NAMED_WITH_CLOCK = frozenset(
    (FutexOp.FUTEX_WAIT, FutexOp.FUTEX_WAIT_BITSET, FutexOp.FUTEX_WAIT_REQUEUE_PI)
)
"""Those that a trace names with FUTEX_CLOCK_REALTIME, too."""
_COMMANDS = {int(op): op.name for op in FutexOp}


def _command(call: Call) -> int:
    return call.words[1] & FUTEX_COMMAND_MASK


class _OperationArgument(Argument):
    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        command = value & FUTEX_COMMAND_MASK
        name = _COMMANDS.get(command)
        if name is None or (value & FUTEX_CLOCK_REALTIME and command not in _NAMED_WITH_CLOCK):
            return ("flags", value, f"{value:#x} /* FUTEX_??? */")
        private = "_PRIVATE" if value & FUTEX_PRIVATE_FLAG else ""
        clock = "|FUTEX_CLOCK_REALTIME" if value & FUTEX_CLOCK_REALTIME else ""
        return ("flags", value, name + private + clock)


class _ValueArgument(Argument):
    def describe(self, task: Task, call: Call, word: int) -> Described:
        return ("omit",) if _command(call) in _WITHOUT_VALUE else ("int", call.words[word])


class _TimeoutArgument(Argument):
    """A timeout; a second count for the operations on two words; nothing for waking."""

    def __init__(self, wide: bool) -> None:
        self._timespec = DescribedArgument(describe_timespec64 if wide else describe_timespec)

    def describe(self, task: Task, call: Call, word: int) -> Described:
        if _command(call) in _TIMED:
            return self._timespec.describe(task, call, word)
        if _command(call) in _WITH_SECOND_WORD:
            return ("int", call.words[word])
        return _only_of_unknown(call, word)


class _SecondWordArgument(Argument):
    def describe(self, task: Task, call: Call, word: int) -> Described:
        if _command(call) in (*_WITH_SECOND_WORD, FutexOp.FUTEX_WAIT_REQUEUE_PI):
            return ("ptr", call.words[word])
        return _only_of_unknown(call, word)


class _LastArgument(Argument):
    """A bitset, a value to compare with, or an encoded operation."""

    def describe(self, task: Task, call: Call, word: int) -> Described:
        value, command = call.words[word], _command(call)
        if command in _WITH_BITSET:
            name = "FUTEX_BITSET_MATCH_ANY" if value == FUTEX_BITSET_MATCH_ANY else f"{value:#x}"
            return ("flags", value, name)
        if command in (FutexOp.FUTEX_CMP_REQUEUE, FutexOp.FUTEX_CMP_REQUEUE_PI):
            return ("int", value)
        if command == FutexOp.FUTEX_WAKE_OP:
            return ("flags", value, _wake_op_text(value))
        return _only_of_unknown(call, word)


def _only_of_unknown(call: Call, word: int) -> Described:
    """All words of an operation without a name are shown, of the others those that count."""
    return ("omit",) if _command(call) in _COMMANDS else ("hex", call.words[word])


def _wake_op_text(value: int) -> str:
    kind, comparison = value >> 28 & 7, value >> 24 & 15
    shift = "FUTEX_OP_OPARG_SHIFT<<28|" if value >> 31 else ""
    operation = _shifted(WAKE_OPERATIONS, kind, 28, "FUTEX_OP_???")
    compared = _shifted(WAKE_COMPARISONS, comparison, 24, "FUTEX_OP_CMP_???")
    argument, reference = _hex(value >> 12 & 0xFFF), _hex(value & 0xFFF)
    return f"{shift}{operation}|{argument}<<12|{compared}|{reference}"


def _shifted(names: tuple[str, ...], value: int, shift: int, unknown: str) -> str:
    if value < len(names):
        return f"{names[value]}<<{shift}"
    return f"{value:#x}<<{shift} /* {unknown} */"


def _hex(value: int) -> str:
    return f"{value:#x}" if value else "0"


Operation = Annotated[int, _OperationArgument()]
Value = Annotated[int, _ValueArgument()]
Timeout = Annotated[int, _TimeoutArgument(wide=False)]
Timeout64 = Annotated[int, _TimeoutArgument(wide=True)]
SecondWord = Annotated[int, _SecondWordArgument()]
Last = Annotated[int, _LastArgument()]


@syscall(Sysno.FUTEX)
def futex(
    task: Task, address: Pointer, operation: Operation, value: Value, timeout: Timeout,
    second: SecondWord, last: Last,
) -> int:  # fmt: skip
    """Wait for a word to change, or wake those who do. EAGAIN, ETIMEDOUT, EINTR, EINVAL, EFAULT."""
    return _futex(task, address, operation, value, timeout, second, last, wide=False)


@syscall(Sysno.FUTEX_TIME64)
def futex_time64(
    task: Task, address: Pointer, operation: Operation, value: Value, timeout: Timeout64,
    second: SecondWord, last: Last,
) -> int:  # fmt: skip
    """The same with 64-bit seconds."""
    return _futex(task, address, operation, value, timeout, second, last, wide=True)


def _futex(
    task: Task, address: int, operation: int, value: int, timeout: int, second: int, last: int,
    wide: bool,
) -> int:  # fmt: skip
    command = operation & FUTEX_COMMAND_MASK
    private = bool(operation & FUTEX_PRIVATE_FLAG)
    is_timed = bool(timeout) and command in _TIMED
    deadline = _deadline(task, operation, timeout, wide) if is_timed else None
    is_known = command in _COMMANDS and command != FutexOp.FUTEX_FD
    if not is_known or (operation & FUTEX_CLOCK_REALTIME and command not in _BY_ANY_CLOCK):
        raise SysError(Errno.ENOSYS)
    if command in _TIMED:
        if command in _LOCKING:
            return pi_futex.lock(task, address, private, deadline)
        if command == FutexOp.FUTEX_WAIT_REQUEUE_PI:
            return pi_futex.wait_requeue(task, address, value, private, second, deadline)
        bitset = last if command in _WITH_BITSET else FUTEX_BITSET_MATCH_ANY
        return futexes.wait(task, address, value, private, bitset, deadline)
    if command == FutexOp.FUTEX_UNLOCK_PI:
        return pi_futex.unlock(task, address, private)
    if command == FutexOp.FUTEX_TRYLOCK_PI:
        return pi_futex.try_lock(task, address, private)
    counts = signed(value), signed(timeout)
    if command == FutexOp.FUTEX_CMP_REQUEUE_PI:
        return pi_futex.requeue(task, address, second, private, counts, last)
    return _wake(task, command, private, address, second, counts, last)


def _wake(
    task: Task, command: int, private: bool, address: int, second: int, counts: tuple[int, int],
    last: int,
) -> int:  # fmt: skip
    bitset = last if command in _WITH_BITSET else FUTEX_BITSET_MATCH_ANY
    moves = command in (FutexOp.FUTEX_REQUEUE, FutexOp.FUTEX_CMP_REQUEUE)
    if not bitset or (moves and min(counts) < 0):
        raise SysError(Errno.EINVAL)
    key = key_of(task.memory, address, private)
    if command in (FutexOp.FUTEX_WAKE, FutexOp.FUTEX_WAKE_BITSET):
        return futexes.wake(task.system, key, counts[0], bitset)
    target = key_of(task.memory, second, private)
    if command == FutexOp.FUTEX_WAKE_OP:
        also = futexes.operate(task, second, last)
        woken = futexes.wake(task.system, key, counts[0])
        return woken + (futexes.wake(task.system, target, counts[1]) if also else 0)
    if command == FutexOp.FUTEX_CMP_REQUEUE and task.memory.read_word(address) != last:
        raise SysError(Errno.EAGAIN)
    return futexes.requeue(task.system, key, target, *counts)


def _deadline(task: Task, operation: int, timeout: int, wide: bool) -> int:
    """Relative to the call for FUTEX_WAIT, else a moment of the clock that the operation names."""
    time = read_timespec(task, timeout, wide)
    clock, command = task.system.clock, operation & FUTEX_COMMAND_MASK
    if command == FutexOp.FUTEX_WAIT:
        assert task.call is not None
        return task.call.entered + time
    is_wall = operation & FUTEX_CLOCK_REALTIME or command == FutexOp.FUTEX_LOCK_PI
    return time - clock.wall_at_boot if is_wall else time


@on_interrupt(Sysno.FUTEX, Sysno.FUTEX_TIME64)
def interrupted(task: Task, call: Call) -> None:
    """A signal ends the sleep: EAGAIN where the call cannot start again."""
    if isinstance(call.progress, PiWaiter):
        pi_futex.signal_came(call.progress)


# ---- robust lists ------------------------------------------------------------------------------


def _describe_word(task: Task, address: int) -> Described:
    return ("array", [("ptr", task.memory.read_word(address))], False)


def _describe_size(task: Task, address: int) -> Described:
    return ("array", [("int", task.memory.read_word(address))], False)


@syscall(Sysno.SET_ROBUST_LIST)
def set_robust_list(task: Task, head: Pointer, size: Size) -> int:
    """Tell where the thread keeps its list of robust mutexes, for the thread's end. EINVAL."""
    if size != ROBUST_LIST_HEAD_SIZE:
        raise SysError(Errno.EINVAL)
    task.robust_list = head
    return 0


@syscall(Sysno.GET_ROBUST_LIST)
def get_robust_list(
    task: Task,
    tid: Int,
    head: Annotated[int, DescribedArgument(_describe_word, Moment.EXIT)],
    size: Annotated[int, DescribedArgument(_describe_size, Moment.EXIT)],
) -> int:
    """Where a thread (0: the caller) keeps that list. ESRCH, EPERM, EFAULT."""
    target = task.system.tasks.find(tid) if tid else task
    if target is None:
        raise SysError(Errno.ESRCH)
    mine, theirs = task.credentials, target.credentials
    is_own = {mine.fsuid} == {theirs.uid, theirs.euid, theirs.suid}
    if not is_own and not mine.has(Capability.CAP_SYS_ADMIN):
        raise SysError(Errno.EPERM)
    task.memory.write_word(size, ROBUST_LIST_HEAD_SIZE)
    task.memory.write_word(head, target.robust_list)
    return 0
