"""A hostile guest reaches nothing of the host but what it was given."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guests.fixtures import Run
from tests.real_programs import debian

SECRET = "the host's secret"
APPLETS = "cat ln mkdir chroot mv rm ls cp mknod mount umount pivot_root tar find readlink"
ATTEMPTS = [
    "cat {secret}",
    "cat ../secret ../../../../../../../../{secret}",
    "cat left-over/secret; echo planted > left-over/planted",
    "ln -s {secret} l; cat l; ln -s .. up; cat up/secret; echo planted > up/planted",
    "ln -s {outside} d; cat d/secret; cd d && cat secret; echo planted > d/planted",
    "cat /proc/self/root/{secret} /proc/1/root/{secret} /proc/self/cwd/../secret",
    "mkdir in; cd in; chroot . /x; cat {secret}; cd ../../../../..; cat .{secret}",
    "mkdir m; cd m; mv ../m ../n; cd ..; rm -r n; ln -s {outside} n; cat n/secret",
    "mkdir a; echo x > a/x; mv a b; ln -s {outside} a; cat a/secret; ls a; ls b",
    "for l in /proc/*/fd/* /proc/*/exe /proc/*/cwd; do cat $l/secret; readlink -f $l; done",
    "mknod disk b 254 0; cat disk; mknod mem c 1 1; cat mem; cat /dev/vda /dev/sda /dev/mem",
    "mount -o bind {outside} . ; mount -t proc proc . ; cat secret; umount /proc",
    "mkdir t; mount -t tmpfs t t && mkdir t/in && mount -o bind / t/in && cat t/in/{secret}",
    "mkdir b; mount -o bind . b && cat b/../secret b/../../{secret}",
    "mount -o bind . b; ln -s {outside} b/o; cat b/o/secret; echo planted > b/o/planted",
    "mount -t tmpfs r m && mkdir -p m/old && pivot_root m m/old && cat old/{secret} ../{secret}",
    "mount -t proc p b; cat b/self/root/{secret} b/1/root/{secret} b/self/cwd/../secret",
    "tar cf t /etc/hostname {secret}; cat t; find / -name secret -exec cat {{}} ';'",
    "rm -rf {outside}; rm -rf ..",
]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "shared").mkdir()
    os.symlink(tmp_path, tmp_path / "shared" / "left-over")
    return tmp_path


@pytest.mark.emulated
@pytest.mark.parametrize("writable", [False, True])
def test_nothing_outside_of_what_was_given_can_be_reached(
    outside: Path, writable: bool, emu: Callable[..., Run]
) -> None:
    busybox = debian.busybox()
    names = {"secret": outside / "secret", "outside": outside}
    lines = [f'{applet}() {{ {busybox} {applet} "$@"; }}' for applet in APPLETS.split()]
    lines += ["cd /mnt"] if writable else []
    lines += [f"( {attempt.format(**names)} )" for attempt in ATTEMPTS]
    options = ["--bind", f"{outside / 'shared'}:/mnt:rw"] if writable else []
    words = [busybox, "sh", "-c", "\n".join([*lines, "echo the end"])]
    done = emu(words, options=options, cwd=outside / "shared")
    assert done.stdout.endswith("the end\n")
    assert SECRET not in done.stdout + done.stderr
    assert sorted(os.listdir(outside)) == ["secret", "shared"]
    assert (outside / "secret").read_text() == SECRET
    if not writable:
        assert os.listdir(outside / "shared") == ["left-over"]
