"""The ioctls of a terminal (ioctl_tty(2)).

By a pseudo-terminal's master most of them reach the slave's terminal. Omitted: modem lines, line
disciplines other than 0, locked settings, and the console's redirection.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from kernel.abi.capabilities import Capability
from kernel.abi.errno import Errno
from kernel.abi.files import O_ACCMODE, Ioctl, OpenFlag
from kernel.abi.signals import Signal
from kernel.abi.termios import (
    CSIZE,
    TERMIO,
    TERMIOS,
    TERMIOS2_SIZE,
    ControlCharacter,
    ControlFlag,
    FlowAction,
    FlushQueue,
    InputFlag,
    PacketStatus,
    Termios,
)
from kernel.errors import SysError

if TYPE_CHECKING:
    from kernel.fs.pty import MasterFile
    from kernel.fs.tty import TerminalFile
    from kernel.task.task import Task


File: TypeAlias = "TerminalFile | MasterFile"
Control = Callable[["Task", File, int], int]
_WINDOW = struct.Struct("<4H")
_FLOW_CHARACTERS = bytes((0o21, 0o23))


def control(task: Task, file: File, request: int, argument: int) -> int:
    """Carry out a request; ENOTTY for one that terminals do not know, EIO after a hangup."""
    if file.is_hung_up:
        raise SysError(Errno.ENOTTY if request == Ioctl.TIOCSPGRP else Errno.EIO)
    action = _ACTIONS.get(request)
    if action is None:
        raise SysError(Errno.ENOTTY)
    return action(task, file, argument)


def _require(task: Task, capability: Capability) -> None:
    if not task.credentials.has(capability):
        raise SysError(Errno.EPERM)


# ---- settings ----------------------------------------------------------------------------------


def _get_settings(task: Task, file: File, argument: int) -> int:
    task.memory.write(argument, file.terminal.discipline.termios.pack())
    return 0


def _get_settings2(task: Task, file: File, argument: int) -> int:
    task.memory.write(argument, file.terminal.discipline.termios.pack2())
    return 0


def _get_termio(task: Task, file: File, argument: int) -> int:
    task.memory.write(argument, file.terminal.discipline.termios.pack_termio())
    return 0


def _set_settings(task: Task, file: File, argument: int) -> int:
    file.terminal.check_foreground(task, Signal.SIGTTOU)
    before = file.terminal.discipline.termios
    _change(file, before.replaced(task.memory.read(argument, TERMIOS.size)))
    return 0


def _set_settings2(task: Task, file: File, argument: int) -> int:
    file.terminal.check_foreground(task, Signal.SIGTTOU)
    _change(file, Termios.unpack2(task.memory.read(argument, TERMIOS2_SIZE)))
    return 0


def _set_termio(task: Task, file: File, argument: int) -> int:
    file.terminal.check_foreground(task, Signal.SIGTTOU)
    before = file.terminal.discipline.termios
    _change(file, before.with_termio(task.memory.read(argument, TERMIO.size)))
    return 0


def _change(file: File, termios: Termios) -> None:
    """New settings. The line has eight bits and no parity, whatever they say."""
    terminal = file.terminal
    discipline, before = terminal.discipline, terminal.discipline.termios
    cflag = termios.cflag & ~(CSIZE | ControlFlag.PARENB) | CSIZE | ControlFlag.CREAD
    was_silent = discipline.is_silent
    discipline.change(termios.with_control(cflag))
    terminal.show_echo()
    terminal.tell_flow(was_silent)
    has_flow = _has_usual_flow(discipline.termios)
    if has_flow != _has_usual_flow(before):
        known = (PacketStatus.TIOCPKT_NOSTOP, PacketStatus.TIOCPKT_DOSTOP)
        terminal.line.note(known[has_flow])
    terminal.readable.wake_all()
    terminal.writable.wake_all()


def _has_usual_flow(termios: Termios) -> bool:
    """Whether the master may act on ^S and ^Q itself (packet mode's DOSTOP)."""
    characters = termios.characters[ControlCharacter.VSTART : ControlCharacter.VSTOP + 1]
    return bool(termios.iflag & InputFlag.IXON) and characters == _FLOW_CHARACTERS


def _flush_and(change: Control, task: Task, file: File, argument: int) -> int:
    result = change(task, file, argument)
    file.terminal.flush_input()
    return result


def _flush_and_set(task: Task, file: File, argument: int) -> int:
    return _flush_and(_set_settings, task, file, argument)


def _flush_and_set2(task: Task, file: File, argument: int) -> int:
    return _flush_and(_set_settings2, task, file, argument)


def _flush_and_set_termio(task: Task, file: File, argument: int) -> int:
    return _flush_and(_set_termio, task, file, argument)


def _get_carrier(task: Task, file: File, argument: int) -> int:
    is_local = file.terminal.discipline.termios.cflag & ControlFlag.CLOCAL
    task.memory.write_word(argument, int(bool(is_local)))
    return 0


def _set_carrier(task: Task, file: File, argument: int) -> int:
    is_local = task.memory.read_word(argument)
    termios = file.terminal.discipline.termios
    local = int(ControlFlag.CLOCAL)
    _change(
        file, termios.with_control(termios.cflag | local if is_local else termios.cflag & ~local)
    )
    return 0


def _get_discipline(task: Task, file: File, argument: int) -> int:
    task.memory.write_word(argument, 0)
    return 0


def _set_discipline(task: Task, file: File, argument: int) -> int:
    """Only number 0, N_TTY, exists."""
    _check_change(task, file)
    if task.memory.read_word(argument):
        raise SysError(Errno.EINVAL)
    return 0


# ---- the line ----------------------------------------------------------------------------------


def _check_change(task: Task, file: File) -> None:
    """The slave's foreground rules do not concern the master itself."""
    if not file.is_master:
        file.terminal.check_foreground(task, Signal.SIGTTOU)


def _drain(task: Task, file: File, argument: int) -> int:
    """TCSBRK and others: output is never on its way for long, and there is no line to break."""
    _check_change(task, file)
    return 0


def _control_flow(task: Task, file: File, argument: int) -> int:
    _check_change(task, file)
    terminal = file.terminal
    if argument not in frozenset(FlowAction):
        raise SysError(Errno.EINVAL)
    if file.is_master:
        return 0
    was_silent = terminal.discipline.is_silent
    if argument == FlowAction.TCOOFF:
        terminal.discipline.hold()
    elif argument == FlowAction.TCOON:
        terminal.discipline.release()
    else:
        is_stop = argument == FlowAction.TCIOFF
        which = ControlCharacter.VSTOP if is_stop else ControlCharacter.VSTART
        character = terminal.discipline.termios.character(which)
        if character:
            terminal.line.put(None, terminal.line.stream, bytes([character]))
    terminal.tell_flow(was_silent)
    return 0


def _flush(task: Task, file: File, argument: int) -> int:
    _check_change(task, file)
    if argument not in frozenset(FlushQueue):
        raise SysError(Errno.EINVAL)
    if argument != FlushQueue.TCOFLUSH:
        file.terminal.flush_input()
    if argument != FlushQueue.TCIFLUSH:
        file.terminal.line.note(PacketStatus.TIOCPKT_FLUSHWRITE)
    return 0


def _get_window(task: Task, file: File, argument: int) -> int:
    task.memory.write(argument, _WINDOW.pack(*file.terminal.window))
    return 0


def _set_window(task: Task, file: File, argument: int) -> int:
    file.terminal.set_window(_WINDOW.unpack(task.memory.read(argument, _WINDOW.size)))
    return 0


def _count_input(task: Task, file: File, argument: int) -> int:
    task.memory.write_word(argument, file.terminal.discipline.available)
    return 0


def _count_output(task: Task, file: File, argument: int) -> int:
    task.memory.write_word(argument, 0)
    return 0


def _get_device(task: Task, file: File, argument: int) -> int:
    task.memory.write_word(argument, file.terminal.device)
    return 0


def _reserve(task: Task, file: File, argument: int) -> int:
    file.terminal.is_exclusive = True
    return 0


def _share(task: Task, file: File, argument: int) -> int:
    file.terminal.is_exclusive = False
    return 0


def _get_reserved(task: Task, file: File, argument: int) -> int:
    task.memory.write_word(argument, int(file.terminal.is_exclusive))
    return 0


def _simulate_input(task: Task, file: File, argument: int) -> int:
    """TIOCSTI, as before Linux 6.2: a key, as if it were typed; EPERM on others' terminals."""
    if not file.terminal.belongs_to(task.process):
        _require(task, Capability.CAP_SYS_ADMIN)
    file.terminal.feed(task.memory.read(argument, 1))
    return 0


def _hang_up(task: Task, file: File, argument: int) -> int:
    _require(task, Capability.CAP_SYS_ADMIN)
    file.terminal.hang_up(is_gone=False)
    return 0


# ---- session and foreground group --------------------------------------------------------------


def _check_own(task: Task, file: File) -> None:
    """ENOTTY unless it is the caller's controlling terminal."""
    if not file.terminal.belongs_to(task.process):
        raise SysError(Errno.ENOTTY)


def _get_foreground(task: Task, file: File, argument: int) -> int:
    if not file.is_master:
        _check_own(task, file)
    task.memory.write_word(argument, file.terminal.foreground)
    return 0


def _set_foreground(task: Task, file: File, argument: int) -> int:
    """tcsetpgrp: EINVAL for a negative group, ESRCH for none, EPERM for another session's."""
    terminal = file.terminal
    try:
        terminal.check_foreground(task, Signal.SIGTTOU)
    except SysError:
        raise SysError(Errno.ENOTTY) from None
    group = task.memory.read_word(argument)
    if group >> 31:
        raise SysError(Errno.EINVAL)
    session = task.process.session
    if not terminal.belongs_to(task.process) or terminal.session is not session:
        raise SysError(Errno.ENOTTY)
    tasks = task.system.tasks
    members = tasks.in_group(group) or [process for process in [tasks.process(group)] if process]
    if not members:
        raise SysError(Errno.ESRCH)
    if members[0].session is not session:
        raise SysError(Errno.EPERM)
    terminal.set_foreground(group)
    return 0


def _get_session(task: Task, file: File, argument: int) -> int:
    if not file.is_master:
        _check_own(task, file)
    if file.terminal.session is None:
        raise SysError(Errno.ENOTTY)
    task.memory.write_word(argument, file.terminal.session.id)
    return 0


def _take(task: Task, file: File, argument: int) -> int:
    """TIOCSCTTY: a session leader takes the terminal; with 1 and CAP_SYS_ADMIN from another."""
    process, terminal = task.process, file.terminal
    is_leader = process.session.id == process.pid
    if is_leader and terminal.session is process.session:
        return 0
    if not is_leader or process.terminal is not None:
        raise SysError(Errno.EPERM)
    if terminal.session is not None and argument != 1:
        raise SysError(Errno.EPERM)
    if terminal.session is not None or file.flags & O_ACCMODE == OpenFlag.O_WRONLY:
        _require(task, Capability.CAP_SYS_ADMIN)
    terminal.release()
    terminal.control(process)
    return 0


def _give_up(task: Task, file: File, argument: int) -> int:
    """TIOCNOTTY: the caller has no terminal any more; where it leads the session, nobody has."""
    if file.is_master:
        raise SysError(Errno.ENOTTY)
    _check_own(task, file)
    task.system.terminal_signals.give_up(task.process)
    return 0


_ACTIONS: dict[int, Control] = {
    Ioctl.TCGETS: _get_settings,
    Ioctl.TCSETS: _set_settings,
    Ioctl.TCSETSW: _set_settings,
    Ioctl.TCSETSF: _flush_and_set,
    Ioctl.TCGETS2: _get_settings2,
    Ioctl.TCSETS2: _set_settings2,
    Ioctl.TCSETSW2: _set_settings2,
    Ioctl.TCSETSF2: _flush_and_set2,
    Ioctl.TCGETA: _get_termio,
    Ioctl.TCSETA: _set_termio,
    Ioctl.TCSETAW: _set_termio,
    Ioctl.TCSETAF: _flush_and_set_termio,
    Ioctl.TCSBRK: _drain,
    Ioctl.TCSBRKP: _drain,
    Ioctl.TIOCSBRK: _drain,
    Ioctl.TIOCCBRK: _drain,
    Ioctl.TCXONC: _control_flow,
    Ioctl.TCFLSH: _flush,
    Ioctl.TIOCEXCL: _reserve,
    Ioctl.TIOCNXCL: _share,
    Ioctl.TIOCGEXCL: _get_reserved,
    Ioctl.TIOCSTI: _simulate_input,
    Ioctl.TIOCGETD: _get_discipline,
    Ioctl.TIOCSETD: _set_discipline,
    Ioctl.TIOCOUTQ: _count_output,
    Ioctl.TIOCGWINSZ: _get_window,
    Ioctl.TIOCSWINSZ: _set_window,
    Ioctl.TIOCGSOFTCAR: _get_carrier,
    Ioctl.TIOCSSOFTCAR: _set_carrier,
    Ioctl.TIOCGDEV: _get_device,
    Ioctl.TIOCVHANGUP: _hang_up,
    Ioctl.FIONREAD: _count_input,
    Ioctl.TIOCGPGRP: _get_foreground,
    Ioctl.TIOCSPGRP: _set_foreground,
    Ioctl.TIOCGSID: _get_session,
    Ioctl.TIOCSCTTY: _take,
    Ioctl.TIOCNOTTY: _give_up,
}
