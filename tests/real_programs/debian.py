"""Static i386 programs from Debian's packages, fetched without root where that is possible."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "guest_programs" / "build" / "debian"


@cache
def program(package: str, path: str) -> Path:
    """The file `path` of a package for i386; the test skips, visibly, where it cannot be had."""
    unpacked = FOLDER / package
    target = unpacked / path
    if not target.exists():
        reason = _fetch(package, unpacked)
        if reason:
            pytest.skip(f"{package}:i386 cannot be fetched: {reason}")
    return target


def _fetch(package: str, unpacked: Path) -> str:
    """Download and unpack; why that was not possible, or ""."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return "this is no Debian"
    work = FOLDER / "apt"
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    options = [
        "-o", f"Dir::State::Lists={work}/lists", "-o", f"Dir::Cache={work}",
        "-o", "APT::Architectures::=i386", "-o", "Debug::NoLocking=1", "-q",
    ]  # fmt: skip
    if not any((work / "lists").glob("*i386*")):
        _apt([*options, "update"], work)  # one mirror of several may fail: the download tells
    reason = _apt([*options, "download", f"{package}:i386"], work)
    if reason:
        return reason
    archive = next(work.glob(f"{package}_*_i386.deb"))
    return _call(["dpkg-deb", "-x", str(archive), str(unpacked)], work)


def _apt(words: list[str], folder: Path) -> str:
    return _call(["apt-get", *words], folder)


def _call(words: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
    return lines[-1] if done.returncode else ""


def busybox() -> Path:
    """Debian's busybox-static for i386."""
    return program("busybox-static", "bin/busybox")


def bash() -> Path:
    """Debian's bash-static for i386."""
    return program("bash-static", "bin/bash-static")
