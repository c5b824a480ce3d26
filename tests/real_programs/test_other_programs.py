"""Static i386 programs of many kinds print and exit as they do natively."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.real_programs.debian import program
from tests.real_programs.tree import emulated, make_tree, native, why_not_native

PROGRAMS = {
    "e2fsck": ("e2fsck-static", "sbin/e2fsck.static"),
    "dar": ("dar-static", "usr/bin/dar_static"),
    "gpgv": ("gpgv-static", "usr/bin/gpgv-static"),
    "tini": ("tini", "usr/bin/tini-static"),
    "catatonit": ("catatonit", "usr/bin/catatonit"),
    "cdebootstrap": ("cdebootstrap-static", "usr/bin/cdebootstrap-static"),
    "ngetty-argv": ("ngetty", "sbin/ngetty-argv"),
    "siggen": ("tripwire", "usr/sbin/siggen"),
    "tripwire": ("tripwire", "usr/sbin/tripwire"),
}
COMMANDS = {
    "e2fsck": "cd /tmp; truncate -s 1M i; mke2fs -F i > /dev/null; e2fsck -fn i | tail -1 | cut"
    " -c1-20; dd if=/dev/zero of=i bs=1024 seek=1 count=1 conv=notrunc 2>/dev/null;"
    " e2fsck -fy i > /dev/null; echo $?; e2fsck -fn i > /dev/null; echo $?; e2fsck none"
    " 2>&1 | tail -1",
    "dar": "cd /tmp; dar -Q -q -c a -R /data words sub; echo $?; dar -Q -q -t a; echo $?; dar"
    " -Q -l a | grep -c words; mkdir x; dar -Q -q -x a -R x; cmp x/words /data/words;"
    " echo $?; dar -Q -q -x b; echo $?",
    "gpgv": "gpgv /data/words 2>&1; echo $?; gpgv --version | head -1",
    "tini": "exec 2>/dev/null; tini -- sh -c 'echo child; exit 5'; echo $?; tini -s -- sh -c"
    " 'kill -9 $$'; echo $?; tini nothing; echo $?; (tini -g -- sleep 5 & sleep 0.2;"
    " kill $!; wait $!; echo $?)",
    "catatonit": "catatonit -P & sleep 0.1; kill $!; wait $!; echo $?; catatonit sh -c 'exit 3';"
    " echo $?; catatonit -V > /dev/null; echo $?",
    "cdebootstrap": "cdebootstrap --version | head -1; cdebootstrap 2>&1 | head -2; echo $?",
    "ngetty-argv": "ngetty-argv 2>&1 | head -3; echo $?",
    "siggen": "cd /data; siggen -h words; siggen -a words | tail -4; siggen none 2>&1; echo $?",
    "tripwire": "tripwire --version | head -1; tripwire --check 2>&1 | head -3; echo $?",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("programs"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_program_does_what_it_does_natively(name: str, root: Path) -> None:
    if reason := why_not_native():
        pytest.skip(f"no native run to compare with: {reason}")
    shutil.copy(program(*PROGRAMS[name]), root / "bin" / name)
    words = ["/bin/sh", "-c", COMMANDS[name]]
    assert emulated(root, *words) == native(root, *words)
