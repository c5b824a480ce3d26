"""ptrace(2): one process watches and steers another."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.errno import Errno
from kernel.abi.ptrace import Request
from kernel.abi.signals import LAST_SIGNAL, SiCode, Signal
from kernel.abi.sysno import Sysno
from kernel.errors import SysError
from kernel.mm import remote
from kernel.signals import send
from kernel.signals.state import SigInfo
from kernel.syscalls import ptrace_data
from kernel.syscalls.ptrace_arguments import (
    AddressArgument,
    DataArgument,
    RequestArgument,
    TraceePid,
)
from kernel.syscalls.table import syscall
from kernel.task import tracee_registers, tracer, tracing
from kernel.task.task import Task, TaskState
from kernel.task.tracing import Mode, Tracing

_MODES = {
    Request.PTRACE_CONT: Mode.CONTINUE,
    Request.PTRACE_SYSCALL: Mode.SYSCALL,
    Request.PTRACE_SINGLESTEP: Mode.STEP,
    Request.PTRACE_SYSEMU: Mode.EMULATE,
    Request.PTRACE_SYSEMU_SINGLESTEP: Mode.EMULATE_STEP,
}


@syscall(Sysno.PTRACE)
def ptrace(
    task: Task,
    request: Annotated[int, RequestArgument()],
    pid: Annotated[int, TraceePid()],
    address: Annotated[int, AddressArgument()],
    data: Annotated[int, DataArgument()],
) -> int:
    """ptrace(2): what the request asks for. ESRCH, EPERM, EIO, EINVAL, EFAULT."""
    if request == Request.PTRACE_TRACEME:
        tracer.trace_me(task)
        return 0
    target = task.system.tasks.find(pid)
    if target is None:
        raise SysError(Errno.ESRCH)
    if request == Request.PTRACE_ATTACH:
        tracer.attach(task, target)
        return 0
    if request == Request.PTRACE_SEIZE:
        if address:
            raise SysError(Errno.EIO)
        tracer.seize(task, target, data)
        return 0
    return _of_tracee(task, target, request, address, data)


def _of_tracee(task: Task, target: Task, request: int, address: int, data: int) -> int:
    """Requests about a task that the caller traces: most want it stopped. ESRCH."""
    state = target.tracing
    if state is None or state.tracer is not task:
        raise SysError(Errno.ESRCH)
    if request == Request.PTRACE_KILL:
        send.send_to_task(target, SigInfo(Signal.SIGKILL, SiCode.SI_USER, task.pid))
        return 0
    if request == Request.PTRACE_INTERRUPT:
        tracer.interrupt(target, state)
        return 0
    if target.state is not TaskState.TRACED or state.is_listening:
        raise SysError(Errno.ESRCH)
    if request in _MODES or request == Request.PTRACE_DETACH:
        return _let_go(target, request, data)
    if request == Request.PTRACE_LISTEN:
        tracer.listen(target, state)
        return 0
    return _answer(task, target, request, address, data)


def _let_go(target: Task, request: int, signal: int) -> int:
    if not 0 <= signal <= LAST_SIGNAL:
        raise SysError(Errno.EIO)
    if request == Request.PTRACE_DETACH:
        tracing.detach(target, signal)
    else:
        tracing.resume(target, _MODES[Request(request)], signal)
    return 0


def _answer(task: Task, target: Task, request: int, address: int, data: int) -> int:
    answer = _ANSWERS.get(request)
    if answer is None:
        raise SysError(Errno.EIO)
    return answer(task, target, address, data)


# ---- memory and single words -------------------------------------------------------------------


def _peek(task: Task, target: Task, address: int, data: int) -> int:
    try:
        word = remote.read(target.memory, address, 4)
    except SysError:
        raise SysError(Errno.EIO) from None
    task.memory.write(data, word)
    return 0


def _poke(task: Task, target: Task, address: int, data: int) -> int:
    try:
        remote.write(target.memory, address, data.to_bytes(4, "little"))
    except SysError:
        raise SysError(Errno.EIO) from None
    return 0


def _peek_user(task: Task, target: Task, address: int, data: int) -> int:
    task.memory.write_word(data, tracee_registers.peek(target, address))
    return 0


def _poke_user(task: Task, target: Task, address: int, data: int) -> int:
    tracee_registers.poke(target, address, data)
    return 0


# ---- options and messages ----------------------------------------------------------------------


def _state(target: Task) -> Tracing:
    assert target.tracing is not None
    return target.tracing


def _set_options(task: Task, target: Task, address: int, data: int) -> int:
    tracer.check_options(task, data, Errno.EINVAL)
    _state(target).options = data
    return 0


def _get_message(task: Task, target: Task, address: int, data: int) -> int:
    task.memory.write_word(data, _state(target).message)
    return 0


_ANSWERS: dict[int, ptrace_data.Answer] = {
    Request.PTRACE_PEEKTEXT: _peek,
    Request.PTRACE_PEEKDATA: _peek,
    Request.PTRACE_POKETEXT: _poke,
    Request.PTRACE_POKEDATA: _poke,
    Request.PTRACE_PEEKUSER: _peek_user,
    Request.PTRACE_POKEUSER: _poke_user,
    Request.PTRACE_SETOPTIONS: _set_options,
    Request.PTRACE_OLDSETOPTIONS: _set_options,
    Request.PTRACE_GETEVENTMSG: _get_message,
    **ptrace_data.ANSWERS,
}
