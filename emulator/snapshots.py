"""Snapshots: the kernel's object graph pickled, and the frames of RAM that are in use.

Frames that have not changed since the snapshot before are the same objects there. What belongs to
the host (the CPU, RAM) stays outside the pickle; a task's registers go into it as data.
"""

from __future__ import annotations

import io
import pickle
import sys
import threading
import zlib
from collections.abc import Callable
from typing import Any, TypeVar

from emulator.machine.contexts import FrozenContext, UnicornContext
from emulator.machine.ram import FRAME_SIZE, RESERVED_FRAMES
from emulator.machine.stepping_cpu import SteppingCpu
from kernel.stepping import SteppedKernel

T = TypeVar("T")
_DEEPEST = 200_000
"""Objects may refer to each other in chains (parents, inodes), which pickle follows recursively."""
_STACK = 256 << 20
_POINTER = 8


class Snapshot:
    """Everything at one position, after the first `sequence` events. `size` is what it takes beyond
    the snapshot before it.
    """

    def __init__(
        self,
        position: int,
        sequence: int,
        graph: bytes,
        registers: FrozenContext,
        page_directory: int,
        frames: list[bytes | None],
    ) -> None:
        self.position = position
        self.sequence = sequence
        self.graph = graph
        self.registers = registers
        self.page_directory = page_directory
        self.frames = frames
        """Content by frame number; None for free ones. It ends at the first never used."""
        self.size = 0

    def recount(self, before: Snapshot | None) -> None:
        """Set `size`; `before` is the snapshot that now comes before this one."""
        shared = before.frames if before is not None else []
        own = sum(frame is not None for frame in self.frames)
        for frame, other in zip(self.frames, shared, strict=False):
            own -= frame is other and frame is not None
        self.size = len(self.graph) + _POINTER * len(self.frames) + own * FRAME_SIZE


def take(kernel: SteppedKernel, before: Snapshot | None) -> Snapshot:
    """The present state; frames that are as they were `before` are shared with it."""
    machine = kernel.machine
    assert isinstance(machine, SteppingCpu)
    registers = machine.freeze()
    graph = _with_room(lambda: _pickled(kernel, machine))
    frames = _frames(kernel, before.frames if before is not None else [])
    sequence = kernel.system.journal.sequence
    return Snapshot(kernel.steps, sequence, graph, registers, machine.page_directory, frames)


def restore(snapshot: Snapshot, machine: SteppingCpu, used: int) -> SteppedKernel:
    """Make the machine what it was; the kernel of then. `used` frames have been in use since."""
    octets = machine.ram.octets
    for number, frame in enumerate(snapshot.frames):
        if frame is not None:
            octets[number << 12 : (number + 1) << 12] = frame
    for number in range(len(snapshot.frames), used):
        machine.ram.zero(number)
    kernel = _with_room(lambda: _unpickled(snapshot.graph, machine))
    machine.thaw(snapshot.registers, snapshot.page_directory)
    return kernel


def _frames(kernel: SteppedKernel, before: list[bytes | None]) -> list[bytes | None]:
    frames = kernel.system.frames
    mapping, counts = frames.ram.mapping, frames.counts
    kept: list[bytes | None] = [None] * frames.used
    for number in range(RESERVED_FRAMES, frames.used):
        if counts[number]:
            content: bytes = mapping[number << 12 : (number + 1) << 12]
            if number < len(before) and before[number] == content:
                kept[number] = before[number]
            else:
                kept[number] = content
    return kept


class _Pickler(pickle.Pickler):
    """Names what belongs to the machine; writes registers as data."""

    def __init__(self, file: io.BytesIO, machine: SteppingCpu) -> None:
        super().__init__(file, protocol=5)
        ram = machine.ram
        self._names = {
            id(machine): "machine", id(ram): "ram", id(ram.octets): "octets",
            id(ram.words): "words", id(ram.entries): "entries",
        }  # fmt: skip

    def persistent_id(self, item: object) -> Any:
        if item.__class__ is UnicornContext:
            return item.freeze()
        return self._names.get(id(item))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, machine: SteppingCpu) -> None:
        super().__init__(file)
        ram = machine.ram
        self._machine = machine
        self._named = {
            "machine": machine, "ram": ram, "octets": ram.octets, "words": ram.words,
            "entries": ram.entries,
        }  # fmt: skip

    def persistent_load(self, name: Any) -> Any:
        if isinstance(name, FrozenContext):
            return self._machine.thawed(name)
        return self._named[name]


def _pickled(kernel: SteppedKernel, machine: SteppingCpu) -> bytes:
    file = io.BytesIO()
    _Pickler(file, machine).dump(kernel)
    return zlib.compress(file.getvalue(), 1)


def _unpickled(graph: bytes, machine: SteppingCpu) -> SteppedKernel:
    kernel = _Unpickler(io.BytesIO(zlib.decompress(graph)), machine).load()
    assert isinstance(kernel, SteppedKernel)
    return kernel


def _with_room(work: Callable[[], T]) -> T:
    """Call on a stack that is deep enough for long chains of objects."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    old_size, old_limit = threading.stack_size(_STACK), sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEPEST)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old_size)
        sys.setrecursionlimit(old_limit)
    if errors:
        raise errors[0]
    return results[0]
