"""pagetable: the walk that is printed is the walk in RAM; who shares a frame is told as it is."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from unicorn.x86_const import UC_X86_REG_CR3

from emulator.debug.line_mode import LineMode
from emulator.stepper import Stepper
from emulator.stops import CatchEvent
from kernel import events

PRESENT, WRITABLE = 1, 2
STACK = 0xBFFF_FFF0
FRAME = 0xF_FFFF_F000


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[[Stepper, int, int], str]:
    """ask(stepper, tid, address): what pagetable says about that task's address."""

    def command(stepper: Stepper, tid: int, address: int) -> str:
        mode = LineMode(stepper)
        mode.do(f"task {tid}")
        capsys.readouterr()
        mode.do(f"pagetable {address:#x}")
        return capsys.readouterr().out

    return command


def read_tables(stepper: Stepper, root: int, address: int) -> list[int]:
    """The three entries for an address, read out of RAM by nothing but the layout of PAE."""
    entries, table = [], root
    for index in (address >> 30, address >> 21 & 0x1FF, address >> 12 & 0x1FF):
        at = table + 8 * index
        (entry,) = struct.unpack("<Q", stepper.machine.ram.mapping[at : at + 8])
        entries.append(entry)
        if not entry & PRESENT:
            break
        table = entry & FRAME
    return entries


def printed(text: str) -> tuple[int, list[int]]:
    root = re.search(r"^CR3 (0x\w+)", text, re.MULTILINE)
    assert root is not None
    return int(root[1], 0), [int(word, 0) for word in re.findall(r": (0x\w{16}) ", text)]


def run_to(path: Path, kind: type[events.Event], *variables: str) -> tuple[Stepper, list[int]]:
    stepper = Stepper(str(path))
    stepper.run([CatchEvent(frozenset({kind}))])
    task = stepper.task
    assert task is not None
    program = stepper.program(task)
    assert program is not None
    return stepper, [program.address_of(name) or 0 for name in variables]


def test_the_walk_printed_is_the_walk_in_ram(
    ask: Callable[[Stepper, int, int], str], guest: Callable[[str], Path]
) -> None:
    stepper, (variable, code) = run_to(
        guest("vfork_memory"), events.Suspended, "global", "main"
    )  # fmt: skip
    for address in (variable, code, STACK, 0x0700_0000, 0xB000_0000):
        root, entries = printed(ask(stepper, 101, address))
        assert root == stepper.machine._uc.reg_read(UC_X86_REG_CR3)
        assert entries == read_tables(stepper, root, address)


def test_during_a_vfork_both_have_the_same_tables_and_after_exec_not(
    ask: Callable[[Stepper, int, int], str], guest: Callable[[str], Path]
) -> None:
    stepper, (code,) = run_to(guest("vfork_exec"), events.Suspended, "_start")
    walks = [printed(ask(stepper, tid, code)) for tid in (100, 101)]
    assert walks[0] == walks[1]
    assert "(tasks 100, 101)" in ask(stepper, 100, STACK)
    stepper.run([CatchEvent(frozenset({events.TaskExecuted}))])
    walks = [printed(ask(stepper, tid, STACK)) for tid in (100, 101)]
    assert walks[0][0] != walks[1][0]
    assert walks[0][1][-1] & FRAME != walks[1][1][-1] & FRAME
    for tid, (root, entries) in zip((100, 101), walks, strict=True):
        assert entries == read_tables(stepper, root, STACK), tid


def test_after_a_fork_a_shared_frame_is_copy_on_write_until_somebody_writes(
    ask: Callable[[Stepper, int, int], str], guest: Callable[[str], Path]
) -> None:
    stepper, _ = run_to(guest("fork_cow"), events.TaskCreated)
    texts = [ask(stepper, tid, STACK) for tid in (100, 101)]
    for text in texts:
        assert "2 users, copy-on-write" in text
        assert "in mm#1 (tasks 100)" in text
        assert "in mm#2 (tasks 101)" in text
    (root, entries), (another, others) = map(printed, texts)
    assert root != another
    assert entries[-1] & FRAME == others[-1] & FRAME
    assert not (entries[-1] | others[-1]) & WRITABLE
    writer = write_to_stack(stepper)
    other = {100: 101, 101: 100}[writer]
    copied, left = ask(stepper, writer, STACK), ask(stepper, other, STACK)
    assert printed(copied)[1][-1] & FRAME != printed(left)[1][-1] & FRAME == entries[-1] & FRAME
    assert printed(copied)[1][-1] & WRITABLE
    for text in (copied, left):
        assert "1 users; " in text


def write_to_stack(stepper: Stepper) -> int:
    """Run until somebody got a copy of the stack's page; who."""
    while True:
        event = stepper.run([CatchEvent(frozenset({events.PageFaulted}))]).event
        assert isinstance(event, events.PageFaulted)
        if event.address >> 12 == STACK >> 12:
            assert event.kind == "copy"
            return event.pid
