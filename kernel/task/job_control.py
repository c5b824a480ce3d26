"""Job control: process groups, sessions, and what happens to a group whose family leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi.errno import Errno
from kernel.abi.signals import SiCode, Signal
from kernel.errors import SysError
from kernel.signals import send
from kernel.signals.state import SigInfo
from kernel.task.process import Process, Session

if TYPE_CHECKING:
    from kernel.system import System


def set_session(process: Process) -> int:
    """setsid(2): a new session and group, named after the process; EPERM for a group leader."""
    system = process.leader.system
    if process.group == process.pid or system.tasks.in_group(process.pid):
        raise SysError(Errno.EPERM)
    process.session = Session(process.pid)
    process.terminal = None
    process.group = process.pid
    return process.pid


def set_group(caller: Process, process: Process, group: int) -> None:
    """setpgid(2): EACCES after the child's exec, EPERM across sessions and for session leaders."""
    tasks = process.leader.system.tasks
    if process is not caller and process.parent is not caller:
        raise SysError(Errno.ESRCH)
    if process is not caller and process.session is not caller.session:
        raise SysError(Errno.EPERM)
    if process is not caller and process.has_executed:
        raise SysError(Errno.EACCES)
    if process.session.id == process.pid:
        raise SysError(Errno.EPERM)
    if group != process.pid and not any(
        member.session is process.session for member in tasks.in_group(group)
    ):
        raise SysError(Errno.EPERM)
    process.group = group


def is_orphaned(system: System, group: int, without: Process | None = None) -> bool:
    """Whether no member has a parent in another group of the same session (POSIX 3.264).

    `without` is a process that is just ending and counts neither as a member nor as a parent.
    """
    for member in system.tasks.in_group(group):
        parent = member.parent
        if member is without or member.is_zombie or parent is None or parent is without:
            continue
        if parent is system.tasks.init or parent.group == group:
            continue
        if parent.session is member.session:
            return False
    return True


def leave_family(process: Process) -> None:
    """A process ends: its session may lose the terminal with it, and groups that this orphans, if
    stopped, get SIGHUP and SIGCONT."""
    system = process.leader.system
    if process.session.id == process.pid:
        _leave_session(process)
    for group in _groups_held_together(process):
        members = [m for m in system.tasks.in_group(group) if m is not process]
        if any(m.stop_signal for m in members) and is_orphaned(system, group, process):
            _hang_up(system, group, goes_on=True)


def _leave_session(process: Process) -> None:
    """The leader ends: SIGHUP for the terminal's foreground, which is nobody's terminal now."""
    system, terminal, left = process.leader.system, process.terminal, process.session
    if terminal is not None:
        _hang_up(system, terminal.foreground, goes_on=False)
        terminal.release()
    elif left.left_foreground:
        _hang_up(system, left.left_foreground, goes_on=True)
        left.left_foreground = 0


def give_up_terminal(process: Process) -> None:
    """TIOCNOTTY: the process has no terminal any more, and if it leads its session nobody has."""
    terminal = process.terminal
    if terminal is not None and process.session.id == process.pid:
        foreground = terminal.foreground
        terminal.release()
        _hang_up(process.leader.system, foreground, goes_on=True)
    process.terminal = None


def _hang_up(system: System, group: int, goes_on: bool) -> None:
    """SIGHUP for a group (0: none), and with `goes_on` SIGCONT, so that stopped ones see it."""
    signals = (Signal.SIGHUP, Signal.SIGCONT) if goes_on else (Signal.SIGHUP,)
    for signal in signals if group else ():
        send.send_to_group(system, group, SigInfo(signal, SiCode.SI_KERNEL))


def _groups_held_together(process: Process) -> list[int]:
    """Groups that are not orphaned as long as the process lives, as far as it knows.

    Its own, when its parent is in another one; and those of its children in other groups.
    """
    if not process.children and (process.parent is None or process.parent.group == process.group):
        return []
    links = [(process, process.parent)] + [(child, process) for child in process.children]
    groups = {
        member.group
        for member, parent in links
        if parent is not None and parent.group != member.group and parent.session is member.session
    }
    return sorted(groups)
