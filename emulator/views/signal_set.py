"""Sets of signals as strace prints them: `[CHLD USR1]`, or `~[KILL]` for all but one."""

from __future__ import annotations

from functools import lru_cache

from kernel.abi.signals import signal_name

FULL_SET = 64
"""Signals in a sigset_t; the calls older than real-time signals have 32."""


@lru_cache(maxsize=256)
def signal_set(mask: int, size: int = FULL_SET) -> str:
    """Names without SIG; once two thirds are in the set, a ~ and those that are not."""
    mask &= (1 << size) - 1
    inverted = mask.bit_count() >= size * 2 // 3
    shown = mask ^ (1 << size) - 1 if inverted else mask
    names = [_short(number) for number in range(1, size + 1) if shown >> (number - 1) & 1]
    return f"{'~' if inverted else ''}[{' '.join(names)}]"


def _short(number: int) -> str:
    """CHLD for SIGCHLD, RT_1 for SIGRT_1."""
    return signal_name(number).removeprefix("SIG")
