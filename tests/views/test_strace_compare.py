"""The comparison of traces itself: what it forgives and what it does not."""

from __future__ import annotations

import pytest

from tests.strace_compare import compare, normalise
from tests.views.recorded import recording

PARENT_FIRST = """\
execve("./a", ["./a"], 0x7ffd00000000 /* 35 vars */) = 0
[ Process PID=500 runs in 32 bit mode. ]
vfork(strace: Process 501 attached
 <unfinished ...>
[pid   501] execve("./b", ["./b"], 0xbf000010 /* 35 vars */ <unfinished ...>
[pid   500] <... vfork resumed>)        = 501
[pid   500] wait4(501,  <unfinished ...>
[pid   501] <... execve resumed>)       = 0
[pid   501] exit_group(7)               = ?
[pid   501] +++ exited with 7 +++
<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 501
--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=501, si_status=7, si_utime=3} ---
exit_group(0)                           = ?
+++ exited with 0 +++
"""
CHILD_FIRST = """\
2     execve("./a", ["./a"], 0xbffffe10 /* 1 var */) = 0
2     vfork( <unfinished ...>
3     execve("./b", ["./b"], 0xbffff010 /* 1 var */) = 0
2     <... vfork resumed>)              = 3
3     exit_group(7 <unfinished ...>
2     wait4(3,  <unfinished ...>
3     <... exit_group resumed>)         = ?
3     +++ exited with 7 +++
2     <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 3
2     --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=3, si_status=7, si_utime=0} ---
2     exit_group(0)                     = ?
2     +++ exited with 0 +++
"""


def test_another_interleaving_other_pids_and_addresses_are_the_same():
    assert compare(CHILD_FIRST, PARENT_FIRST) == []


def test_a_trace_equals_itself_and_natural_orders_hold_in_recordings():
    for name in ("raw_vfork", "family", "family_to_file", "misuse_exit", "jobs"):
        assert compare(recording(name), recording(name)) == []


def test_lines_are_named_by_the_creator_of_their_process():
    processes = normalise(CHILD_FIRST).processes
    assert list(processes) == ["0", "0.1"]
    assert processes["0"][1:3] == [
        "vfork() = <0.1>",
        "wait4(<0.1>, [{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = <0.1>",
    ]
    assert processes["0.1"][0] == 'execve("./b", ["./b"], ADDRESS /* ENV */) = 0'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("exit_group(7", "exit_group(8"),
        ("WEXITSTATUS(s) == 7", "WEXITSTATUS(s) == 6"),
        ("wait4(3", "wait4(2"),
        ("si_pid=3", "si_pid=2"),
        ('"./b"]', '"./b", "c"]'),
        ("2     exit_group(0)                     = ?\n", ""),
    ],
)
def test_a_difference_is_found(old, new):
    assert compare(CHILD_FIRST.replace(old, new), PARENT_FIRST)


def moved(trace: str, line: str, before: str) -> str:
    """The trace with the line that begins so put before the one that begins so."""
    lines = trace.splitlines(keepends=True)
    source = next(i for i, text in enumerate(lines) if text.startswith(line))
    taken = lines.pop(source)
    target = next(i for i, text in enumerate(lines) if text.startswith(before))
    lines.insert(target, taken)
    return "".join(lines)


@pytest.mark.parametrize(
    ("line", "before", "complaint"),
    [
        ("3     execve", "2     vfork", "0.1 ran before its creator's vfork began"),
        ("2     <... vfork", "3     execve", "vfork returned before 0.1 executed or exited"),
        ("2     ---", "3     +++", "SIGCHLD before the end of 0.1"),
    ],
)
def test_orders_that_cannot_be_are_found(line, before, complaint):
    assert complaint in normalise(moved(CHILD_FIRST, line, before)).violations


def test_times_and_random_octets_are_forgiven_but_not_that_a_call_failed():
    template = 'execve("a", ["a"], 0x1 /* 0 vars */) = 0\nclock_gettime(1, {}, {}) = {}\n'
    first = template.format("{tv_sec=1, tv_nsec=2}", "", 0)
    assert compare(first, template.format("{tv_sec=8, tv_nsec=9}", "", 0)) == []
    assert compare(first, template.format("0x1234567", "", "-1 EFAULT (Bad address)"))
