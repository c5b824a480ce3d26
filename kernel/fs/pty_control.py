"""The ioctls of a pseudo-terminal's master that the slave has not (ioctl_tty(2))."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.files import Ioctl, OpenFlag
from kernel.abi.process import Resource
from kernel.abi.signals import Signal
from kernel.abi.termios import FlushQueue
from kernel.errors import SysError
from kernel.fs import tty_control

if TYPE_CHECKING:
    from kernel.fs.pty import MasterFile
    from kernel.task.task import Task

_SENDABLE = (Signal.SIGINT, Signal.SIGQUIT, Signal.SIGTSTP)


def control(task: Task, file: MasterFile, request: int, argument: int) -> int:
    """Carry out a request; what the master does not know itself goes to the slave's terminal."""
    action = _ACTIONS.get(request)
    if action is None:
        return tty_control.control(task, file, request, argument)
    return action(task, file, argument)


def _get_number(task: Task, file: MasterFile, argument: int) -> int:
    task.memory.write_word(argument, file.pty.number)
    return 0


def _set_lock(task: Task, file: MasterFile, argument: int) -> int:
    file.pty.is_locked = bool(task.memory.read_word(argument))
    return 0


def _get_lock(task: Task, file: MasterFile, argument: int) -> int:
    task.memory.write_word(argument, int(file.pty.is_locked))
    return 0


def _set_packet_mode(task: Task, file: MasterFile, argument: int) -> int:
    is_packet = bool(task.memory.read_word(argument))
    if is_packet and not file.pty.is_packet:
        file.pty.status = 0
    file.pty.is_packet = is_packet
    return 0


def _get_packet_mode(task: Task, file: MasterFile, argument: int) -> int:
    task.memory.write_word(argument, int(file.pty.is_packet))
    return 0


def _signal_foreground(task: Task, file: MasterFile, argument: int) -> int:
    """TIOCSIG: as if the key for SIGINT, SIGQUIT or SIGTSTP had been pressed; EINVAL."""
    if argument not in _SENDABLE:
        raise SysError(Errno.EINVAL)
    terminal = file.terminal
    terminal.flush_input()
    if terminal.foreground:
        task.system.terminal_signals.signal_group(terminal.foreground, argument)
    return 0


def _open_peer(task: Task, file: MasterFile, flags: int) -> int:
    """TIOCGPTPEER: a descriptor of the slave, however far /dev/pts is."""
    number = task.files.lowest_free(task.process.limits.soft(Resource.RLIMIT_NOFILE))
    slave = file.devpts.slaves[file.pty.number]
    opened = slave.open(task, flags, f"/dev/pts/{file.pty.number}")
    opened.flags = flags & ~OpenFlag.O_NOCTTY
    task.files.put(number, opened, bool(flags & OpenFlag.O_CLOEXEC))
    return number


def _count_output(task: Task, file: MasterFile, argument: int) -> int:
    task.memory.write_word(argument, len(file.pty.output))
    return 0


def _flush(task: Task, file: MasterFile, argument: int) -> int:
    """The master's input is what the slave has written."""
    if argument not in frozenset(FlushQueue):
        raise SysError(Errno.EINVAL)
    if argument != FlushQueue.TCOFLUSH:
        file.pty.output.clear()
        file.terminal.writable.wake_all()
    if argument != FlushQueue.TCIFLUSH:
        file.terminal.arriving.clear()
        file.pty.writable.wake_all()
    return 0


_ACTIONS: dict[int, Callable[[Task, MasterFile, int], int]] = {
    Ioctl.TIOCGPTN: _get_number,
    Ioctl.TIOCSPTLCK: _set_lock,
    Ioctl.TIOCGPTLCK: _get_lock,
    Ioctl.TIOCPKT: _set_packet_mode,
    Ioctl.TIOCGPKT: _get_packet_mode,
    Ioctl.TIOCSIG: _signal_foreground,
    Ioctl.TIOCGPTPEER: _open_peer,
    Ioctl.FIONREAD: _count_output,
    Ioctl.TCFLSH: _flush,
}
