"""Starting a hostile file: a line that names it, the right status, and a machine that lives on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.session import Options, Session
from kernel.errors import BadGuest
from tests.elf.files import BASE, INTERP, LOAD, File, R, Segment, W, X, with_stack

SMALL = Options(ram=4 << 20, max_blocks=20_000)
SIGSEGV_STATUS = 128 + 11


def start(path: Path, data: bytes, mode: int = 0o755) -> int:
    """The exit status of a program made of these octets."""
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
    return Session(str(path), (), SMALL).run()


def refused(path: Path, data: bytes, mode: int = 0o755) -> BadGuest:
    with pytest.raises(BadGuest) as bad:
        start(path, data, mode)
    text = str(bad.value)
    assert str(path) in text
    assert "\n" not in text
    return bad.value


def test_the_files_of_these_tests_run(tmp_path: Path) -> None:
    assert start(tmp_path / "good", File().pack()) == 7
    assert start(tmp_path / "good", File(with_stack(Segment())).pack()) == 7


def test_a_position_independent_program_runs_where_it_is_put(tmp_path: Path) -> None:
    pie = File([Segment(address=0)], kind=3, entry=0x200)
    assert start(tmp_path / "pie", pie.pack()) == 7


@pytest.mark.parametrize("length", [1, 3, 4, 5, 30, 51, 52, 60, 83, 84, 0x200, 0xFFF])
def test_a_truncated_file_is_refused_with_125(tmp_path: Path, length: int) -> None:
    assert refused(tmp_path / "cut", File().pack()[:length]).status == 125


def test_an_empty_file_is_refused_with_125(tmp_path: Path) -> None:
    assert refused(tmp_path / "empty", b"").status == 125


def test_a_dynamic_program_is_refused_with_what_it_needs(tmp_path: Path) -> None:
    bad = refused(tmp_path / "dynamic", File([Segment(INTERP), Segment()]).pack())
    assert bad.status == 125
    assert "PT_INTERP" in str(bad)


def test_a_missing_file_is_127_and_a_folder_and_a_file_without_permission_126(
    tmp_path: Path,
) -> None:
    statuses = {}
    (tmp_path / "plain").write_bytes(File().pack())
    (tmp_path / "plain").chmod(0o644)
    for name in ("missing", "plain/below", ".", "plain"):
        with pytest.raises(BadGuest) as bad:
            Session(f"{tmp_path}/{name}", (), SMALL)
        statuses[name] = bad.value.status
    assert statuses == {"missing": 127, "plain/below": 127, ".": 126, "plain": 126}


@pytest.mark.parametrize(
    "file",
    [
        File([Segment(address=0), Segment(LOAD, 0, 0x9000_0000)], kind=3, entry=0x200),
        File([Segment(address=0, memory_size=0xB000_0000)], kind=3, entry=0x200),
        File([Segment(address=0x4000_0000, memory_size=0x7FFF_0000)], kind=3, entry=0x4000_0200),
    ],
)
def test_a_position_independent_program_that_would_reach_the_kernel_is_refused(
    tmp_path: Path, file: File
) -> None:
    assert refused(tmp_path / "wide", file.pack()).status == 125


def test_a_program_that_leaves_no_room_for_its_stack_is_refused(tmp_path: Path) -> None:
    file = File([Segment(), Segment(LOAD, 0, 0xBFFE_0000, 0x1000, 0x1000, R | W)])
    assert refused(tmp_path / "top", file.pack()).status == 125


def test_a_gigabyte_of_zeros_costs_nothing_until_it_is_used(tmp_path: Path) -> None:
    segments = with_stack(Segment(), Segment(LOAD, 0, BASE + 0x1000, 0, 1 << 30, R | W))
    assert start(tmp_path / "large", File(segments).pack()) == 7


def test_a_machine_too_small_for_the_program_says_so(tmp_path: Path) -> None:
    path = tmp_path / "good"
    path.write_bytes(File().pack())
    path.chmod(0o755)
    taken = Options(ram=1 << 20)
    assert Session(str(path), (), taken).run() == 7
    many = [Segment(LOAD, 0, BASE + (i << 22), 0xFF0, 0x1800, R | W | X) for i in range(120)]
    path.write_bytes(File(many, length=0x2000, entry=BASE + 0xF80).pack())
    with pytest.raises(BadGuest, match="memory"):
        Session(str(path), (), taken)


def test_the_zeros_behind_file_data_are_zeros_even_if_the_file_goes_on(tmp_path: Path) -> None:
    # mov ebx, [BASE + 0xf00]; mov eax, 1; int 0x80: the status is 0, not the file's 0x55
    code = b"\x8b\x1d\x00\x8f\x04\x08\xb8\x01\0\0\0\xcd\x80"
    data = bytearray(File([Segment(file_size=0x800, flags=R | W | X)], code=code).pack())
    data[0xF00] = 0x55
    assert start(tmp_path / "bss", bytes(data)) == 0


def test_an_entry_in_data_that_may_not_be_executed_is_a_segmentation_fault(tmp_path: Path) -> None:
    assert start(tmp_path / "data", File(with_stack(Segment(flags=R | W))).pack()) == SIGSEGV_STATUS


words = st.sampled_from(
    [0, 1, 2, 3, 0x20, 0x34, 0x1000, 0x1_0000, BASE, 0x4000_0000, 0x6000_0000, 0x9000_0000,
     0xBFFE_0000, 0xBFFF_F000, 0xFFFF_FFFF]
)  # fmt: skip
_TWO = File([Segment(), Segment(LOAD, 0, BASE + 0x1000, 0x1000, 0x3000, R | W)])


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.integers(4, 28), words | st.integers(0, 0xFFFF_FFFF)), min_size=1, max_size=3
    ),
    st.sampled_from([2, 3]),
)
def test_a_header_changed_at_random_is_refused_or_runs_to_some_end(
    tmp_path: Path, changes: list[tuple[int, int]], kind: int
) -> None:
    data = bytearray(_TWO.pack())
    data[16] = kind
    for place, value in changes:
        data[4 * place : 4 * place + 4] = value.to_bytes(4, "little")
    path = tmp_path / "fuzz"
    try:
        ending = str(start(path, bytes(data)))
    except BadGuest as bad:
        ending = f"{bad.status} {bad}"
    assert re.fullmatch(rf"\d+|12[56] {re.escape(str(path))}[: ].+", ending)
