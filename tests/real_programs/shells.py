"""Shells for i386 that are static programs, each with the packages and paths it comes from."""

from __future__ import annotations

from pathlib import Path

from tests.real_programs.debian import program

SHELLS = {
    "busybox": ("busybox-static", "bin/busybox"),
    "bash": ("bash-static", "bin/bash-static"),
    "zsh": ("zsh-static", "bin/zsh-static"),
    "lksh": ("mksh", "bin/lksh"),
    "mksh-musl": ("mksh", "usr/lib/i386-linux-musl/bin/mksh"),
    "mksh-diet": ("mksh", "usr/lib/diet/bin/mksh"),
    "mksh-klibc": ("mksh", "usr/lib/klibc/bin/mksh"),
    "sash": ("sash", "bin/sash"),
}
"""By name: Debian's package, and where the shell is in it."""


def shell(name: str) -> Path:
    """The shell's file; the test skips, visibly, where it cannot be had."""
    return program(*SHELLS[name])
