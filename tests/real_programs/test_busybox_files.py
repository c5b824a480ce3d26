"""Debian's busybox does to files what it does natively, in the same tree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.real_programs.tree import emulated, make_tree, native, why_not_native

COMMANDS = {
    "ls -laR": "cd /data; ls -laR | grep -v '[.]$'",
    "stat": "cd /data; stat -c '%n %s %b %B %f %h %u %g %t %T %Y %F' * tree/* | sort",
    "find": "cd /data; find . -newer words | sort; find . -perm -4000; find . -links 2 | sort;"
    " find . -empty | sort; find . -type l -exec readlink {} ';' | sort",
    "du": "du -a /data | sort; du -h /data/sparse",
    "tar keeps everything": "cd /data; tar cf /tmp/t.tar tree words; tar tf /tmp/t.tar | sort;"
    " mkdir /tmp/x; cd /tmp/x; tar xf ../t.tar; find . -type f | sort | xargs ls -l; cat tree/hard",
    "cp -a": "cp -a /data /tmp/copy; cd /tmp/copy; find . ! -type l | sort | xargs ls -dl;"
    " diff -r /data/tree tree; readlink dangling",
    "mv": "mv /data/tree /data/z; find /data | sort; mv /data/z/b /tmp/bb; ls -l /tmp/bb",
    "ln and rm": "cd /tmp; ln /data/words l; stat -c %h l; rm /data/words; stat -c '%h %s' l",
    "rm -r": "rm -rf /data/tree; ls /data; mkdir -p /data/q/w/e; rmdir -p /data/q/w/e; ls /data",
    "dd": "dd if=/data/blob of=/tmp/o bs=1000 count=7 skip=3 2>/dev/null; md5sum /tmp/o;"
    " dd if=/dev/zero of=/tmp/z bs=1M count=3 seek=1 2>/dev/null; stat -c '%s %b' /tmp/z",
    "touch and chmod": "cd /tmp; touch -d '2001-01-01 00:00:00' a; touch -r a b; chmod 4755 a;"
    " chmod g+s,o-rwx b; stat -c '%n %a %X %Y' a b; chown 5:6 a; stat -c '%u %g %a' a",
    "sed -i": "sed -i 's/1/one/' /data/words; head -3 /data/words; ls /data",
    "umask": "umask 077; mkdir /tmp/m; : > /tmp/n; stat -c %a /tmp/m /tmp/n; umask",
    "fifo": "cat /data/fifo & echo written > /data/fifo; wait",
    "truncate": "cd /data; truncate -s 100 blob; wc -c blob; truncate -s 5000 blob; md5sum blob",
    "errors": "cat none; ls /data/dangling/x; cat /data/tree; cat /data/words/x; cd /data/words;"
    " mkdir /data/tree; rmdir /data/tree; rm /data/tree; ln -s x /data/words; ln /nope /data/p",
    "links": "readlink -f /data/tree/b/link; realpath /data/dangling; cd /data/tree/b; pwd; cd ..;"
    " pwd; cd b/../../..; pwd; ln -s two /tmp/one; ln -s one /tmp/two; cat /tmp/one; : > /tmp/one",
    "removed directory": "mkdir /tmp/d; cd /tmp/d; rmdir /tmp/d; ls; mkdir x; echo $?; cd ..; pwd",
    "open while removed": "echo abc > /tmp/f; exec 3<>/tmp/f; read a <&3; echo def >&3; cat /tmp/f;"
    " rm /tmp/f; echo ghi >&3; cat <&3; echo $a",
    "readers": "cd /data; sort -rn words | head -3; tail -c 20 blob | od -c; cmp blob /bin/busybox;"
    " split -l 200 words /tmp/s; ls /tmp; wc words; hexdump -C words | head -2; tr 1-9 a-i < words"
    " | tail -1; grep -c 7 words; cut -c6- words | uniq | wc -l",
    "cpio": "cd /data; find tree | sort | cpio -o -H newc 2>/dev/null | (cd /tmp; cpio -idm"
    " 2>/dev/null; find tree -type f | sort | xargs ls -l)",
    "bzip2, tee, install": "cd /tmp; bzip2 -c /data/words | bunzip2 | md5sum; echo t | tee a b;"
    " cat a b; install -m 600 /data/words i; stat -c %a i; mktemp -d /tmp/XXXXXX | wc -c",
    "tests": "cd /data; for t in e f d L p x w s r h u; do test -$t words && echo $t words;"
    " test -$t dangling && echo $t dangling; test -$t blob && echo $t blob;"
    " test -$t fifo && echo $t; done",
    "nodes": "cd /tmp; mkfifo p; mknod n c 1 3; echo x > n; stat -c '%F %a %t %T' p n",
    "mount": "mkdir /m; mount -t tmpfs -o size=64k,mode=711 x /m; ls -ld /m | cut -c1-10;"
    " df /m | tail -1; dd if=/dev/zero of=/m/f bs=4k count=32 2>&1 | head -1; stat -c %s /m/f;"
    " umount /m; ls /m; mount -t nothing x /m; echo $?; umount /m; echo $?",
    "mount -o bind": "mkdir /a /b; echo x > /a/f; mount -o bind /a /b; cat /b/f;"
    " mount -o remount,ro,bind /b; echo y > /b/f; cat /a/f; umount /b; ls /b",
    "inotifyd": "cd /tmp; touch f; (sleep 0.1; echo a > f; mv f g; rm g) & inotifyd - f:cwmx0 &"
    " sleep 0.6; kill %2; wait",
    "flock": "cd /tmp; flock f sh -c 'flock -n f echo no || echo busy'; flock -n f echo free",
    "fallocate": "cd /tmp; fallocate -l 8192 g; stat -c '%s %b' g",
    "chroot": "mkdir -p /r/bin; cp /bin/busybox /r/bin; ln -s busybox /r/bin/sh;"
    " ln -s busybox /r/bin/ls; chroot /r /bin/sh -c 'ls /; cd ..; ls; ls /data'",
    "ulimit -f": "cd /tmp; (ulimit -f 2; dd if=/dev/zero of=big bs=1k count=10; echo $?);"
    " stat -c %s big",
    "patch": "cd /tmp; printf 'a\\nb\\n' > f; printf 'a\\nc\\n' > g; diff -u f g | tail -n +3;"
    " diff -u f g | patch f; cat f",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree, with every kind of file that needs no device."""
    root = make_tree(tmp_path_factory.mktemp("files"))
    data, tree = root / "data", root / "data" / "tree"
    (tree / "b" / "c").mkdir(parents=True)
    (tree / "f").write_text("hello\n")
    (tree / "b" / "g").write_text("world\n")
    (tree / "b" / "c" / "empty").touch()
    (tree / "b" / "link").symlink_to("../f")
    os.link(tree / "f", tree / "hard")
    (data / "dangling").symlink_to("/nonexistent")
    (data / "blob").write_bytes(bytes(range(251)) * 1000)
    with open(data / "sparse", "wb") as sparse:
        sparse.seek(500_000)
        sparse.write(b"x")
        sparse.truncate(1 << 20)
    os.mkfifo(data / "fifo")
    (data / "blob").chmod(0o4711)
    (tree / "f").chmod(0o640)
    for path in sorted(root.rglob("*"), reverse=True):
        when = 1_600_000_000 if path.name in ("g", "b") else 1_700_000_000
        os.utime(path, (when, when), follow_symlinks=False)
    return root


@pytest.mark.parametrize("name", COMMANDS)
def test_busybox_does_to_files_what_it_does_natively(name: str, root: Path) -> None:
    if reason := why_not_native():
        pytest.skip(f"no native run to compare with: {reason}")
    words = ["/bin/sh", "-c", COMMANDS[name]]
    assert emulated(root, *words) == native(root, *words)
