"""The difference between two positions: tasks, registers, descriptors, memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emulator.machine import paging
from kernel.abi.memory import PAGE_SIZE, TASK_SIZE
from kernel.call_report import call_name
from kernel.task.task import Task

if TYPE_CHECKING:
    from emulator.stepper import Stepper
    from kernel.mm.address_space import AddressSpace

_SHOWN = 16
"""Octets of a change that are shown."""
_CLOSE = 4
"""Changes are one when no more octets than this between them are the same."""


class Picture:
    """What there is at the position where a stepper is now."""

    def __init__(self, stepper: Stepper) -> None:
        system = stepper.system
        tasks = [task for task in system.tasks.tasks() if task.process is not system.tasks.init]
        self.tasks = {task.tid: _facts(task) for task in tasks}
        self.files = {task.tid: _files(task) for task in tasks}
        alive = [task for task in tasks if not task.memory_left]
        self.registers = {task.tid: stepper.registers(task) for task in alive}
        self.memories: dict[str, dict[int, bytes]] = {
            memory.name: _pages(memory) for memory in system.frames.commitments.spaces
        }


def _facts(task: Task) -> dict[str, str]:
    return {
        "state": task.state.name,
        "memory": "-" if task.memory_left else task.memory.name,
        "call": "-" if task.call is None else call_name(task.call.number),
        "waits for": task.wait_channel or "-",
    }


def _files(task: Task) -> dict[int, str]:
    files = task.files.files
    return {n: f"{files[n].path}, offset {files[n].offset}" for n in sorted(files)}


def _pages(memory: AddressSpace) -> dict[int, bytes]:
    ram = memory.frames.ram
    return {
        address: ram.read(paging.frame_of(ram.entries[index]) << 12, PAGE_SIZE)
        for address, index in memory.tables.present(0, TASK_SIZE)
        if ram.entries[index] & paging.PRESENT
    }


def differences(old: Picture, new: Picture) -> Iterator[str]:
    """A line for each."""
    for tid in sorted(old.tasks.keys() | new.tasks.keys()):
        if tid not in new.tasks:
            yield f"task {tid}: gone"
        elif tid not in old.tasks:
            facts = new.tasks[tid]
            yield f"task {tid}: new, {facts['state']} in {facts['memory']}"
        else:
            yield from _changed(f"task {tid}: ", old.tasks[tid], new.tasks[tid])
            yield from _registers(tid, old, new)
            yield from _descriptors(tid, old.files[tid], new.files[tid])
    for name in sorted(old.memories.keys() | new.memories.keys()):
        if name not in new.memories:
            yield f"memory {name}: released"
        elif name not in old.memories:
            yield f"memory {name}: new, {len(new.memories[name])} pages"
        else:
            yield from _memory(name, old.memories[name], new.memories[name])


def _changed(prefix: str, old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for name, value in old.items():
        if new[name] != value:
            yield f"{prefix}{name} {value} -> {new[name]}"


def _registers(tid: int, old: Picture, new: Picture) -> Iterator[str]:
    if tid in old.registers and tid in new.registers:
        before, after = old.registers[tid], new.registers[tid]
        for name, value in before.items():
            if after[name] != value:
                yield f"task {tid}: {name} {value:#x} -> {after[name]:#x}"


def _descriptors(tid: int, old: dict[int, str], new: dict[int, str]) -> Iterator[str]:
    for number in sorted(old.keys() | new.keys()):
        before, after = old.get(number, "closed"), new.get(number, "closed")
        if before != after:
            yield f"task {tid}: descriptor {number} {before} -> {after}"


def _memory(name: str, old: dict[int, bytes], new: dict[int, bytes]) -> Iterator[str]:
    for page in sorted(old.keys() | new.keys()):
        if page not in old:
            yield f"memory {name}: page {page:#x} appears"
        elif page not in new:
            yield f"memory {name}: page {page:#x} disappears"
        else:
            for start, end in _ranges(old[page], new[page]):
                yield _change(name, page + start, old[page][start:end], new[page][start:end])


def _ranges(old: bytes, new: bytes) -> list[tuple[int, int]]:
    """Where octets differ, as [start, end), close ones together."""
    ranges: list[tuple[int, int]] = []
    if old == new:
        return ranges
    for at in range(len(old)):
        if old[at] != new[at]:
            if ranges and at - ranges[-1][1] <= _CLOSE:
                ranges[-1] = ranges[-1][0], at + 1
            else:
                ranges.append((at, at + 1))
    return ranges


def _change(name: str, address: int, old: bytes, new: bytes) -> str:
    more = " …" if len(old) > _SHOWN else ""
    before, after = old[:_SHOWN].hex(" "), new[:_SHOWN].hex(" ")
    return f"memory {name}: {address:#x}, {len(old)} octets: {before}{more} -> {after}{more}"
