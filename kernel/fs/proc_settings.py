"""/proc/sys: the kernel's settings, most of which only tell what is (sysctl(2), proc(5))."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from kernel.abi import system as abi
from kernel.abi.errno import Errno
from kernel.abi.memory import MAX_MAP_COUNT, MMAP_MIN_ADDRESS
from kernel.abi.process import LEAST_PID_MAX, LEAST_TASKS, PID_MAX
from kernel.abi.scheduling import RR_INTERVAL
from kernel.errors import SysError
from kernel.fs.mount import MAX_MOUNTS
from kernel.fs.pipe import MAX_CAPACITY
from kernel.fs.proc_nodes import Make, Setting, Store, TableDirectory

if TYPE_CHECKING:
    from kernel.system import System
    from kernel.task.task import Task

_FIRST_NUMBER = 0x2000
_RANDOM_POOL = 256
_INT_MAX, _WORD_MAX = (1 << 31) - 1, (1 << 32) - 1
_MOST_OBJECTS = 32768
"""Of System V IPC, of one kind: as many as there are indices in identifiers."""


class Constant:
    """Makes a file with always the same text."""

    def __init__(self, text: object) -> None:
        self.text = f"{text}\n"

    def __call__(self, system: System) -> str:
        return self.text


def _hostname(system: System) -> str:
    return f"{system.hostname}\n"


def _set_hostname(writer: Task, system: System, data: bytes) -> None:
    system.hostname = _first_line(data)


def _domain_name(system: System) -> str:
    return f"{system.domain_name}\n"


def _set_domain_name(writer: Task, system: System, data: bytes) -> None:
    system.domain_name = _first_line(data)


def _first_line(data: bytes) -> str:
    name = data.split(b"\n")[0]
    if len(name) > abi.HOSTNAME_MAX:
        raise SysError(Errno.EINVAL)
    return name.decode("latin-1")


def _most_tasks(system: System) -> str:
    return f"{system.tasks.limit}\n"


def _set_most_tasks(writer: Task, system: System, data: bytes) -> None:
    """No more than the user of the emulator allows (--max-procs)."""
    system.tasks.limit = _number(data, LEAST_TASKS, system.settings.max_tasks)


def _pid_max(system: System) -> str:
    return f"{system.tasks.pid_max}\n"


def _set_pid_max(writer: Task, system: System, data: bytes) -> None:
    system.tasks.pid_max = _number(data, LEAST_PID_MAX, PID_MAX)


def _protected_hard_links(system: System) -> str:
    return f"{system.protects_hard_links:d}\n"


def _protect_hard_links(writer: Task, system: System, data: bytes) -> None:
    system.protects_hard_links = bool(_number(data, 0, 1))


def _overcommit(system: System) -> str:
    return f"{1 if system.settings.overcommit else 2}\n"


def _uuid(system: System) -> str:
    """Another one at each reading."""
    return f"{format_uuid(system.random.getrandbits(128))}\n"


class Numbers:
    """Makes and sets numbers that parts of the System hold: names of the parts, with their ranges.

    As on Linux, fewer numbers leave the rest, more are passed over; those before one that is wrong
    are set.
    """

    def __init__(self, *places: tuple[str, int, int], outside: Errno = Errno.EINVAL) -> None:
        self.places = places
        self.outside = outside

    def __call__(self, system: System) -> str:
        found = (attrgetter(place)(system) for place, _, _ in self.places)
        return "\t".join(map(str, found)) + "\n"

    def store(self, writer: Task, system: System, data: bytes) -> None:
        """EINVAL for what is no number, `outside` for one that is outside of its range."""
        words = data.split() or [b""]
        for (place, least, most), word in zip(self.places, words, strict=False):
            part, _, name = place.rpartition(".")
            number = _number(word, 0, _WORD_MAX)
            if not least <= number <= most:
                raise SysError(self.outside)
            setattr(attrgetter(part)(system), name, number)


def _number(data: bytes, least: int, most: int) -> int:
    """A number as C writes it, in this range, which has none below 0; EINVAL."""
    text = data.strip().lower()
    base = 16 if text.startswith(b"0x") else 8 if text.startswith(b"0") else 10
    digits = text.removeprefix(b"0x")
    try:
        value = int(digits, base) if digits.isalnum() else -1
    except ValueError:
        value = -1
    if not least <= value <= most:
        raise SysError(Errno.EINVAL)
    return value


def _open_files(system: System) -> str:
    return "0\t0\t2147483647\n"


def _discard(writer: Task, system: System, data: bytes) -> None:
    """Settings that have no effect here."""


def format_uuid(bits: int) -> str:
    """A random UUID (version 4) from 128 bits."""
    bits = bits & ~(0xF << 76) | 4 << 76
    bits = bits & ~(3 << 62) | 2 << 62
    digits = f"{bits:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_TOLD: dict[str, Make] = {
    "fs/file-max": Constant((1 << 31) - 1),
    "fs/file-nr": _open_files,
    "fs/mount-max": Constant(MAX_MOUNTS),
    "fs/nr_open": Constant(1 << 20),
    "fs/overflowgid": Constant(65534),
    "fs/overflowuid": Constant(65534),
    "fs/pipe-max-size": Constant(MAX_CAPACITY),
    "fs/protected_symlinks": Constant(0),
    "kernel/cap_last_cap": Constant(40),
    "kernel/ngroups_max": Constant(65536),
    "kernel/osrelease": Constant(abi.RELEASE),
    "kernel/ostype": Constant(abi.SYSNAME),
    "kernel/overflowgid": Constant(65534),
    "kernel/overflowuid": Constant(65534),
    "kernel/random/entropy_avail": Constant(_RANDOM_POOL),
    "kernel/random/poolsize": Constant(_RANDOM_POOL),
    "kernel/random/uuid": _uuid,
    "kernel/randomize_va_space": Constant(0),
    "kernel/sched_rr_timeslice_ms": Constant(RR_INTERVAL // 1_000_000),
    "kernel/sched_rt_period_us": Constant(1_000_000),
    "kernel/sched_rt_runtime_us": Constant(-1),
    "kernel/tainted": Constant(0),
    "kernel/version": Constant(abi.VERSION),
    "vm/max_map_count": Constant(MAX_MAP_COUNT),
    "vm/mmap_min_addr": Constant(MMAP_MIN_ADDRESS),
    "vm/overcommit_memory": _overcommit,
}
_SETTABLE: dict[str, tuple[Make, Store]] = {
    "fs/protected_hardlinks": (_protected_hard_links, _protect_hard_links),
    "kernel/core_pattern": (Constant("core"), _discard),
    "kernel/core_uses_pid": (Constant(0), _discard),
    "kernel/domainname": (_domain_name, _set_domain_name),
    "kernel/hostname": (_hostname, _set_hostname),
    "kernel/panic": (Constant(0), _discard),
    "kernel/pid_max": (_pid_max, _set_pid_max),
    "kernel/printk": (Constant("4\t4\t1\t7"), _discard),
    "kernel/threads-max": (_most_tasks, _set_most_tasks),
    "vm/drop_caches": (Constant(0), _discard),
    "vm/overcommit_ratio": (Constant(50), _discard),
    "vm/swappiness": (Constant(60), _discard),
}
_NUMBERS = {
    "fs/inotify/max_queued_events": Numbers(("inotify.max_queued_events", 0, _INT_MAX)),
    "fs/inotify/max_user_instances": Numbers(("inotify.max_user_instances", 0, _INT_MAX)),
    "fs/inotify/max_user_watches": Numbers(("inotify.max_user_watches", 0, _INT_MAX)),
    "fs/lease-break-time": Numbers(("leases.break_time", 0, _INT_MAX)),
    "fs/mqueue/msg_default": Numbers(("ipc.limits.msg_default", 1, 65536)),
    "fs/mqueue/msg_max": Numbers(("ipc.limits.msg_max", 1, 65536)),
    "fs/mqueue/msgsize_default": Numbers(("ipc.limits.msgsize_default", 128, 16 << 20)),
    "fs/mqueue/msgsize_max": Numbers(("ipc.limits.msgsize_max", 128, 16 << 20)),
    "fs/mqueue/queues_max": Numbers(("ipc.limits.queues_max", 0, _INT_MAX)),
    "kernel/msg_next_id": Numbers(("ipc.messages.next_id", 0, _INT_MAX)),
    "kernel/msgmax": Numbers(("ipc.limits.msgmax", 0, _INT_MAX)),
    "kernel/msgmnb": Numbers(("ipc.limits.msgmnb", 0, _INT_MAX)),
    "kernel/msgmni": Numbers(("ipc.messages.most", 0, _MOST_OBJECTS)),
    "kernel/sem": Numbers(
        ("ipc.limits.semmsl", 0, _INT_MAX), ("ipc.limits.semmns", 0, _INT_MAX),
        ("ipc.limits.semopm", 0, _INT_MAX), ("ipc.semaphores.most", 0, _MOST_OBJECTS),
        outside=Errno.ERANGE,
    ),
    "kernel/sem_next_id": Numbers(("ipc.semaphores.next_id", 0, _INT_MAX)),
    "kernel/shm_next_id": Numbers(("ipc.shared.next_id", 0, _INT_MAX)),
    "kernel/shmall": Numbers(("ipc.limits.shmall", 0, _WORD_MAX)),
    "kernel/shmmax": Numbers(("ipc.limits.shmmax", 0, _WORD_MAX)),
    "kernel/shmmni": Numbers(("ipc.shared.most", 0, _MOST_OBJECTS)),
}  # fmt: skip
"""What /proc/sys tells and sets, by path; in the System it is where `Numbers` says."""


class _Builder:
    def __init__(self, system: System) -> None:
        self.system = system
        self.next_number = _FIRST_NUMBER
        self.root = TableDirectory(system, self.number())

    def number(self) -> int:
        """A fresh inode number."""
        self.next_number += 1
        return self.next_number

    def add(self, path: str, mode: int, make: Make, store: Store | None) -> None:
        """A file at this path, its directories made as needed."""
        *folders, name = path.encode().split(b"/")
        directory = self.root
        for folder in folders:
            inner = directory.nodes.get(folder)
            if not isinstance(inner, TableDirectory):
                inner = TableDirectory(self.system, self.number())
                directory.nodes[folder] = inner
                directory.links += 1
            directory = inner
        directory.nodes[name] = Setting(self.system, self.number(), mode, self.system, make, store)


def build_settings(system: System) -> TableDirectory:
    """The directory /proc/sys; a boot id is drawn from the system's generator."""
    builder = _Builder(system)
    boot_id = Constant(format_uuid(system.random.getrandbits(128)))
    made: dict[str, tuple[int, Make, Store | None]] = {
        path: (0o444, make, None) for path, make in _TOLD.items()
    }
    made["kernel/random/boot_id"] = (0o444, boot_id, None)
    for path, numbers in _NUMBERS.items():
        made[path] = (0o644, numbers, numbers.store)
    made |= {path: (0o644, *functions) for path, functions in _SETTABLE.items()}
    for path in sorted(made):
        builder.add(path, *made[path])
    return builder.root
