"""The index: which file declares which call, so that a run imports only what its guests ask for.

It is read off the sources: the decorators @syscall and @subcall name their numbers, and files that
enter requests into ioctl's ARGUMENTS belong to ioctl.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from kernel.abi.sysno import Sysno

_DECLARATION = re.compile(rb"^@(?:syscall|subcall)\(([^)]*)", re.MULTILINE)
_IOCTL = re.compile(rb"^from kernel\.syscalls\.ioctl import ARGUMENTS\b", re.MULTILINE)
_NUMBER = re.compile(rb"\bSysno\.(\w+)")


@cache
def modules() -> dict[int, tuple[str, ...]]:
    """By number, the modules to import for it: several for a call that makes others."""
    found: dict[int, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        for number in _numbers(path.read_bytes()):
            found.setdefault(number, []).append(f"{__package__}.{path.stem}")
    return {number: tuple(found[number]) for number in found}


def _numbers(source: bytes) -> set[int]:
    numbers = {
        int(Sysno[name.decode()])
        for declaration in _DECLARATION.findall(source)
        for name in _NUMBER.findall(declaration)
    }
    if _IOCTL.search(source):
        numbers.add(int(Sysno.IOCTL))
    return numbers
