"""A folder with busybox in it, and the same command run in it natively and emulated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.real_programs import debian

TIMEOUT = 100
ENVIRONMENT = {"PATH": "/bin", "HOME": "/", "TERM": "dumb"}


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended, as a shell says it."""

    status: int
    stdout: bytes
    stderr: bytes


def make_tree(folder: Path) -> Path:
    """A root folder: busybox under the name of each of its applets, and some files to look at."""
    root = folder / "root"
    for name in ("bin", "tmp", "etc", "proc", "dev", "data/sub"):
        (root / name).mkdir(parents=True)
    shutil.copy(debian.busybox(), root / "bin" / "busybox")
    (root / "bin" / "busybox").chmod(0o755)
    applets = subprocess.run([debian.busybox(), "--list"], capture_output=True, text=True)
    for applet in applets.stdout.split() or ["sh"]:
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
    (root / "etc" / "group").write_text("root:x:0:\n")
    (root / "data" / "words").write_text("".join(f"word {n * 7919 % 1000}\n" for n in range(500)))
    (root / "data" / "sub" / "big").write_bytes(bytes(range(256)) * 4096 * 10)
    for path in sorted(root.rglob("*")):
        os.utime(path, (1_700_000_000, 1_700_000_000), follow_symlinks=False)
    return root


def emulated(root: Path, *words: str) -> Outcome:
    """Run it in emu386 with this root."""
    options = ["--root", str(root)]
    for name, value in ENVIRONMENT.items():
        options += ["-E", f"{name}={value}"]
    return _run([sys.executable, "-m", "emulator", "run", *options, *words])


def native(root: Path, *words: str) -> Outcome:
    """Run it in a chroot with pids of its own, as the leader of a session below process 1, with
    the limit of open files that a guest has; the root is a copy, which the run may change.
    """
    copy = root.parent / "native"
    if copy.exists():
        shutil.rmtree(copy)
    subprocess.run(["cp", "-a", str(root), str(copy)], check=True)
    variables = " ".join(f"{name}={value}" for name, value in ENVIRONMENT.items())
    mount = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev"'
    start = f'setsid -w env -i {variables} {shutil.which("chroot")} "$0" "$@"'
    enter = f"ulimit -n 1024 && ({start}); exit $?"
    return _run(["unshare", "-m", "-p", "-f", "sh", "-c", f"{mount} && {enter}", str(copy), *words])


def _run(words: list[str]) -> Outcome:
    done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT)
    status = done.returncode if done.returncode >= 0 else 128 - done.returncode
    return Outcome(status, done.stdout, done.stderr)


@cache
def why_not_native() -> str:
    """Why this host cannot run i386 programs in a chroot with pids of their own; "" if it can."""
    if os.geteuid() != 0:
        return "a chroot needs root"
    if not shutil.which("unshare"):
        return "there is no unshare(1)"
    try:
        busybox = debian.busybox()
        done = subprocess.run(["unshare", "-m", "-p", "-f", str(busybox), "true"], timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else "unshare or i386 programs do not work here"
