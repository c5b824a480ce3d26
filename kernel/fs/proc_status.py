"""How a task is described in /proc/PID: status, stat, statm, limits and the like (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine.machine import EIP, ESP
from kernel.abi.errno import Errno
from kernel.abi.memory import MapFlag, Prot
from kernel.abi.process import CLOCK_TICKS, RLIM_INFINITY, Resource
from kernel.abi.signals import SIG_DFL, SIG_IGN, bit
from kernel.clock import NANOSECONDS
from kernel.errors import SysError
from kernel.fs.inode import RegularInode

if TYPE_CHECKING:
    from kernel.mm.address_space import AddressSpace
    from kernel.task.task import Task

_STATE_NAMES = {
    "R": "running",
    "S": "sleeping",
    "D": "disk sleep",
    "T": "stopped",
    "t": "tracing stop",
    "Z": "zombie",
    "X": "dead",
}
_TICK_NS = NANOSECONDS // CLOCK_TICKS
_FORKED = 0x40
"""Flag in stat (PF_FORKNOEXEC): the task has not executed a program of its own yet."""
_LIMITS = (
    ("Max cpu time", Resource.RLIMIT_CPU, "seconds"),
    ("Max file size", Resource.RLIMIT_FSIZE, "bytes"),
    ("Max data size", Resource.RLIMIT_DATA, "bytes"),
    ("Max stack size", Resource.RLIMIT_STACK, "bytes"),
    ("Max core file size", Resource.RLIMIT_CORE, "bytes"),
    ("Max resident set", Resource.RLIMIT_RSS, "bytes"),
    ("Max processes", Resource.RLIMIT_NPROC, "processes"),
    ("Max open files", Resource.RLIMIT_NOFILE, "files"),
    ("Max locked memory", Resource.RLIMIT_MEMLOCK, "bytes"),
    ("Max address space", Resource.RLIMIT_AS, "bytes"),
    ("Max file locks", Resource.RLIMIT_LOCKS, "locks"),
    ("Max pending signals", Resource.RLIMIT_SIGPENDING, "signals"),
    ("Max msgqueue size", Resource.RLIMIT_MSGQUEUE, "bytes"),
    ("Max nice priority", Resource.RLIMIT_NICE, ""),
    ("Max realtime priority", Resource.RLIMIT_RTPRIO, ""),
    ("Max realtime timeout", Resource.RLIMIT_RTTIME, "us"),
)


def space_of(task: Task) -> AddressSpace | None:
    """The task's address space; None for init and for what has ended."""
    if task.state.name == "DEAD":
        raise SysError(Errno.ESRCH)
    return None if task.memory_left else getattr(task, "memory", None)


def state_letter(task: Task) -> str:
    """R, S, D, T, Z or X."""
    if task.is_deaf and task.blocked_on:
        return "D"
    return str(task.state.value[0])


def parent_pid(task: Task) -> int:
    """The parent's pid; 0 for init."""
    return task.process.parent.pid if task.process.parent else 0


# ---- status ------------------------------------------------------------------------------------


def status(task: Task) -> str:
    """/proc/PID/status."""
    space = space_of(task)
    lines = _identity_lines(task)
    if space is not None:
        lines += _memory_lines(space)
    lines.append(f"Threads:\t{len(task.process.threads)}")
    lines += _signal_lines(task) + _privilege_lines(task)
    return "".join(f"{line}\n" for line in lines)


def _identity_lines(task: Task) -> list[str]:
    credentials, process, letter = task.credentials, task.process, state_letter(task)
    users = (credentials.uid, credentials.euid, credentials.suid, credentials.fsuid)
    groups = (credentials.gid, credentials.egid, credentials.sgid, credentials.fsgid)
    descriptors = 0 if task.state.name == "ZOMBIE" else max(task.files.files, default=0)
    return [
        f"Name:\t{task.name}",
        f"Umask:\t{task.fs.umask:04o}",
        f"State:\t{letter} ({_STATE_NAMES[letter]})",
        f"Tgid:\t{process.pid}",
        "Ngid:\t0",
        f"Pid:\t{task.tid}",
        f"PPid:\t{parent_pid(task)}",
        f"TracerPid:\t{task.tracing.tracer.pid if task.tracing is not None else 0}",
        "Uid:\t" + "\t".join(map(str, users)),
        "Gid:\t" + "\t".join(map(str, groups)),
        f"FDSize:\t{max(64, 1 << descriptors.bit_length())}",
        "Groups:\t" + "".join(f"{group} " for group in credentials.groups or [""]),
        f"NStgid:\t{process.pid}",
        f"NSpid:\t{task.tid}",
        f"NSpgid:\t{process.group}",
        f"NSsid:\t{process.session.id}",
    ]


def _kib(name: str, octets: int) -> str:
    return f"{name}:\t{octets >> 10:8d} kB"


def _memory_lines(space: AddressSpace) -> list[str]:
    size, resident = space.total_size, space.resident_pages() << 12
    stack, code, data = memory_parts(space)
    return [
        _kib("VmPeak", size),
        _kib("VmSize", size),
        _kib("VmLck", space.locked_octets()),
        _kib("VmPin", 0),
        _kib("VmHWM", space.tables.peak << 12),
        _kib("VmRSS", resident),
        _kib("RssAnon", resident),
        _kib("RssFile", 0),
        _kib("RssShmem", 0),
        _kib("VmData", data),
        _kib("VmStk", stack),
        _kib("VmExe", code),
        _kib("VmLib", 0),
        _kib("VmPTE", space.tables.count << 12),
        _kib("VmSwap", 0),
        _kib("HugetlbPages", 0),
        "CoreDumping:\t0",
        "THP_enabled:\t0",
    ]


def memory_parts(space: AddressSpace) -> tuple[int, int, int]:
    """Octets of stack, of the program's code, and of private writable data without the stack."""
    stack = data = 0
    for area in space.areas:
        if area.grows_down:
            stack += area.end - area.start
        elif area.prot & Prot.PROT_WRITE and not area.flags & MapFlag.MAP_SHARED:
            data += area.end - area.start
    return stack, (space.code_end + 0xFFF & ~0xFFF) - (space.code_start & ~0xFFF), data


def _handled(task: Task) -> tuple[int, int]:
    """Masks of the ignored and of the caught signals."""
    ignored = caught = 0
    for signal, action in task.sighand.actions.items():
        if action.handler == SIG_IGN:
            ignored |= bit(signal)
        elif action.handler != SIG_DFL:
            caught |= bit(signal)
    return ignored, caught


def _signal_lines(task: Task) -> list[str]:
    ignored, caught = _handled(task)
    queued = task.system.tasks.count_queued(task.credentials.uid)
    return [
        f"SigQ:\t{queued}/{task.process.limits.soft(Resource.RLIMIT_SIGPENDING)}",
        f"SigPnd:\t{task.signals.pending.mask:016x}",
        f"ShdPnd:\t{task.process.pending.mask:016x}",
        f"SigBlk:\t{task.signals.blocked:016x}",
        f"SigIgn:\t{ignored:016x}",
        f"SigCgt:\t{caught:016x}",
    ]


def _privilege_lines(task: Task) -> list[str]:
    credentials = task.credentials
    return [
        f"CapInh:\t{credentials.inheritable:016x}",
        f"CapPrm:\t{credentials.permitted:016x}",
        f"CapEff:\t{credentials.effective:016x}",
        f"CapBnd:\t{credentials.bounding:016x}",
        f"CapAmb:\t{credentials.ambient:016x}",
        f"NoNewPrivs:\t{int(task.traits.no_new_privileges)}",
        *_seccomp_lines(task),
        "Speculation_Store_Bypass:\tnot vulnerable",
        "SpeculationIndirectBranch:\tnot affected",
        "Cpus_allowed:\t1",
        "Cpus_allowed_list:\t0",
        "Mems_allowed:\t1",
        "Mems_allowed_list:\t0",
        f"voluntary_ctxt_switches:\t{task.sleeps}",
        f"nonvoluntary_ctxt_switches:\t{task.preemptions}",
    ]


def _seccomp_lines(task: Task) -> tuple[str, str]:
    if task.seccomp is None:
        return "Seccomp:\t0", "Seccomp_filters:\t0"
    count = len(task.seccomp.filters)
    return f"Seccomp:\t{int(task.seccomp.mode)}", f"Seccomp_filters:\t{count}"


# ---- stat and statm ----------------------------------------------------------------------------


def process_stat(task: Task) -> str:
    """/proc/PID/stat: the times and faults of all threads together."""
    process = task.process
    used = process.usage()
    return _stat(task, (used.user, used.kernel), used.faults)


def thread_stat(task: Task) -> str:
    """/proc/PID/task/TID/stat: this thread's own."""
    return _stat(task, (task.user_time, task.system_time), task.minor_faults)


def _stat(task: Task, times: tuple[int, int], faults: int) -> str:
    process, space = task.process, space_of(task)
    terminal = process.terminal
    tty, foreground = (terminal.device, terminal.foreground) if terminal else (0, -1)
    flags = 0 if process.has_executed else _FORKED
    ignored, caught = _handled(task)
    limit = process.limits.soft(Resource.RLIMIT_RSS)
    children = (process.children_usage.user, process.children_usage.kernel)
    fields: list[object] = [
        task.tid, f"({task.name})", state_letter(task), parent_pid(task), process.group,
        process.session.id, tty, foreground, flags, faults, process.children_usage.faults, 0, 0,
        *(time // _TICK_NS for time in (*times, *children)), _priority(task), task.nice,
        len(process.threads), 0, task.started // _TICK_NS, space.total_size if space else 0,
        space.resident_pages() if space else 0, min(limit, 0xFFFF_FFFF),
        *_addresses(space)[:3], 0, 0, *(mask & 0x7FFF_FFFF for mask in (
            task.signals.pending.mask, task.signals.blocked, ignored, caught)),
        int(bool(task.blocked_on)), 0, 0, task.exit_signal, 0,
        task.scheduling.priority, int(task.scheduling.policy), 0, 0, 0,
        *_addresses(space)[3:], task.exit_status or 0,
    ]  # fmt: skip
    return " ".join(map(str, fields)) + "\n"


def _priority(task: Task) -> int:
    """Lower is better: 0 to 39 by the nice value, below 0 under a real-time policy."""
    chosen = task.scheduling
    return -1 - chosen.priority if chosen.is_real_time else 20 + task.nice


def _addresses(space: AddressSpace | None) -> tuple[int, ...]:
    """Code start and end, stack, data start and end, heap, arguments, environment."""
    if space is None:
        return (0,) * 10
    return (
        space.code_start, space.code_end, space.stack_start, space.data_start, space.data_end,
        space.brk_start, space.argument_start, space.argument_end, space.environment_start,
        space.environment_end,
    )  # fmt: skip


def statm(task: Task) -> str:
    """/proc/PID/statm: total, resident, shared, text, lib, data, dirty, in pages."""
    space = space_of(task)
    if space is None:
        return "0 0 0 0 0 0 0\n"
    stack, code, data = memory_parts(space)
    shared = sum(
        area.end - area.start
        for area in space.areas
        if isinstance(area.inode, RegularInode) and not area.prot & Prot.PROT_WRITE
    )
    resident = space.resident_pages()
    parts = (space.total_size >> 12, resident, min(resident, shared >> 12), code >> 12)
    return " ".join(map(str, (*parts, 0, stack + data >> 12, 0))) + "\n"


def limits(task: Task) -> str:
    """/proc/PID/limits."""
    lines = ["Limit                     Soft Limit           Hard Limit           Units     "]
    for name, resource, unit in _LIMITS:
        soft, hard = (
            "unlimited" if value == RLIM_INFINITY else str(value)
            for value in task.process.limits.get(resource)
        )
        line = f"{name:<25} {soft:<20} {hard:<20} "
        lines.append(line + (f"{unit:<10}" if unit else ""))
    return "".join(f"{line}\n" for line in lines)


def system_call(task: Task) -> str:
    """/proc/PID/syscall: number and words of the call that the task is in, its stack and where.

    -1 where it is stopped outside of calls, "running" where it is not stopped at all.
    """
    if task.state.name == "READY":
        return "running\n"
    words, call = task.registers, task.call
    place = f"{words[ESP]:#x} {words[EIP]:#x}\n"
    if call is None:
        return f"-1 {place}"
    number = 0 if call.restarts else call.number
    return f"{number} {' '.join(f'{word:#x}' for word in call.words)} {place}"


def wait_channel(task: Task) -> str:
    """/proc/PID/wchan: what the task sleeps for, as one word; 0 while it does not sleep."""
    return task.wait_channel.replace(" ", "_") or "0"
