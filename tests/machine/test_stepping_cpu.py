"""The CPU for stepping: counts are of instructions, exact, and the same however a run is cut."""

from __future__ import annotations

import pytest

from emulator.machine import unicorn_cpu
from emulator.machine.host_code import MOST_ADDRESSES, MOST_WATCHED
from emulator.machine.machine import EFLAGS, EIP
from emulator.machine.stepping_cpu import SteppingCpu, WatchedRange, WatchedWord
from emulator.machine.traps import BUDGET_SPENT, SYSCALL, Access, CpuFault, PageFault
from tests.machine.pc import (
    CODE,
    DATA,
    DATA_FRAME,
    EAX,
    EBX,
    ECX,
    NOWHERE,
    READ_WRITE,
    Pc,
    word,
)

INC = b"\x43"  # inc ebx
COUNT = b"\x43\xeb\xfd"  # l: inc ebx; jmp l
FILL = b"\xfc\xbf" + word(DATA) + b"\xb9" + word(5) + b"\xb0\x07\xf3\xaa\x43\xcd\x80"
# cld; mov edi, DATA; mov ecx, 5; mov al, 7; rep stosb; inc ebx; int 0x80
STORE = b"\xbe" + word(DATA) + b"\xff\x06\x43\xff\x46\x04\x43\xcd\x80"
# mov esi, DATA; inc [esi]; inc ebx; inc [esi+4]; inc ebx; int 0x80


class SteppingPc(Pc):
    cpu: SteppingCpu

    def __init__(self) -> None:
        super().__init__(SteppingCpu)


@pytest.fixture(params=["host code", "python callbacks"])
def pc(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SteppingPc:
    """One that counts in machine code, and one on a host that does not allow that."""
    if request.param == "python callbacks":

        def refuse() -> None:
            raise OSError("no executable memory")

        monkeypatch.setattr(unicorn_cpu.host_code, "HostCode", refuse)
    return SteppingPc()


@pytest.mark.parametrize("budget", [1, 2, 3, 10, 1001])
def test_exactly_the_instructions_that_are_allowed_are_executed(
    pc: SteppingPc, budget: int
) -> None:
    assert pc.run(COUNT, budget) == BUDGET_SPENT
    assert (pc.cpu.spent, pc.registers[EBX]) == (budget, (budget + 1) // 2)
    assert pc.offset == budget % 2


def test_each_round_of_a_repeated_instruction_counts(pc: SteppingPc) -> None:
    pc.load(FILL)
    assert pc.cpu.run(4 + 3) == BUDGET_SPENT
    assert (pc.registers[ECX], pc.data(5)) == (2, b"\7\7\7\0\0")
    assert pc.cpu.run(100) == SYSCALL
    assert (pc.cpu.spent, pc.data(5)) == (2 + 1 + 2, b"\7\7\7\7\7")  # 1: no round is left


def test_an_instruction_that_faults_counts_at_each_attempt(pc: SteppingPc) -> None:
    code = INC + b"\xa3" + word(NOWHERE) + b"\xcd\x80"  # inc ebx; mov [NOWHERE], eax; int 0x80
    assert pc.run(code) == PageFault(NOWHERE, Access.WRITE, False)
    assert (pc.cpu.spent, pc.offset) == (2, 1)
    pc.map(NOWHERE, DATA_FRAME, READ_WRITE)
    assert pc.cpu.run(100) == SYSCALL
    assert pc.cpu.spent == 2


def test_a_call_that_traps_is_the_last_instruction_counted(pc: SteppingPc) -> None:
    assert pc.run(INC * 3 + b"\xcd\x80", 4) == SYSCALL
    assert pc.cpu.spent == 4


@pytest.mark.parametrize("code", [b"\xec", b"\x0f\x34", b"\x0f\x05"])
def test_privileged_instructions_count_once(pc: SteppingPc, code: bytes) -> None:
    for budget in (3, 100):
        trap = pc.run(INC * 2 + code + INC * 2, budget)
        assert isinstance(trap, CpuFault)
        assert (pc.cpu.spent, pc.offset, pc.registers[EBX]) == (3, 2, 2)


def test_a_run_in_single_instructions_is_the_run_as_a_whole(pc: SteppingPc) -> None:
    pc.load(FILL)
    steps = 0
    while pc.cpu.run(1) == BUDGET_SPENT:
        steps += pc.cpu.spent
    state = (pc.registers.tolist(), pc.data(8), steps + 1)
    pc.ram.zero(DATA_FRAME)
    assert pc.run(FILL) == SYSCALL
    assert (pc.registers.tolist(), pc.data(8), pc.cpu.spent) == state


@pytest.mark.parametrize(
    ("code", "flags"),
    [
        (b"\xb8" + word(0x20) + b"\x83\xe8\x04", 0x212),  # mov eax, 0x20; sub eax, 4: AF
        (b"\xb8" + word(0x8000_0001) + b"\xd1\xe0", 0xA03),  # shl eax, 1: OF and CF
        (b"\xb8" + word(0xFFFF_FFF8) + b"\x83\xc0\x09", 0x213),  # add eax, 9: AF and CF
    ],
)
def test_a_fault_has_the_flags_that_the_instruction_before_it_set(
    pc: SteppingPc, code: bytes, flags: int
) -> None:
    trap = pc.run(code + b"\xa1" + word(NOWHERE))
    assert trap == PageFault(NOWHERE, Access.READ, False)
    assert pc.registers[EFLAGS] == flags


# ---- stops -------------------------------------------------------------------------------------


def test_it_stops_before_the_instructions_at_addresses(pc: SteppingPc) -> None:
    pc.load(INC * 10 + b"\xcd\x80")
    pc.cpu.arm([CODE + 7, CODE + 3, CODE + 0x500], [])
    assert pc.cpu.run(100) == BUDGET_SPENT
    assert (pc.cpu.was_hit, pc.cpu.spent, pc.offset, pc.registers[EBX]) == (True, 3, 3, 3)
    assert pc.cpu.run(100) == BUDGET_SPENT
    assert (pc.cpu.was_hit, pc.cpu.spent) == (True, 0)
    pc.cpu.arm([CODE + 7], [])
    pc.cpu.run(100)
    assert (pc.cpu.was_hit, pc.cpu.spent, pc.offset) == (True, 4, 7)
    pc.cpu.arm([], [])
    assert pc.cpu.run(100) == SYSCALL
    assert not pc.cpu.was_hit


def test_it_stops_after_a_watched_octet_has_changed(pc: SteppingPc) -> None:
    pc.load(STORE)
    physical = DATA_FRAME << 12
    pc.cpu.arm([], [WatchedWord(physical, 0, 0xFF << 32)])  # the fifth octet
    assert pc.cpu.run(100) == BUDGET_SPENT
    assert (pc.cpu.was_hit, pc.cpu.spent, pc.registers[EBX]) == (True, 4, 1)
    assert pc.data(8) == b"\1\0\0\0\1\0\0\0"
    pc.cpu.arm([], [WatchedWord(physical, 0x1_0000_0001, 0xFF << 32)])
    assert pc.cpu.run(100) == SYSCALL


LOAD = b"\xa1" + word(DATA) + b"\x43" * 3 + b"\xa1" + word(DATA + 6) + b"\x43\xcd\x80"
"""mov eax, [DATA]; inc ebx three times; mov eax, [DATA + 6]; inc ebx; int 0x80"""


def test_it_stops_behind_an_instruction_that_reads_a_watched_octet(pc: SteppingPc) -> None:
    physical = DATA_FRAME << 12
    pc.load(LOAD)
    assert pc.cpu.run(100) == SYSCALL
    whole = pc.cpu.spent
    for length in (1, 2):
        pc.registers[EIP] = CODE
        pc.cpu.watch_accesses((WatchedRange(physical + 8, length, False),))
        assert pc.cpu.run(100) == BUDGET_SPENT
        assert (pc.cpu.spent, pc.offset) == (5, 13)
        assert [(at - physical, size) for at, size, _ in pc.cpu.accesses] == [(6, 4)]
        assert pc.cpu.run(100) == SYSCALL
        assert (pc.cpu.spent, pc.cpu.accesses) == (whole - 5, ())
    pc.registers[EIP] = CODE
    pc.cpu.watch_accesses(())
    assert pc.cpu.run(100) == SYSCALL
    assert pc.cpu.spent == whole


@pytest.mark.parametrize("writes", [False, True])
def test_writing_counts_where_it_is_asked_for(pc: SteppingPc, writes: bool) -> None:
    pc.load(INC + b"\xa3" + word(DATA) + INC + b"\xcd\x80")  # inc ebx; mov [DATA], eax; …
    pc.cpu.watch_accesses((WatchedRange(DATA_FRAME << 12, 1, writes),))
    assert pc.cpu.run(100) == (BUDGET_SPENT if writes else SYSCALL)
    assert pc.cpu.spent == (2 if writes else 4)


def test_a_read_that_is_to_be_tried_again_is_not_told(pc: SteppingPc) -> None:
    pc.load(b"\xbe" + word(DATA) + b"\xbf" + word(NOWHERE) + b"\xa5\xcd\x80")  # movsd
    pc.cpu.watch_accesses((WatchedRange(DATA_FRAME << 12, 4, False),))
    assert pc.cpu.run(100) == PageFault(NOWHERE, Access.WRITE, False)
    assert (pc.cpu.spent, pc.cpu.accesses) == (3, ())
    pc.map(NOWHERE, DATA_FRAME + 1, READ_WRITE)
    assert pc.cpu.run(100) == BUDGET_SPENT
    assert (pc.cpu.spent, len(pc.cpu.accesses)) == (1, 1)


def test_more_than_there_is_room_for_is_refused(pc: SteppingPc) -> None:
    with pytest.raises(ValueError, match="too many"):
        pc.cpu.arm(range(MOST_ADDRESSES + 1), [])
    with pytest.raises(ValueError, match="too many"):
        pc.cpu.arm([], [WatchedWord(0, 0, 0)] * (MOST_WATCHED + 1))


def test_as_much_as_there_is_room_for_is_all_looked_out_for(pc: SteppingPc) -> None:
    pc.load(STORE)
    elsewhere = range(NOWHERE, NOWHERE + MOST_ADDRESSES - 1)
    words = [WatchedWord(DATA_FRAME << 12, 0, 0)] * (MOST_WATCHED - 1)
    for addresses in ([*elsewhere, CODE + 7], [CODE + 7, *elsewhere]):
        pc.registers[EIP] = CODE
        pc.cpu.arm(addresses, [*words, WatchedWord((DATA_FRAME << 12) + 8, 0, -1)])
        assert pc.cpu.run(100) == BUDGET_SPENT
        assert (pc.cpu.was_hit, pc.offset) == (True, 7)
    pc.cpu.arm(elsewhere, [*words, WatchedWord(DATA_FRAME << 12, 2, 0xFF << 32)])
    assert pc.cpu.run(100) == BUDGET_SPENT
    assert (pc.cpu.was_hit, pc.offset) == (True, 11)


def test_an_interrupt_stops_between_two_instructions_and_the_run_goes_on(pc: SteppingPc) -> None:
    pc.load(COUNT)
    pc.cpu.interrupt()
    assert pc.cpu.run(1000) == BUDGET_SPENT
    assert (pc.cpu.spent, pc.registers[EBX]) == (0, 0)
    pc.cpu.run(9)
    assert (pc.cpu.spent, pc.registers[EBX]) == (9, 5)


# ---- registers as data -------------------------------------------------------------------------


def test_frozen_registers_go_on_exactly_where_they_were(pc: SteppingPc) -> None:
    pc.load(b"\xd9\xe8" + INC * 4 + b"\xcd\x80")  # fld1; inc ebx …
    pc.cpu.run(3)
    frozen, words, fpu = pc.cpu.freeze(), pc.registers.tolist(), pc.cpu.read_fxsave()
    pc.cpu.run(100)
    pc.registers[EAX] = pc.registers[EFLAGS] = 0xFFFF
    pc.cpu.reset()
    pc.cpu.thaw(frozen, pc.root)
    assert (pc.registers.tolist(), pc.cpu.read_fxsave()) == (words, fpu)
    assert pc.cpu.run(100) == SYSCALL
    assert pc.registers[EBX] == 4


def test_looking_into_other_registers_leaves_the_live_ones(pc: SteppingPc) -> None:
    pc.load(b"\xd9\xe8" + INC * 4 + b"\xcd\x80")
    other = pc.cpu.new_context()
    pc.cpu.store(other)
    pc.cpu.run(3)
    words, fpu = pc.registers.tolist(), pc.cpu.read_fxsave()
    selectors, image = pc.cpu.look_into(other)
    assert (selectors["cs"], selectors["gs"]) == (0x73, 0)
    assert image != fpu
    assert (pc.registers.tolist(), pc.cpu.read_fxsave()) == (words, fpu)
    assert pc.cpu.run(100) == SYSCALL


def test_the_end_of_a_page_is_met_in_its_turn(pc: SteppingPc) -> None:
    """What follows the page is not there: all instructions before it are executed, one by one."""
    at = CODE + 0x1000 - 5
    for budget in (1, 2, 3, 4, 100):
        pc.load(INC * 5, at)
        trap, total = pc.cpu.run(budget), pc.cpu.spent
        while trap == BUDGET_SPENT:
            trap = pc.cpu.run(budget)
            total += pc.cpu.spent
        assert trap == PageFault(CODE + 0x1000, Access.EXECUTE, False)
        assert (pc.registers[EBX], total) == (5, 5)
