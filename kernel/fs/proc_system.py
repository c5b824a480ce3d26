"""How the system is described in /proc: cpuinfo, meminfo, stat, uptime and the like (proc(5))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.abi import system as abi
from kernel.abi.process import CLOCK_TICKS
from kernel.clock import NANOSECONDS
from kernel.fs.proc_locks import locks

if TYPE_CHECKING:
    from kernel.fs.proc_nodes import Make
    from kernel.system import System

_TICK_NS = NANOSECONDS // CLOCK_TICKS
_HUNDREDTH = NANOSECONDS // 100
_PAGE_KIB = 4
_STRUCTURE_KIB = 8
"""Emulated RAM of a task structure with its kernel stack."""
_FEATURES = (
    "fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", "-", "sep", "mtrr",
    "pge", "mca", "cmov", "pat", "pse36", "pn", "clflush", "-", "dts", "acpi", "mmx", "fxsr",
    "sse", "sse2", "ss", "ht", "tm", "ia64", "pbe",
)  # fmt: skip
"""Names of the bits of CPUID's EDX."""
_CPU = """\
processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 14
model name\t: Genuine Intel(R) CPU           T2600  @ 2.16GHz
stepping\t: 8
cpu MHz\t\t: 2160.000
cache size\t: 2048 KB
physical id\t: 0
siblings\t: 1
core id\t\t: 0
cpu cores\t: 1
apicid\t\t: 0
initial apicid\t: 0
fdiv_bug\t: no
f00f_bug\t: no
coma_bug\t: no
fpu\t\t: yes
fpu_exception\t: yes
cpuid level\t: 10
wp\t\t: yes
flags\t\t: {flags}
bugs\t\t:
bogomips\t: 4320.00
clflush size\t: 64
cache_alignment\t: 64
address sizes\t: 36 bits physical, 32 bits virtual
power management:

"""


def cpu_info(system: System) -> str:
    """/proc/cpuinfo: the Core Duo that is emulated, with the features it reports itself."""
    bits = system.machine.cpu_features
    names = [name for n, name in enumerate(_FEATURES) if bits >> n & 1 and name != "-"]
    return _CPU.format(flags=" ".join([*names, "nx", "constant_tsc", "pni"]))


def memory_info(system: System) -> str:
    """/proc/meminfo."""
    frames = system.frames
    cached = sum(len(file.pages) for file in system.page_cache.files.values()) * _PAGE_KIB
    total, free = frames.total * _PAGE_KIB, frames.free_count * _PAGE_KIB
    stacks = len(system.tasks) * _STRUCTURE_KIB
    values = {
        "MemTotal": total, "MemFree": free, "MemAvailable": min(total, free + cached),
        "Buffers": 0, "Cached": cached, "SwapCached": 0, "Active": 0, "Inactive": cached,
        "HighTotal": 0, "HighFree": 0, "LowTotal": total, "LowFree": free, "SwapTotal": 0,
        "SwapFree": 0, "Dirty": 0, "Writeback": 0,
        "AnonPages": max(0, total - free - cached - stacks), "Mapped": cached, "Shmem": 0,
        "KReclaimable": 0, "Slab": 0, "SReclaimable": 0, "SUnreclaim": 0, "KernelStack": stacks,
        "PageTables": 0, "NFS_Unstable": 0, "Bounce": 0, "WritebackTmp": 0,
        "CommitLimit": total, "Committed_AS": frames.commitments.pages() * _PAGE_KIB,
        "VmallocTotal": 122880, "VmallocUsed": 0, "VmallocChunk": 0,
    }  # fmt: skip
    return "".join(f"{name + ':':<15} {value:8d} kB\n" for name, value in values.items())


def _cpu_times(system: System) -> tuple[int, int]:
    """User and system nanoseconds of every process that is or was."""
    user = kernel = 0
    for process in system.tasks.processes():
        own_user, own_kernel = process.times()
        user += own_user + process.children_usage.user
        kernel += own_kernel + process.children_usage.kernel
    return user, kernel


def uptime(system: System) -> str:
    """/proc/uptime: seconds since boot, and how many of them the CPU was idle."""
    now = system.clock.now
    idle = max(0, now - sum(_cpu_times(system)))
    return " ".join(
        "{}.{:02d}".format(*divmod(time // _HUNDREDTH, 100)) for time in (now, idle)
    ) + "\n"  # fmt: skip


def statistics(system: System) -> str:
    """/proc/stat: CPU times in ticks; interrupts are not counted."""
    user, kernel = _cpu_times(system)
    idle = max(0, system.clock.now - user - kernel)
    ticks = " ".join(str(time // _TICK_NS) for time in (user, 0, kernel, idle))
    cpu = f"{ticks} 0 0 0 0 0 0"
    running, held = _count(system, "R"), _count(system, "D")
    boot = system.clock.wall_at_boot // NANOSECONDS
    return (
        f"cpu  {cpu}\ncpu0 {cpu}\nintr 0\nctxt {system.scheduler.switches}\nbtime {boot}\n"
        f"processes {system.tasks.last_tid}\nprocs_running {running}\nprocs_blocked {held}\n"
        "softirq 0 0 0 0 0 0 0 0 0 0 0\n"
    )


def _count(system: System, letter: str) -> int:
    return sum(1 for task in system.tasks.tasks() if task.state.value[0] == letter)


def load_average(system: System) -> str:
    """/proc/loadavg; the averages themselves are always 0."""
    tasks = system.tasks
    return f"0.00 0.00 0.00 {_count(system, 'R')}/{len(tasks)} {tasks.last_tid}\n"


def version(system: System) -> str:
    """/proc/version."""
    return f"{abi.SYSNAME} version {abi.RELEASE} (emu386@emu386) (emu386) {abi.VERSION}\n"


def file_system_kinds() -> tuple[str, ...]:
    """Kinds of file systems, in the order in which sysfs(2) numbers them."""
    return ("tmpfs", "proc", "devtmpfs", "devpts", "pipefs", "overlay")


def file_systems(system: System) -> str:
    """/proc/filesystems."""
    return "".join(f"nodev\t{kind}\n" for kind in file_system_kinds())


def boot_parameters(system: System) -> str:
    """/proc/cmdline: there was no boot loader to give any."""
    return "\n"


def devices(system: System) -> str:
    """/proc/devices."""
    return (
        "Character devices:\n  1 mem\n  4 tty\n  5 /dev/tty\n  5 /dev/console\n\nBlock devices:\n"
    )


def swaps(system: System) -> str:
    """/proc/swaps: none."""
    return "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


def partitions(system: System) -> str:
    """/proc/partitions: none."""
    return "major minor  #blocks  name\n\n"


def nothing(system: System) -> str:
    """An empty file (/proc/modules, /proc/diskstats)."""
    return ""


def interrupts(system: System) -> str:
    """/proc/interrupts: none."""
    return "           CPU0       \n"


FILES: dict[bytes, Make] = {
    b"cmdline": boot_parameters,
    b"cpuinfo": cpu_info,
    b"devices": devices,
    b"diskstats": nothing,
    b"filesystems": file_systems,
    b"interrupts": interrupts,
    b"loadavg": load_average,
    b"locks": locks,
    b"meminfo": memory_info,
    b"modules": nothing,
    b"partitions": partitions,
    b"stat": statistics,
    b"swaps": swaps,
    b"uptime": uptime,
    b"version": version,
}
"""Files of /proc itself, all readable by everybody."""
