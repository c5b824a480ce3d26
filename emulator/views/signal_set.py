"""Sets of signals as strace prints them: `[CHLD USR1]`, or `~[KILL]` for all but one."""

from __future__ import annotations

from functools import lru_cache

from kernel.abi.signals import signal_name

FULL_SET = 64
"""Signals in a sigset_t; the calls older than real-time signals have 32."""


@lru_cache(maxsize=256)
def signal_set(mask: int, size: int = FULL_SET) -> str:
    """Names without SIG; once two thirds are in the set, a ~ and those that are not."""
    sign, numbers = _members(mask, size)
    return f"{sign}[{' '.join([_short(number) for number in numbers])}]"


def numbered_signal_set(named: bool, mask: int, size: int = FULL_SET) -> str:
    """The same in numbers, each with its name in a comment if `named`."""
    sign, numbers = _members(mask, size)
    words = [f"{number} /* {_short(number)} */" if named else str(number) for number in numbers]
    return f"{sign}[{' '.join(words)}]"


def _members(mask: int, size: int) -> tuple[str, list[int]]:
    """A ~ or nothing, and the signals that are listed behind it."""
    mask &= (1 << size) - 1
    inverted = mask.bit_count() >= size * 2 // 3
    shown = mask ^ (1 << size) - 1 if inverted else mask
    numbers = [number for number in range(1, size + 1) if shown >> (number - 1) & 1]
    return "~" if inverted else "", numbers


def _short(number: int) -> str:
    """CHLD for SIGCHLD, RT_1 for SIGRT_1."""
    return signal_name(number).removeprefix("SIG")
