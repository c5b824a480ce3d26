"""Audit: the kernel log's lines about calls that were forbidden or watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.machine.machine import EIP
from kernel.abi.ptrace import AUDIT_ARCH_I386
from kernel.log import NOTICE

if TYPE_CHECKING:
    from kernel.task.task import Task

_TYPE, _UNSET = 1326, 0xFFFF_FFFF
"""AUDIT_SECCOMP; the id of a user or session that nobody logged in as."""


def tell(task: Task, number: int, signal: int, action: int) -> None:
    """Log what the current task called and what became of it, as the audit subsystem words it."""
    system, who = task.system, task.credentials
    system.log.audits += 1
    seconds, rest = divmod(system.clock.wall, 1_000_000_000)
    at = system.machine.registers[EIP]
    line = (
        f"audit: type={_TYPE} audit({seconds}.{rest // 1_000_000:03d}:{system.log.audits}): "
        f"auid={_UNSET} uid={who.uid} gid={who.gid} ses={_UNSET} pid={task.tid} "
        f'comm="{task.name}" exe="{task.memory.executable_path}" sig={signal} '
        f"arch={AUDIT_ARCH_I386:x} syscall={number} compat=0 ip={at:#x} code={action:#x}"
    )
    system.log.add(system.clock.now, line, NOTICE)
