"""The index: which file declares which call, so that a run imports only what its guests ask for.

It is read off the sources: the decorators @syscall and @subcall name their numbers.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from kernel.abi.sysno import Sysno

_DECLARATION = re.compile(rb"^@(?:syscall|subcall)\(([^)]*)", re.MULTILINE)
_NUMBER = re.compile(rb"\bSysno\.(\w+)")


@cache
def modules() -> dict[int, tuple[str, ...]]:
    """By number, the modules to import for it: several for a call that makes others."""
    found: dict[int, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        for declaration in _DECLARATION.findall(path.read_bytes()):
            for name in _NUMBER.findall(declaration):
                names = found.setdefault(int(Sysno[name.decode()]), [])
                if path.stem not in names:
                    names.append(path.stem)
    return {number: tuple(f"{__package__}.{name}" for name in found[number]) for number in found}
