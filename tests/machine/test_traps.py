"""Traps: every way out of ring 3 arrives with the right value, and with EIP where a PC has it."""

from __future__ import annotations

import pytest

from emulator.machine.traps import ICEBP, Access, CpuFault, Interrupt, PageFault, Trap
from tests.machine.pc import (
    CODE,
    CODE_FRAME,
    DATA,
    EAX,
    EBX,
    ECX,
    EDI,
    EDX,
    EFLAGS,
    ESI,
    ESP,
    NOWHERE,
    READ_ONLY,
    STACK,
    USER,
    Pc,
    word,
)

NOP = b"\x90"
PROTECTION = CpuFault(13, 0)
TO_RING_0 = b"\x9a" + word(CODE) + b"\x08\0"  # call far 8:CODE
# lgdt, mov cr0, mov from cr0, mov dr7, clts, invlpg, wrmsr, rdmsr, hlt, cli, sti
PRIVILEGED = {
    "lgdt": b"\x0f\x01\x10",
    "mov to cr0": b"\x0f\x22\xc0",
    "mov from cr3": b"\x0f\x20\xd8",
    "mov to dr7": b"\x0f\x23\xf8",
    "clts": b"\x0f\x06",
    "invlpg": b"\x0f\x01\x38",
    "wrmsr": b"\x0f\x30",
    "rdmsr": b"\x0f\x32",
    "hlt": b"\xf4",
    "cli": b"\xfa",
    "sti": b"\xfb",
}


@pytest.fixture
def pc() -> Pc:
    return Pc()


def test_the_system_call_leaves_eip_behind_the_instruction(pc: Pc) -> None:
    assert pc.run(NOP + b"\xcd\x80") == Interrupt(0x80)
    assert pc.offset == 3


@pytest.mark.parametrize("code", [b"\xf7\xf1", b"\xf7\xf9", b"\xf6\xf1", b"\xd4\x00"])
def test_division_by_zero_is_vector_0_at_the_instruction(pc: Pc, code: bytes) -> None:
    assert pc.run(b"\x31\xc9" + code) == CpuFault(0, 0)  # xor ecx, ecx; div, idiv, div cl, aam 0
    assert pc.offset == 2


def test_a_quotient_that_does_not_fit_is_vector_0(pc: Pc) -> None:
    # mov edx, 5; mov ecx, 1; div ecx
    assert pc.run(b"\xba\x05\0\0\0\xb9\x01\0\0\0\xf7\xf1") == CpuFault(0, 0)


def test_bound_is_vector_5_at_the_instruction(pc: Pc) -> None:
    code = b"\x6a\x05\x6a\x01\xb8\x09\0\0\0\x62\x04\x24"  # push 5; push 1; mov eax, 9; bound
    assert pc.run(code) == CpuFault(5, 0)
    assert pc.offset == 9


@pytest.mark.parametrize(("code", "vector"), [(b"\xcc", 3), (b"\xcd\x03", 3), (b"\xcd\x04", 4)])
def test_breakpoints_leave_eip_behind_the_instruction(pc: Pc, code: bytes, vector: int) -> None:
    assert pc.run(NOP + code) == Interrupt(vector)
    assert pc.offset == 1 + len(code)


def test_into_traps_only_with_the_overflow_flag(pc: Pc) -> None:
    # mov al, 127; into; add al, 1; into
    assert pc.run(b"\xb0\x7f\xce\x04\x01\xce") == Interrupt(4)
    assert pc.offset == 6


@pytest.mark.parametrize("vector", [n for n in range(256) if n != 0x80])
def test_int_n_is_always_an_interrupt_whatever_exception_has_that_number(vector: int) -> None:
    assert _PC.run(NOP + bytes((0xCD, vector))) == Interrupt(vector)
    assert _PC.offset == 3


_PC = Pc()


@pytest.mark.parametrize("code", [b"\x0f\x0b", b"\x0f\xff", b"\x0f\xb9", b"\x8c\xf8"])
def test_an_invalid_instruction_is_vector_6_at_the_instruction(pc: Pc, code: bytes) -> None:
    assert pc.run(NOP + code + bytes(16)) == CpuFault(6, 0)
    assert pc.offset == 1


@pytest.mark.parametrize("code", [b"\x0f\xc7\xf0", b"\x0f\x01\xf9", b"\xf3\x0f\xb8\xc0"])
def test_instructions_that_would_read_the_host_do_not_exist(pc: Pc, code: bytes) -> None:
    assert pc.run(NOP + code) == CpuFault(6, 0)  # rdrand, rdtscp, popcnt


@pytest.mark.parametrize("name", PRIVILEGED)
def test_privileged_instructions_are_protection_faults(pc: Pc, name: str) -> None:
    assert pc.run(NOP + PRIVILEGED[name]) == PROTECTION
    assert pc.offset == 1


@pytest.mark.parametrize(
    ("code", "at"),
    [
        (b"\xe4\x60", 2), (b"\xec", 2), (b"\xe5\x60", 2), (b"\xed", 2), (b"\x66\xed", 2),
        (b"\xe6\x60", 2), (b"\xee", 2), (b"\xe7\x60", 2), (b"\xef", 2),
        (b"\x6c", 2), (b"\x6d", 2), (b"\xf3\x6c", 2), (b"\x6e", 2), (b"\xf3\x6f", 2),
        (b"\x0f\x34", 2),
    ],
)  # fmt: skip
def test_input_output_and_sysenter_are_protection_faults_and_change_nothing(
    pc: Pc, code: bytes, at: int
) -> None:
    pc.load(b"\x43" + NOP + code + b"\x43\xcd\x80")  # inc ebx; nop; …; inc ebx; int 0x80
    before = {EDI: DATA, ESI: DATA, ECX: 3, EAX: 0x55, EDX: 0x60, EBX: 7}
    for register, value in before.items():
        pc.registers[register] = value
    assert pc.cpu.run(1000) == PROTECTION
    assert pc.offset == at
    assert {register: pc.registers[register] for register in before} == before | {EBX: 8}
    assert pc.data() == bytes(16)


def test_syscall_is_an_invalid_instruction(pc: Pc) -> None:
    assert pc.run(b"\x43\x90\x0f\x05\x43\xcd\x80") == CpuFault(6, 0)
    assert (pc.offset, pc.registers[EBX], pc.registers[ECX]) == (2, 1, 0)


def test_a_forged_fault_goes_on_where_the_program_is_sent(pc: Pc) -> None:
    assert pc.run(b"\x43\xe4\x60\x43\xcd\x80") == PROTECTION
    pc.registers[8] += 2
    assert pc.cpu.run(1000) == Interrupt(0x80)
    assert pc.registers[EBX] == 2


def test_a_forged_fault_wins_over_a_real_one_behind_it(pc: Pc) -> None:
    assert pc.run(b"\xe4\x60\xa1" + word(NOWHERE)) == PROTECTION  # in al; mov eax, [NOWHERE]
    assert pc.offset == 0
    pc.registers[8] += 2
    assert pc.cpu.run(1000) == PageFault(NOWHERE, Access.READ, present=False)
    assert pc.offset == 2


def test_rdtsc_is_a_protection_fault_so_that_the_kernel_can_answer(pc: Pc) -> None:
    assert pc.run(NOP + b"\x0f\x31") == PROTECTION
    assert pc.offset == 1


@pytest.mark.parametrize("selector", [0x1003, 0x08, 0x10, 0x33, 0x2B, 0x0C, 0x73 + 8 * 16])
@pytest.mark.parametrize("load", [b"\x8e\xd8", b"\x8e\xe0", b"\x8e\xe8"])
def test_a_bad_selector_is_a_protection_fault_with_its_number(
    pc: Pc, selector: int, load: bytes
) -> None:
    trap = pc.run(b"\xb8" + word(selector) + load)  # mov eax, selector; mov ds/fs/gs, ax
    assert trap == CpuFault(13, selector & ~3)
    assert pc.offset == 5


@pytest.mark.parametrize("selector", [0, 0x73, 0x7B, 0x7A, 0x78])
def test_selectors_of_user_segments_load(pc: Pc, selector: int) -> None:
    assert pc.run(b"\xb8" + word(selector) + b"\x8e\xe0\xcd\x80") == Interrupt(0x80)
    assert pc.cpu.segment("fs") == selector


@pytest.mark.parametrize(
    "code", [TO_RING_0, b"\xea" + TO_RING_0[1:], b"\x6a\x08\x68" + word(CODE) + b"\xcb"]
)
def test_far_jumps_to_ring_0_are_protection_faults(pc: Pc, code: bytes) -> None:
    assert pc.run(code) == CpuFault(13, 8)


def test_an_instruction_of_more_than_15_bytes_is_a_protection_fault(pc: Pc) -> None:
    assert pc.run(NOP + b"\x66" * 15 + b"\x90") == PROTECTION
    assert pc.offset == 1


@pytest.mark.parametrize(
    ("code", "access"),
    [
        (b"\xa1" + word(NOWHERE), Access.READ),
        (b"\xa3" + word(NOWHERE), Access.WRITE),
        (b"\xff\x05" + word(NOWHERE), Access.READ),
        (b"\xff\x35" + word(NOWHERE), Access.READ),
        (b"\xd9\x05" + word(NOWHERE), Access.READ),
        (b"\xd9\x1d" + word(NOWHERE), Access.WRITE),
        (b"\x0f\x28\x05" + word(NOWHERE), Access.READ),
        (b"\x0f\x29\x05" + word(NOWHERE), Access.WRITE),
        (b"\x0f\xc1\x05" + word(NOWHERE), Access.READ),
    ],
)
def test_page_faults_have_address_access_and_eip_of_the_instruction(
    pc: Pc, code: bytes, access: Access
) -> None:
    trap = pc.run(NOP + code)
    assert isinstance(trap, PageFault)
    assert (trap.address, trap.present) == (NOWHERE, False)
    assert trap.access is access or code[0] in (0xFF, 0x0F)  # read-modify-write may ask for both
    assert (pc.offset, pc.registers[ESP]) == (1, STACK + 0x800)


@pytest.mark.parametrize("code", [b"\x50", b"\x60", b"\xe8\0\0\0\0", b"\x9c", b"\xc8\x10\0\0"])
def test_a_push_onto_a_missing_stack_changes_no_register(pc: Pc, code: bytes) -> None:
    pc.load(code)
    pc.registers[ESP] = NOWHERE + 0x1000
    before = pc.registers.tolist()
    trap = pc.cpu.run(1000)
    assert isinstance(trap, PageFault)
    assert (trap.access, trap.address & ~0xFFF) == (Access.WRITE, NOWHERE)
    assert pc.registers.tolist() == before


def test_a_string_instruction_stops_exactly_where_memory_ends(pc: Pc) -> None:
    pc.load(b"\xf3\xaa\xcd\x80")  # rep stosb
    pc.registers[EDI], pc.registers[ECX], pc.registers[EAX] = DATA + 4090, 10, 0x41
    assert pc.cpu.run(1000) == PageFault(DATA + 4096, Access.WRITE, present=False)
    assert (pc.offset, pc.registers[ECX], pc.registers[EDI]) == (0, 4, DATA + 4096)
    assert pc.data(6, 4090) == b"A" * 6


def test_a_store_that_straddles_into_a_missing_page_writes_nothing(pc: Pc) -> None:
    pc.load(b"\xa3" + word(DATA + 4094))
    pc.registers[EAX] = 0x4141_4141
    assert pc.cpu.run(1000) == PageFault(DATA + 4096, Access.WRITE, present=False)
    assert pc.data(2, 4094) == b"\0\0"


def test_a_store_that_straddles_into_a_read_only_page_writes_nothing(pc: Pc) -> None:
    pc.load(b"\xa3" + word(DATA + 4094))
    pc.map(DATA + 4096, 60, READ_ONLY)
    pc.registers[EAX] = 0x4141_4141
    assert pc.cpu.run(1000) == PageFault(DATA + 4096, Access.WRITE, present=True)
    assert pc.data(2, 4094) == b"\0\0"


def test_a_jump_into_nowhere_has_eip_at_the_target(pc: Pc) -> None:
    pc.load(b"\xff\xd3")  # call ebx
    pc.registers[EBX] = NOWHERE + 5
    assert pc.cpu.run(1000) == PageFault(NOWHERE + 5, Access.EXECUTE, present=False)
    assert pc.registers[8] == NOWHERE + 5
    assert pc.stack() == word(CODE + 2)


def test_running_off_the_last_page_has_the_missing_page_as_target(pc: Pc) -> None:
    trap = pc.run(NOP * 3, at=CODE + 4093)
    assert trap == PageFault(CODE + 4096, Access.EXECUTE, present=False)
    assert pc.offset == 4096


def test_what_comes_before_a_missing_page_has_run_when_the_fault_arrives(pc: Pc) -> None:
    code = b"\x43\xa3" + word(DATA) + b"\xb8\x11"  # inc ebx; mov [DATA], eax; mov eax, …
    pc.load(code, at=CODE + 4096 - len(code))
    pc.registers[EAX] = 0x77
    assert pc.cpu.run(1000) == PageFault(CODE + 4096, Access.EXECUTE, present=False)
    assert (pc.offset, pc.registers[EBX], pc.data(4)) == (4094, 1, word(0x77))
    assert not pc.registers[EFLAGS] & 0x100


def test_a_fault_before_the_missing_page_comes_first(pc: Pc) -> None:
    code = b"\x43\xa3" + word(NOWHERE) + b"\x90"
    trap = pc.run(code, at=CODE + 4096 - len(code))
    assert trap == PageFault(NOWHERE, Access.WRITE, present=False)
    assert pc.offset == 4090


def test_flags_pushed_before_a_missing_page_do_not_show_how_it_was_reached(pc: Pc) -> None:
    pc.run(b"\x43\x9c\x43", at=CODE + 4093)
    pc.map(CODE + 4096, CODE_FRAME + 50, USER)
    pc.ram.write((CODE_FRAME + 50) << 12, b"\xcd\x80")
    assert pc.cpu.run(1000) == Interrupt(0x80)
    assert pc.registers[EBX] == 2
    assert pc.stack() == word(0x202)


@pytest.mark.parametrize("length", range(1, 5))
def test_an_instruction_straddling_into_a_missing_page_faults_at_its_first_byte(
    pc: Pc, length: int
) -> None:
    trap = pc.run(b"\xb8\x11\x22\x33\x44"[:length], at=CODE + 4096 - length)
    assert trap == PageFault(CODE + 4096, Access.EXECUTE, present=False)
    assert pc.offset == 4096 - length


def test_a_straddling_instruction_goes_on_once_the_page_is_there(pc: Pc) -> None:
    pc.run(b"\xb8\x11", at=CODE + 4094)
    pc.ram.write((CODE_FRAME + 50) << 12, b"\x22\x33\x44\xcd\x80")
    pc.map(CODE + 4096, CODE_FRAME + 50, USER)
    assert pc.cpu.run(1000) == Interrupt(0x80)
    assert pc.registers[EAX] == 0x4433_2211


def test_an_unmasked_x87_error_is_vector_16_at_the_waiting_instruction(pc: Pc) -> None:
    # fninit; push 0x37b; fldcw [esp]; fld1; fldz; fdivp; nop; fwait
    code = b"\xdb\xe3\x68\x7b\x03\0\0\xd9\x2c\x24\xd9\xe8\xd9\xee\xde\xf9\x90\x9b"
    assert pc.run(code) == CpuFault(16, 0)
    assert pc.offset == 17


def test_single_step_traps_after_each_instruction(pc: Pc) -> None:
    pc.load(b"\x43\x43\x90\xcd\x80\x43")
    pc.registers[EFLAGS] |= 0x100
    places = []
    for _ in range(3):
        assert pc.cpu.run(1000) == CpuFault(1, 0)
        places.append((pc.offset, pc.registers[EBX]))
    assert places == [(1, 1), (2, 2), (3, 2)]


def test_single_step_counts_each_iteration_of_a_string_instruction(pc: Pc) -> None:
    pc.load(b"\xf3\xaa\x90")
    pc.registers[EDI], pc.registers[ECX] = DATA, 2
    pc.registers[EFLAGS] |= 0x100
    seen = []
    for _ in range(3):
        assert pc.cpu.run(1000) == CpuFault(1, 0)
        seen.append((pc.offset, pc.registers[ECX]))
    assert seen[0] == (0, 1)
    assert seen[-1][0] in (2, 3)


MANY = 300


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"\xf7\xf1", CpuFault(0, 0)),
        (b"\xf4", PROTECTION),
        (b"\xa1" + word(NOWHERE), PageFault(NOWHERE, Access.READ, present=False)),
        (b"\x0f\x0b", CpuFault(6, 0)),
        (b"\xec", PROTECTION),
        (b"\x0f\x05", CpuFault(6, 0)),
        (b"\xb8\x03\x10\0\0\x8e\xe0", CpuFault(13, 0x1000)),
    ],
)
def test_the_same_exception_many_times_in_a_row_stays_the_same(
    pc: Pc, code: bytes, expected: Trap
) -> None:
    pc.load(code + b"\xcd\x80")
    for _ in range(MANY):
        pc.registers[8] = CODE
        assert pc.cpu.run(1000) == expected


def test_different_exceptions_in_turn_do_not_become_double_faults(pc: Pc) -> None:
    code = b"\xf7\xf1\xf4\xa1" + word(NOWHERE) + b"\x0f\x0b\xcd\x80\xcd\x0e\xec\x0f\x05\xcc"
    starts = {0: 0, 2: 13, 3: 14, 8: 6, 10: 0x80, 12: 14, 14: 13, 15: 6, 17: 3}
    pc.load(code)
    pc.registers[ECX] = 0
    for _ in range(20):
        for start, vector in starts.items():
            pc.registers[8] = CODE + start
            trap = pc.cpu.run(1000)
            got = 14 if isinstance(trap, PageFault) else getattr(trap, "vector", None)
            assert got == vector
            assert isinstance(trap, Interrupt) == (start in (10, 12, 17))


def test_int1_is_a_debug_exception_behind_the_instruction(pc: Pc) -> None:
    assert pc.run(b"\x90\xf1\x90") == ICEBP
    assert pc.offset == 2
