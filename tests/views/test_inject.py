"""trace -e inject: what a program meets, and what the trace says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.views.inject_option import injection
from kernel.abi.errno import Errno
from kernel.abi.signals import Signal
from kernel.errors import BadGuest
from kernel.task.injection import Injection
from tests.guests.fixtures import Run
from tests.strace_compare import compare
from tests.views.tracing import ATTEMPTS, Emulate, traced_here, traced_natively

ONE = frozenset({"write"})


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("write:error=EIO", Injection(ONE, -int(Errno.EIO))),
        ("write:error=5:when=3", Injection(ONE, -5, first=3, last=3)),
        ("write:retval=0x10:when=2+", Injection(ONE, 16, first=2)),
        ("write:signal=usr1:when=1+3", Injection(ONE, signal=int(Signal.SIGUSR1), step=3)),
        ("write:delay_enter=50:when=2..6", Injection(ONE, delay_enter=50_000, first=2, last=6)),
        ("write:delay_exit=2ms:when=2..6+2",
         Injection(ONE, delay_exit=2_000_000, first=2, last=6, step=2)),
        ("write:poke_enter=@arg2=00fF,@arg6=20:when=1",
         Injection(ONE, poke_enter=((2, b"\0\xff"), (6, b" ")), last=1)),
        ("write:poke_exit=@arg1=00", Injection(ONE, poke_exit=((1, b"\0"),))),
        ("write:syscall=getpid:retval=7", Injection(ONE, 7)),
    ],
)  # fmt: skip
def test_words_mean_what_they_mean_to_strace(text: str, meaning: Injection) -> None:
    assert injection(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "write", "write:when=1", "write:error=EFOO", "write:error=EIO:when=0", "write:retval=-1",
        "write:error=EIO:retval=1", "write:delay_enter=x", "nosuch:error=EIO", "write:foo=1",
        "write:error=EIO:when=3..2", "write:signal=nosuch", "write:poke_enter=@arg2=4",
        "write:poke_enter=@arg0=00", "write:poke_exit=@arg8=00", "write:poke_exit=@arg2=",
        "write:syscall=getpid", "write:syscall=write:error=EIO",
    ],
)  # fmt: skip
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(BadGuest, match="invalid"):
        injection(text)


def test_calls_that_are_due() -> None:
    every_second = Injection(ONE, 0, first=3, last=8, step=2)
    assert [count for count in range(12) if every_second.is_due(count)] == [3, 5, 7]


@pytest.mark.emulated
@pytest.mark.parametrize(
    "what",
    [
        "vfork:error=EAGAIN", "wait4:error=EINTR:when=1", "write:error=EIO", "execve:error=EACCES",
        "wait4:delay_enter=1000", "write:retval=3", "exit_group:delay_enter=100",
        "write:signal=USR1", "wait4:delay_exit=1000", "vfork:delay_exit=1000",
        "fault=write:when=1+", "write:poke_enter=@arg2=48454C50:when=1",
        "write:poke_enter=@arg2=41:error=EIO",
        "execve:syscall=getuid:error=ENOENT:when=2",
    ],
)  # fmt: skip
def test_injection_is_traced_as_natively(
    what: str,
    guest: Callable[[str], Path],
    native: Callable[..., Run],
    emu: Emulate,
    tmp_path: Path,
) -> None:
    options = ("-e", what if what.startswith("fault=") else f"inject={what}")
    argv, folder = ["./vfork_exec"], guest("vfork_exec").parent
    # a note behind a pid, which the comparison does not know
    ours = traced_here(argv, folder, tmp_path / "ours", emu, options).replace(" (DELAYED)", "")
    for _ in range(ATTEMPTS):
        theirs = traced_natively(argv, folder, tmp_path / "native", options)
        differences = compare(ours, theirs.replace(" (DELAYED)", ""), without_sigchld=True)
        if not differences:
            return
    pytest.fail("\n".join(differences))


@pytest.mark.emulated
def test_delay_takes_virtual_time_that_no_signal_shortens(
    guest: Callable[[str], Path], emu: Emulate
) -> None:
    path = guest("vfork_exec")
    options = ["-T", "-e", "inject=wait4:delay_exit=3s:delay_enter=2000ms"]
    done = emu(["./vfork_exec"], command="trace", options=options, cwd=path.parent)
    assert "0, NULL) = 101 (DELAYED) <5.000" in done.stderr


@pytest.mark.emulated
def test_octets_poked_at_the_end_of_a_call_are_what_the_program_gets(
    guest: Callable[[str], Path], emu: Emulate
) -> None:
    options = ["-e", "trace=read", "-e", "inject=read:poke_exit=@arg2=5A5A:when=1"]
    done = emu(["./pipe"], command="trace", options=options, cwd=guest("pipe").parent)
    assert '"ZZ' in done.stderr
    assert "(INJECTED: args)" in done.stderr
    assert f"parent gets {0x5A5A}" in done.stdout
