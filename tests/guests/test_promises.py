"""Every guest prints what its header says: on real hardware, and here."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from build import guests_of
from elftools.elf.elffile import ELFFile
from header import Header, read_header

from tests import manual
from tests.guests.fixtures import Run, host_gives_all_capabilities, host_orphans_go_to_init

EXECUTABLE = 1  # PF_X

KINDS = ("demo", "bench", "libc", "glibc", "vfork", "vfork_libc", "vfork_glibc")
HEADERS = {
    f"{kind}/{program.name}": read_header(program.source)
    for kind in KINDS
    for program in guests_of(kind)
}

every_guest = pytest.mark.parametrize("name", list(HEADERS))


def promised(header: Header) -> Run:
    return Run(header.status, header.prints, "")


@every_guest
def test_guest_is_a_static_i386_elf_whose_stack_is_not_executable(
    name: str, guest: Callable[[str], Path]
) -> None:
    with guest(name).open("rb") as file:
        elf = ELFFile(file)
        segments = {segment["p_type"]: segment for segment in elf.iter_segments()}
        assert (elf["e_machine"], elf.elfclass, elf["e_type"]) == ("EM_386", 32, "ET_EXEC")
        assert "PT_INTERP" not in segments
        assert not segments["PT_GNU_STACK"]["p_flags"] & EXECUTABLE


@every_guest
def test_guest_prints_natively_what_its_header_says(
    name: str, guest: Callable[[str], Path], native: Callable[..., Run]
) -> None:
    if name == "demo/orphan_zombie" and not host_orphans_go_to_init():
        pytest.skip("an ancestor of this process adopts orphans in place of process 1")
    if HEADERS[name].needs.startswith("root") and not host_gives_all_capabilities():
        pytest.skip(f"needs {HEADERS[name].needs}")
    assert native([guest(name)]) == promised(HEADERS[name])


@pytest.mark.emulated
@every_guest
def test_guest_prints_emulated_what_its_header_says(
    name: str, guest: Callable[[str], Path], emu: Callable[..., Run], tmp_path: Path
) -> None:
    header = HEADERS[name]
    if header.needs != "/bin/sh":
        record = tmp_path / "record"
        assert emu([guest(name)], options=["--record", record]) == promised(header)
        assert manual.promised(name) - manual.shown(record) == set()
        return
    (tmp_path / "bin").mkdir()
    shutil.copy(guest("libc/sh"), tmp_path / "bin" / "sh")
    shutil.copy(guest(name), tmp_path / "program")
    assert emu(["/program"], options=["--root", tmp_path]) == promised(header)
