"""Debian's busybox prints and exits as it does natively, in the same tree."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real_programs.tree import emulated, make_tree, native, why_not_native

COMMANDS = {
    "echo": ["busybox", "echo", "hi"],
    "pipes and statuses": [
        "sh",
        "-c",
        "echo a | cat; for i in 1 2 3; do echo $i; done | tail -1; (exit 7); echo $?",
    ],
    "background and wait": ["sh", "-c", "sleep 1 & wait; echo done"],
    "sort": ["sh", "-c", "busybox seq 1 1000 | busybox sort -rn | busybox head -3"],
    "trap": ["sh", "-c", 'trap "echo got" USR1; kill -USR1 $$; echo end'],
    "find": ["sh", "-c", "find / -maxdepth 1 | sort"],
    "find deep": ["sh", "-c", "find /data -type f -size +1 | sort; find /bin -name 'ba*' | sort"],
    "tar": [
        "sh",
        "-c",
        "cd /tmp; tar cf a.tar -C / data etc; tar tf a.tar; mkdir x; tar xf a.tar -C x;"
        " cmp x/data/words /data/words; echo $?; md5sum x/data/sub/big",
    ],
    "tar listing": ["sh", "-c", "cd /; tar cf - data | tar tvf -"],
    "gzip": ["sh", "-c", "gzip < /data/words | gunzip | cmp - /data/words; echo $?"],
    "awk": ["sh", "-c", "awk '{ s += $2; n[$1]++ } END { print s, n[\"word\"] }' /data/words"],
    "sed": ["sh", "-c", "sed -n -e 's/word \\(.\\)/\\1-/p' /data/words | head -5"],
    "md5sum of 10 MiB": ["md5sum", "/data/sub/big"],
    "xargs": ["sh", "-c", "seq 20 | xargs -n 7 echo; seq 3 | xargs -I X echo a X b"],
    "ls": ["sh", "-c", "cd /data; ls -ln words sub; ls -a /; stat -c '%n %s %a %u' words"],
    "files": [
        "sh",
        "-c",
        "cd /tmp; echo one > a; ln a b; ln -s a c; cat c; mv b d; rm a; cat d; cat c; echo $?;"
        " chmod 640 d; stat -c '%a %h' d; mkdir -p x/y; rmdir x; echo $?; ls",
    ],
    "here document": ["sh", "-c", "cat <<X | tr a-z A-Z\nhello $((6 * 7))\nX"],
    "substitution": ["sh", "-c", 'x=$(echo a; exit 3); echo "$x $?"; echo `echo b`'],
    "signals": ["sh", "-c", "sh -c 'kill -9 $$'; echo $?; sh -c 'kill -TERM $$'; echo $?"],
    "not found": ["sh", "-c", "nonexistent; echo $?; /data/words; echo $?"],
    "dd": ["sh", "-c", "dd if=/dev/zero bs=1000 count=3 2>/dev/null | wc -c"],
    "false": ["false"],
    "failing cat": ["cat", "/nonexistent"],
    "wc": ["wc", "/data/words"],
    "sha256sum": ["sha256sum", "/data/words"],
    "diff": ["sh", "-c", "cd /tmp; seq 5 > a; seq 2 6 > b; diff a b; echo $?"],
    "expr and test": ["sh", "-c", "expr 6 \\* 7; [ 3 -lt 4 ] && echo less; test -d /data; echo $?"],
    "fifo": ["sh", "-c", "cd /tmp; mkfifo f; (echo through > f &); cat f"],
    "timeout": ["sh", "-c", "timeout 1 sleep 5; echo $?"],
    "nested shells": ["sh", "-c", "sh -c 'sh -c \"exit 5\"; echo $?; exit 6'; echo $?"],
    "environment": ["sh", "-c", "env | sort | grep -v _=; A=1 env | grep ^A"],
    "umask and cwd": ["sh", "-c", "umask 077; cd /tmp; touch q; stat -c %a q; pwd; cd ..; pwd"],
    "od": ["sh", "-c", "head -c 32 /data/sub/big | od -A d -t x1"],
    "cpio": ["sh", "-c", "cd /data; find . | sort | cpio -o -H newc 2>/dev/null | cpio -t | sort"],
    "bc": ["sh", "-c", "echo '2^100; scale=5; 1/7' | bc"],
    "closed output": ["sh", "-c", "yes | head -2; echo $?"],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tree(tmp_path_factory.mktemp("busybox"))


@pytest.mark.parametrize("name", COMMANDS)
def test_busybox_does_what_it_does_natively(name: str, root: Path) -> None:
    if reason := why_not_native():
        pytest.skip(f"no native run to compare with: {reason}")
    words = ["/bin/" + COMMANDS[name][0], *COMMANDS[name][1:]]
    assert emulated(root, *words) == native(root, *words)


def test_ps_shows_the_processes_of_the_guest(root: Path) -> None:
    """Columns as natively; the first process apart, the same processes."""
    words = ["/bin/sh", "-c", "sleep 9 & sleep 1; ps; kill $!"]
    lines = emulated(root, *words).stdout.decode().splitlines()
    assert lines[0].split() == ["PID", "USER", "COMMAND"]
    names = [line.split(None, 2)[2] for line in lines[1:]]
    assert names[0] == "[init]"
    if reason := why_not_native():
        pytest.skip(f"no native run to compare with: {reason}")
    natively = native(root, *words).stdout.decode().splitlines()
    assert natively[0] == lines[0]
    assert names[1:] == [line.split(None, 2)[2] for line in natively[2:]]
