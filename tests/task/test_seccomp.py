"""seccomp: which programs are filters, what they compute, what becomes of calls."""

from __future__ import annotations

import struct

import pytest

from kernel.abi import bpf
from kernel.abi.errno import Errno
from kernel.abi.files import Poll
from kernel.abi.prctl import Prctl
from kernel.abi.ptrace import TraceEvent, TraceOption
from kernel.abi.seccomp import Action, FilterFlag, NotifyRequest, SeccompOperation
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.errors import REPLACED, Block, SysError
from kernel.task import tracing
from kernel.task.seccomp import filters, gate
from kernel.task.seccomp.filters import Filter
from kernel.task.seccomp.listener import Listener
from kernel.task.seccomp.program import Instruction, check, pack, run, unpack
from kernel.task.task import Call, Task, TaskState
from tests.callers import Callers
from tests.fakes import DATA
from tests.snapshots import copied

ALLOW = Action.SECCOMP_RET_ALLOW
LOAD_NUMBER = Instruction(bpf.LD | bpf.ABS, 0, 0, 0)
IS_GETPPID = Instruction(bpf.JMP | bpf.JEQ | bpf.K, 0, 1, Sysno.GETPPID)


def returns(value: int) -> Instruction:
    return Instruction(bpf.RET | bpf.K, 0, 0, value)


class Restricted(Callers):
    """A world whose tasks install filters and have calls judged."""

    def __init__(self) -> None:
        super().__init__()
        self.task = self.run(self.process())

    def install(self, answer: int, flags: int = 0, task: Task | None = None) -> int:
        """A filter that answers getppid so and allows the rest."""
        program = (LOAD_NUMBER, IS_GETPPID, returns(answer), returns(ALLOW))
        task = task or self.task
        task.memory.write(DATA, struct.pack("<HxxI", len(program), DATA + 8) + pack(program))
        operation = SeccompOperation.SECCOMP_SET_MODE_FILTER
        return self.call(task, Sysno.SECCOMP, operation, flags, DATA)

    def judge(self, number: int = Sysno.GETPPID) -> object:
        call = self.task.call = Call(number, (1, 2, 3, 4, 5, 6), 0)
        return gate.judge(self.task, call)


@pytest.fixture
def world() -> Restricted:
    return Restricted()


@pytest.mark.parametrize("code", [bpf.ALU | bpf.MOD, bpf.LD | bpf.IND, bpf.LD | 0x08, 0x4000, 0xE])
def test_a_filter_has_only_the_instructions_of_seccomp(code: int) -> None:
    with pytest.raises(SysError, match="EINVAL"):
        check((Instruction(code, 0, 0, 4), returns(ALLOW)))


def test_a_jump_may_reach_the_last_instruction_and_no_further() -> None:
    jump = bpf.JMP | bpf.JA
    check((Instruction(jump, 0, 0, 1), returns(0), returns(0)))
    with pytest.raises(SysError, match="EINVAL"):
        check((Instruction(jump, 0, 0, 2), returns(0), returns(0)))
    with pytest.raises(SysError, match="EINVAL"):
        check((Instruction(jump, 0, 0, 0xFFFF_FFFF), returns(0)))


def test_memory_is_loaded_only_where_every_way_has_stored_it() -> None:
    store, load = Instruction(bpf.ST, 0, 0, 3), Instruction(bpf.LD | bpf.MEM, 0, 0, 3)
    over = Instruction(bpf.JMP | bpf.JEQ | bpf.K, 1, 0, 0)
    check((store, over, store, load, returns(0)))
    with pytest.raises(SysError, match="EINVAL"):
        check((over, store, load, returns(0)))


def test_words_wrap_and_a_division_by_zero_answers_zero() -> None:
    answer_a = Instruction(bpf.RET | bpf.A, 0, 0, 0)
    minus = Instruction(bpf.ALU | bpf.SUB | bpf.K, 0, 0, 1)
    assert run((minus, answer_a), (0,) * 16) == 0xFFFF_FFFF
    by_x = Instruction(bpf.ALU | bpf.DIV | bpf.X, 0, 0, 0)
    assert run((minus, by_x, returns(7)), (0,) * 16) == 0


def test_a_program_is_the_same_after_packing_and_unpacking() -> None:
    program = (LOAD_NUMBER, IS_GETPPID, returns(Action.SECCOMP_RET_KILL_PROCESS))
    assert unpack(pack(program)) == program


def test_a_call_that_is_answered_with_an_error_is_not_made(world: Restricted) -> None:
    assert world.install(Action.SECCOMP_RET_ERRNO + 7) == 0
    assert world.judge() == -7
    assert world.judge(Sysno.GETUID) is None
    assert world.install(Action.SECCOMP_RET_ERRNO + 0xFFFF) == 0
    assert world.judge() == -4095


def test_the_strictest_answer_counts_whichever_came_first(world: Restricted) -> None:
    world.install(Action.SECCOMP_RET_ERRNO + 1)
    world.install(Action.SECCOMP_RET_LOG)
    assert world.judge() == -1
    world.install(Action.SECCOMP_RET_ERRNO + 2)
    assert world.judge() == -2


def test_sigsys_tells_which_call_was_trapped_and_eax_is_its_number(world: Restricted) -> None:
    world.install(Action.SECCOMP_RET_TRAP + 5)
    assert world.judge() == Sysno.GETPPID
    info = world.task.signals.pending.first(Signal.SIGSYS)
    assert (info.call, info.errno) == (Sysno.GETPPID, 5)


def test_no_handler_and_no_tracer_keep_from_being_killed(world: Restricted) -> None:
    world.install(Action.SECCOMP_RET_KILL_PROCESS)
    tracing.trace(world.task, world.process(), is_seized=True)
    world.judge()
    info = world.task.signals.injected
    assert info is not None
    assert info.is_final
    assert info.signal == Signal.SIGSYS


def test_strict_mode_leaves_four_calls(world: Restricted) -> None:
    assert world.call(world.task, Sysno.PRCTL, Prctl.PR_SET_SECCOMP, 1) == 0
    assert world.task.traits.has_no_tsc
    for number in (Sysno.READ, Sysno.WRITE, Sysno.SIGRETURN, Sysno.EXIT):
        assert world.judge(number) is None
    assert world.judge(Sysno.GETPID) is REPLACED
    assert world.task.exit_status == Signal.SIGKILL


def test_one_mode_excludes_the_other(world: Restricted) -> None:
    world.install(ALLOW)
    assert world.call(world.task, Sysno.PRCTL, Prctl.PR_SET_SECCOMP, 1) == -Errno.EINVAL
    assert world.call(world.task, Sysno.PRCTL, Prctl.PR_GET_SECCOMP) == 2


def test_a_user_has_to_give_up_new_privileges_first(world: Restricted) -> None:
    world.task = world.run(world.process(uid=1000))
    assert world.install(ALLOW) == -Errno.EACCES
    world.task.traits = world.task.traits._replace(no_new_privileges=True)
    assert world.install(ALLOW) == 0


def test_all_filters_together_have_a_length_that_is_not_exceeded(world: Restricted) -> None:
    program = (returns(ALLOW),) * bpf.MAX_INSTRUCTIONS
    for _ in range(7):
        filters.check_room(world.task, program)
        filters.install(world.task, Filter(program, False, False), for_all=False)
    with pytest.raises(SysError, match="ENOMEM"):
        filters.check_room(world.task, program)


def test_threads_that_have_gone_another_way_cannot_be_made_to_follow(world: Restricted) -> None:
    other = world.thread(world.task)
    world.install(Action.SECCOMP_RET_ERRNO + 1, task=other)
    tsync, or_error = FilterFlag.SECCOMP_FILTER_FLAG_TSYNC, 0x10
    assert world.install(ALLOW, tsync) == other.tid
    assert world.install(ALLOW, tsync | or_error) == -Errno.ESRCH
    assert world.task.seccomp is None


def test_threads_that_have_an_earlier_state_follow(world: Restricted) -> None:
    world.task.traits = world.task.traits._replace(no_new_privileges=True)
    other = world.thread(world.task)
    assert world.install(ALLOW, FilterFlag.SECCOMP_FILTER_FLAG_TSYNC) == 0
    assert other.seccomp is not None
    assert world.task.seccomp is not None
    assert other.seccomp.filters == world.task.seccomp.filters
    assert other.traits.no_new_privileges
    assert other.has_entry_work


def test_a_tracer_that_does_not_care_leaves_the_call_unmade(world: Restricted) -> None:
    world.install(Action.SECCOMP_RET_TRACE + 9)
    assert world.judge() == -Errno.ENOSYS
    options = 1 << TraceEvent.PTRACE_EVENT_SECCOMP
    state = tracing.trace(world.task, world.process(), is_seized=True, options=options)
    assert world.judge() is None
    assert world.task.state is TaskState.TRACED
    assert state.message == 9


def test_filters_can_be_suspended_by_a_tracer(world: Restricted) -> None:
    world.install(Action.SECCOMP_RET_ERRNO + 9)
    suspend = TraceOption.PTRACE_O_SUSPEND_SECCOMP
    tracing.trace(world.task, world.process(), is_seized=True, options=suspend)
    assert world.judge() is None


# ---- listeners ---------------------------------------------------------------------------------


def listening(world: Restricted) -> Listener:
    number = world.install(
        Action.SECCOMP_RET_USER_NOTIF, FilterFlag.SECCOMP_FILTER_FLAG_NEW_LISTENER
    )
    file = world.task.files.get(number)
    assert isinstance(file, Listener)
    assert number in world.task.files.close_on_exec
    return file


def received(listener: Listener, by: Task) -> int:
    by.memory.write(DATA, bytes(80))
    listener.ioctl(by, NotifyRequest.SECCOMP_IOCTL_NOTIF_RECV, DATA)
    return int.from_bytes(by.memory.read(DATA, 8), "little")


def test_a_call_waits_until_its_listener_answers(world: Restricted) -> None:
    listener, supervisor = listening(world), world.process()
    assert listener.poll(supervisor) == 0
    with pytest.raises(Block, match="answer"):
        world.judge()
    assert listener.poll(supervisor) & Poll.POLLIN
    number = received(listener, supervisor)
    assert listener.poll(supervisor) & Poll.POLLOUT
    supervisor.memory.write(DATA, struct.pack("<QqiI", number, 0, -int(Errno.EACCES), 0))
    listener.ioctl(supervisor, NotifyRequest.SECCOMP_IOCTL_NOTIF_SEND, DATA)
    assert world.task.call is not None
    assert gate.judge(world.task, world.task.call) == -Errno.EACCES
    assert world.task.seccomp is not None
    assert world.task.seccomp.notification is None


def test_calls_fail_once_their_listener_is_closed(world: Restricted) -> None:
    listener = listening(world)
    with pytest.raises(Block):
        world.judge()
    listener.close()
    assert world.task.call is not None
    assert gate.judge(world.task, world.task.call) == -Errno.ENOSYS
    assert world.judge() == -Errno.ENOSYS


def test_a_listener_hangs_up_when_nobody_can_call_any_more(world: Restricted) -> None:
    listener, supervisor = listening(world), world.process()
    assert world.task.seccomp is not None
    world.task.seccomp.leave()
    assert listener.poll(supervisor) & Poll.POLLHUP
    with pytest.raises(SysError, match="ENOENT"):
        received(listener, supervisor)


def test_a_snapshot_has_the_filters_and_who_waits(world: Restricted) -> None:
    listening(world)
    with pytest.raises(Block):
        world.judge()
    copy = copied(world.task).seccomp
    assert copy is not None
    assert copy.held is not None
    assert copy.notification is not None
    assert copy.notification.listener is copy.filters[0].listener
