"""The budget: counted in blocks, exact, the same in every run, and safe to interrupt."""

from __future__ import annotations

import struct
import threading

import pytest

from emulator.machine import host_code, unicorn_cpu
from emulator.machine.traps import BUDGET_SPENT, Access, Interrupt, PageFault
from tests.machine.pc import CODE, DATA, EAX, EBX, ECX, EIP, NOWHERE, READ_WRITE, Pc, word

SPIN = b"\xeb\xfe"
COUNT = b"\x43\xeb\xfd"  # l: inc ebx; jmp l
LOOPS = 200_000
# mov esi, DATA; l: inc ecx; test cl, 1; jz e; inc [esi]; jmp n; e: inc [esi+4]; n: call f;
# cmp ecx, LOOPS; jne l; int 0x80; f: inc [esi+8]; ret
BUSY = (
    b"\xbe" + word(DATA) + b"\x41\xf6\xc1\x01\x74\x04\xff\x06\xeb\x03\xff\x46\x04\xe8\x0a\0\0\0"
    b"\x81\xf9" + word(LOOPS) + b"\x75\xe6\xcd\x80\xff\x46\x08\xc3"
)  # fmt: skip


@pytest.fixture(params=["host code", "python callbacks"])
def pc(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Pc:
    """A PC that counts in machine code, and one on a host that does not allow that."""
    if request.param == "python callbacks":
        _refuse_host_code(monkeypatch)
    else:
        host_code.HostCode()  # a host where the first kind would silently be the second fails here
    return Pc()


def _refuse_host_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError("no executable memory")

    monkeypatch.setattr(unicorn_cpu.host_code, "HostCode", refuse)


@pytest.mark.parametrize("budget", [1, 2, 3, 10, 1000])
def test_exactly_the_blocks_that_are_allowed_are_executed(pc: Pc, budget: int) -> None:
    assert pc.run(COUNT, budget) == BUDGET_SPENT
    assert (pc.registers[EBX], pc.cpu.spent, pc.offset) == (budget, budget, 0)


def test_a_run_goes_on_where_the_last_one_stopped(pc: Pc) -> None:
    pc.load(COUNT)
    for _ in range(50):
        assert pc.cpu.run(7) == BUDGET_SPENT
    assert pc.registers[EBX] == 350


def test_a_trap_within_the_budget_tells_what_was_spent(pc: Pc) -> None:
    assert pc.run(b"\x43\xeb\0\x43\xeb\0\xcd\x80", 100) == Interrupt(0x80)
    assert (pc.cpu.spent, pc.registers[EBX]) == (3, 2)


def test_stopping_after_every_block_changes_nothing(pc: Pc) -> None:
    whole = _result(pc, 1 << 40)
    assert _result(pc, 1000) == whole
    assert _result(pc, 997) == whole
    assert whole[1:] == (LOOPS // 2, LOOPS // 2, LOOPS)


def _result(pc: Pc, budget: int) -> tuple[int, ...]:
    """Blocks in all, and the guest's own three counters."""
    pc.load(BUSY)
    pc.ram.zero(21)
    blocks = 0
    while pc.cpu.run(budget) == BUDGET_SPENT:
        blocks += pc.cpu.spent
    return blocks + pc.cpu.spent, *struct.unpack("<3I", pc.data(12))


def test_host_code_and_python_count_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    first = _result(Pc(), 1000)
    _refuse_host_code(monkeypatch)
    assert _result(Pc(), 1000) == first


def test_counts_with_page_faults_in_between_are_the_same_in_two_runs(pc: Pc) -> None:
    counts = []
    for _ in range(2):
        pc.load(
            b"\xbb" + word(NOWHERE) + b"\x41\xff\x03\x81\xc3\0\x10\0\0\x83\xf9\x05\x75\xf2\xcd\x80"
        )
        trace = []
        while (trap := pc.cpu.run(3)) != Interrupt(0x80):
            trace.append((trap, pc.cpu.spent, pc.registers.tolist()))
            if isinstance(trap, PageFault):
                pc.map(trap.address & ~0xFFF, 60, READ_WRITE)
        assert pc.registers[ECX] == 5
        for i in range(5):
            pc.unmap(NOWHERE + 4096 * i)
        counts.append(trace)
    assert counts[0] == counts[1]
    assert sum(isinstance(trap, PageFault) for trap, _, _ in counts[0]) == 5


def test_an_interrupt_before_the_run_ends_it_at_once(pc: Pc) -> None:
    pc.load(COUNT)
    pc.cpu.interrupt()
    assert pc.cpu.run(1 << 40) == BUDGET_SPENT
    assert (pc.registers[EBX], pc.offset) == (0, 0)
    assert pc.cpu.run(5) == BUDGET_SPENT  # and it counts once
    assert pc.registers[EBX] == 5


def test_an_interrupt_outlives_a_trap_that_comes_first(pc: Pc) -> None:
    pc.load(b"\xcd\x80" + COUNT)
    pc.cpu.run(1)
    pc.cpu.interrupt()
    assert pc.cpu.run(1 << 40) == BUDGET_SPENT
    assert pc.registers[EBX] == 0


def test_interrupts_from_a_thread_end_a_tight_loop(pc: Pc) -> None:
    pc.load(SPIN)
    timer = threading.Timer(0.01, pc.cpu.interrupt)
    timer.start()
    assert pc.cpu.run(1 << 60) == BUDGET_SPENT
    assert pc.offset == 0
    timer.join()


def test_interrupts_from_a_thread_never_change_what_a_program_computes(pc: Pc) -> None:
    pc.load(BUSY)
    over, stops = threading.Event(), 0

    def poke() -> None:
        while not over.wait(0.0005):
            pc.cpu.interrupt()

    thread = threading.Thread(target=poke)
    thread.start()
    try:
        while pc.cpu.run(1 << 60) == BUDGET_SPENT:
            stops += 1
    finally:
        over.set()
        thread.join()
    assert struct.unpack("<3I", pc.data(12)) == (LOOPS // 2, LOOPS // 2, LOOPS)
    assert stops


def test_the_host_code_is_refused_where_the_processor_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(host_code.platform, "machine", lambda: "aarch64")
    with pytest.raises(OSError, match="x86-64"):
        host_code.HostCode()
    assert Pc().run(COUNT, 5) == BUDGET_SPENT


def test_a_fetch_fault_spends_nothing_and_loses_nothing(pc: Pc) -> None:
    pc.load(b"\x43\xff\xe0")  # inc ebx; jmp eax
    pc.registers[EAX] = NOWHERE
    assert pc.cpu.run(100) == PageFault(NOWHERE, Access.EXECUTE, present=False)
    assert pc.cpu.spent == 1
    assert pc.cpu.run(100) == PageFault(NOWHERE, Access.EXECUTE, present=False)
    assert (pc.cpu.spent, pc.registers[EBX], pc.registers[EIP]) == (0, 1, NOWHERE)
    assert pc.registers[EIP] != CODE
