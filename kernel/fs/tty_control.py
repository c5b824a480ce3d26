"""The ioctls of a terminal (ioctl_tty(2)).

Omitted: modem lines, line disciplines other than 0, TIOCSTI (EPERM), and TIOCNOTTY's effect on a
process that does not lead its session.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import Ioctl
from kernel.abi.signals import Signal
from kernel.abi.termios import TERMIOS, TERMIOS2_SIZE, FlowAction, FlushQueue, Termios
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.fs.tty import Terminal
    from kernel.task.task import Task

Control = Callable[["Task", "Terminal", int], int]
_WINDOW = struct.Struct("<4H")


def control(task: Task, terminal: Terminal, request: int, argument: int) -> int:
    """Carry out a request; ENOTTY for one that terminals do not know, EIO after a hangup."""
    if terminal.is_hung_up:
        raise SysError(Errno.EIO)
    action = _ACTIONS.get(request)
    if action is None:
        raise SysError(Errno.ENOTTY)
    return action(task, terminal, argument)


def _get_settings(task: Task, terminal: Terminal, argument: int) -> int:
    task.memory.write(argument, terminal.discipline.termios.pack())
    return 0


def _get_settings2(task: Task, terminal: Terminal, argument: int) -> int:
    task.memory.write(argument, terminal.discipline.termios.pack2())
    return 0


def _change_settings(
    task: Task, terminal: Terminal, argument: int, size: int = TERMIOS.size
) -> int:
    terminal.check_foreground(task, Signal.SIGTTOU)
    terminal.discipline.change(Termios.unpack(task.memory.read(argument, size)))
    terminal.readable.wake_all()
    terminal.writable.wake_all()
    return 0


def _change_settings2(task: Task, terminal: Terminal, argument: int) -> int:
    return _change_settings(task, terminal, argument, TERMIOS2_SIZE)


def _flush_and_change(task: Task, terminal: Terminal, argument: int) -> int:
    _change_settings(task, terminal, argument)
    terminal.discipline.flush_input()
    return 0


def _flush_and_change2(task: Task, terminal: Terminal, argument: int) -> int:
    _change_settings2(task, terminal, argument)
    terminal.discipline.flush_input()
    return 0


def _drain(task: Task, terminal: Terminal, argument: int) -> int:
    """TCSBRK: output is never on its way for long, and there is no line to break."""
    terminal.check_foreground(task, Signal.SIGTTOU)
    return 0


def _control_flow(task: Task, terminal: Terminal, argument: int) -> int:
    terminal.check_foreground(task, Signal.SIGTTOU)
    if argument not in frozenset(FlowAction):
        raise SysError(Errno.EINVAL)
    if argument == FlowAction.TCOOFF:
        terminal.discipline.is_stopped = True
    elif argument == FlowAction.TCOON:
        terminal.discipline.is_stopped = False
        terminal.writable.wake_all()
    return 0


def _flush(task: Task, terminal: Terminal, argument: int) -> int:
    terminal.check_foreground(task, Signal.SIGTTOU)
    if argument not in frozenset(FlushQueue):
        raise SysError(Errno.EINVAL)
    if argument != FlushQueue.TCOFLUSH:
        terminal.discipline.flush_input()
    return 0


def _get_window(task: Task, terminal: Terminal, argument: int) -> int:
    task.memory.write(argument, _WINDOW.pack(*terminal.window))
    return 0


def _set_window(task: Task, terminal: Terminal, argument: int) -> int:
    terminal.set_window(_WINDOW.unpack(task.memory.read(argument, _WINDOW.size)))
    return 0


def _count_input(task: Task, terminal: Terminal, argument: int) -> int:
    task.memory.write_word(argument, terminal.available)
    return 0


def _count_output(task: Task, terminal: Terminal, argument: int) -> int:
    task.memory.write_word(argument, 0)
    return 0


def _get_discipline(task: Task, terminal: Terminal, argument: int) -> int:
    task.memory.write_word(argument, terminal.discipline.termios.line)
    return 0


def _accept(task: Task, terminal: Terminal, argument: int) -> int:
    return 0


def _refuse(task: Task, terminal: Terminal, argument: int) -> int:
    raise SysError(Errno.EPERM)


# ---- session and foreground group --------------------------------------------------------------


def _check_own(task: Task, terminal: Terminal) -> None:
    """ENOTTY unless it is the caller's controlling terminal."""
    if not terminal.belongs_to(task.process):
        raise SysError(Errno.ENOTTY)


def _get_foreground(task: Task, terminal: Terminal, argument: int) -> int:
    _check_own(task, terminal)
    task.memory.write_word(argument, terminal.foreground)
    return 0


def _set_foreground(task: Task, terminal: Terminal, argument: int) -> int:
    """tcsetpgrp: EINVAL for a negative group, ESRCH for none, EPERM for another session's."""
    try:
        terminal.check_foreground(task, Signal.SIGTTOU)
    except SysError:
        raise SysError(Errno.ENOTTY) from None
    _check_own(task, terminal)
    group = task.memory.read_word(argument)
    if group >> 31:
        raise SysError(Errno.EINVAL)
    members = task.system.tasks.in_group(group)
    if not members:
        raise SysError(Errno.ESRCH)
    if members[0].session is not task.process.session:
        raise SysError(Errno.EPERM)
    terminal.set_foreground(group)
    return 0


def _get_session(task: Task, terminal: Terminal, argument: int) -> int:
    _check_own(task, terminal)
    task.memory.write_word(argument, task.process.session.id)
    return 0


def _take(task: Task, terminal: Terminal, argument: int) -> int:
    """TIOCSCTTY: a session leader takes the terminal; with 1 and CAP_SYS_ADMIN from another."""
    process = task.process
    is_leader = process.session.id == process.pid
    if is_leader and terminal.session is process.session:
        return 0
    if not is_leader or process.session.terminal is not None:
        raise SysError(Errno.EPERM)
    if terminal.session is not None:
        if argument != 1 or not task.credentials.has(Capability.CAP_SYS_ADMIN):
            raise SysError(Errno.EPERM)
        terminal.release()
    terminal.control(process)
    return 0


def _give_up(task: Task, terminal: Terminal, argument: int) -> int:
    """TIOCNOTTY: the session leader gives it up; the foreground group is told as by a hangup."""
    _check_own(task, terminal)
    process = task.process
    if process.session.id == process.pid:
        foreground = terminal.foreground
        terminal.release()
        for signal in (Signal.SIGHUP, Signal.SIGCONT):
            task.system.terminal_signals.signal_group(foreground, signal)
    return 0


_ACTIONS: dict[int, Control] = {
    Ioctl.TCGETS: _get_settings,
    Ioctl.TCSETS: _change_settings,
    Ioctl.TCSETSW: _change_settings,
    Ioctl.TCSETSF: _flush_and_change,
    Ioctl.TCGETS2: _get_settings2,
    Ioctl.TCSETS2: _change_settings2,
    Ioctl.TCSETSW2: _change_settings2,
    Ioctl.TCSETSF2: _flush_and_change2,
    Ioctl.TCSBRK: _drain,
    Ioctl.TCSBRKP: _drain,
    Ioctl.TCXONC: _control_flow,
    Ioctl.TCFLSH: _flush,
    Ioctl.TIOCEXCL: _accept,
    Ioctl.TIOCNXCL: _accept,
    Ioctl.TIOCSTI: _refuse,
    Ioctl.TIOCGETD: _get_discipline,
    Ioctl.TIOCOUTQ: _count_output,
    Ioctl.TIOCGWINSZ: _get_window,
    Ioctl.TIOCSWINSZ: _set_window,
    Ioctl.FIONREAD: _count_input,
    Ioctl.TIOCGPGRP: _get_foreground,
    Ioctl.TIOCSPGRP: _set_foreground,
    Ioctl.TIOCGSID: _get_session,
    Ioctl.TIOCSCTTY: _take,
    Ioctl.TIOCNOTTY: _give_up,
}
