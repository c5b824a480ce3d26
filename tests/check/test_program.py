"""Symbols, lines and frames of programs, damaged ones among them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from kernel.check.program import Program


def test_a_function_s_name_line_and_frame(guest: Callable[[str], Path]) -> None:
    program = Program(guest("misuse_glibc/functions").read_bytes())
    main = next(symbol for symbol in program.functions if symbol.name == "main")
    assert program.place(main.start).startswith("main+0x0 (functions.c:")
    assert program.extent(main.start + 5) == (main.start, main.end)
    rule = program.frame_rule(main.start)
    assert rule is not None
    assert (rule.from_ebp, rule.offset, rule.saved_ebp) == (False, 4, None)


def test_variables_have_names_and_ends(guest: Callable[[str], Path]) -> None:
    program = Program(guest("misuse/memory").read_bytes())
    value = next(symbol for symbol in program.objects if symbol.name == "value")
    assert value.end - value.start == 4
    at_end = program.object_at(value.end)
    assert at_end is None or at_end.name != "value"


def test_a_stripped_or_damaged_file_tells_less_and_never_fails(
    guest: Callable[[str], Path],
) -> None:
    image = guest("misuse/frames").read_bytes()
    chance = random.Random(1)
    for size in (0, 40, 100, len(image) // 2):
        _ask(Program(image[:size]))
    for _ in range(60):
        damaged = bytearray(image)
        for _ in range(20):
            damaged[chance.randrange(len(image))] = chance.randrange(256)
        _ask(Program(bytes(damaged)))


def _ask(program: Program) -> None:
    for address in (0, 0x8049100, 0xFFFF_FFFF):
        program.place(address)
        program.frame_rule(address)
        program.extent(address)
        program.object_at(address)


def test_a_position_independent_program_is_found_where_it_was_loaded(
    guest: Callable[[str], Path],
) -> None:
    image = guest("misuse/memory").read_bytes()
    fixed, moved = Program(image), Program(image, 0x100000)
    main = next(symbol for symbol in fixed.functions if symbol.name == "main")
    assert moved.place(main.start + 0x100000) == fixed.place(main.start)
    assert moved.frame_rule(main.start + 0x100000) == fixed.frame_rule(main.start)
