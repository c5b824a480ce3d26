"""Signals: what gdb is told of them, and what it makes of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from emulator.changes import SendSignal
from kernel.events import SignalDelivered
from kernel.signals.state import SigInfo
from tests.gdb.talk import Talk, address_of

Guest = Callable[[str], Path]
EAX, ECX, EDX, EBX, ESP, EIP, ORIG_EAX = 0, 1, 2, 3, 4, 8, 41


def test_a_signal_stops_before_it_is_delivered_with_gdbs_number(signals: Talk) -> None:
    assert signals.stop("vCont;c") == "T1ethread:p64.64;"  # SIGUSR1, 10 on Linux
    handler = address_of(signals, "handle")
    assert signals.register(EIP) != handler
    assert signals.stop("vCont;S1e:p64.64") == "T05thread:p64.64;"
    assert signals.register(EIP) == handler


def test_a_signal_that_gdb_does_not_pass_is_gone(signals: Talk) -> None:
    signals.ask("vCont;c")
    assert signals.stop("vCont;c").startswith("T")
    assert b"handler: signal 10" not in signals.stepper.streams.written[1]


def test_signals_to_be_passed_do_not_stop(signals: Talk) -> None:
    assert signals.ask("QPassSignals:1e;1f;") == "OK"
    assert signals.ask("vCont;c")[:1] in ("W", "T")
    assert b"handler: signal 10" in signals.stepper.streams.written[1]


def test_another_signal_than_the_guests_own_can_be_passed(signals: Talk) -> None:
    signals.ask("vCont;c")
    assert signals.ask("vCont;C0f:p64.64") == "X0f;process:64"


def delivered(talk: Talk, signal: int) -> object:
    """What the first signal of a kind carried."""
    events = talk.stepper.events_so_far
    return next(e.info for e in events if isinstance(e, SignalDelivered) and e.signal == signal)


def test_siginfo_is_the_signals_and_can_be_replaced(signals: Talk) -> None:
    signals.ask("vCont;c")
    info = signals.ask("qXfer:siginfo:read::0,80")
    assert (info[0], len(info)) == ("l", 1 + 128)
    signo, _, code, pid = struct.unpack_from("<iiii", info[1:].encode("latin-1"))
    assert (signo, code, pid) == (10, 0, 100)
    changed = struct.pack("<iiii", 10, 0, 0, 77).ljust(128, b"\0").decode("latin-1")
    assert signals.ask(f"qXfer:siginfo:write::0:{changed}") == "80"
    assert signals.ask("qXfer:siginfo:read::0,80")[1:] == changed


def test_a_field_of_siginfo_can_be_written_and_reaches_the_handler(signals: Talk) -> None:
    signals.ask("vCont;c")
    assert signals.ask("qXfer:siginfo:write::c:\x4d\0\0\0") == "4"
    info = signals.ask("qXfer:siginfo:read::0,80")[1:].encode("latin-1")
    assert struct.unpack_from("<iiii", info) == (10, 0, 0, 77)
    assert signals.ask("qXfer:siginfo:write::7e:\0\0\0\0") == "E16"  # behind its end
    signals.ask("vCont;C1e:p64.64")
    assert "77" in str(delivered(signals, 10))


def test_a_signal_sent_later_carries_the_siginfo_that_gdb_has_restored(signals: Talk) -> None:
    signals.ask("vCont;c")
    changed = struct.pack("<iiii", 10, 0, 0, 77).ljust(128, b"\0").decode("latin-1")
    assert signals.stop("vCont;s").startswith("T05thread")  # as for a call of a function
    assert signals.ask(f"qXfer:siginfo:write::0:{changed}") == "80"
    assert signals.ask("qXfer:siginfo:read::0,80")[1:] == changed
    assert signals.stop("vCont;C1e:p64.64")
    assert "77" in str(delivered(signals, 10))


def test_a_signal_that_gdb_sends_is_not_told_to_it_but_acted_on(guest: Guest) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("QThreadEvents:1") == "OK"
    for tid in ("65", "66"):
        assert talk.stop("vCont;c").startswith(f"T05create:;thread:p64.{tid}")
    assert talk.ask("QThreadEvents:0") == "OK"
    assert talk.ask("vCont;C0f:p64.65;c") == "X0f;process:64"  # one that does not run at once


def test_a_signal_that_gdb_sends_to_who_sleeps_in_a_call_is_not_told(guest: Guest) -> None:
    talk = Talk(guest("demo/child"))
    eip = talk.register(EIP)
    assert talk.ask(f"X{eip:x},4:\xcd\x80\xeb\xfe") == "OK"
    assert talk.ask("P0=1d000000") == "OK"  # pause
    talk.line.wait_for_interrupt = lambda: None  # type: ignore[method-assign]
    assert talk.stop("vCont;c").startswith("T02thread:p64.64")
    assert talk.ask("vCont;C02:p64.64;c") == "X02;process:64"


def test_a_signal_that_was_told_is_acted_on_also_when_other_threads_have_run_meanwhile(
    guest: Guest,
) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("QThreadEvents:1") == "OK"
    for tid in ("65", "66"):
        assert talk.stop("vCont;c").startswith(f"T05create:;thread:p64.{tid}")
    assert talk.ask("QThreadEvents:0") == "OK"
    assert talk.ask("Hgp64.65") == "OK"
    talk.stepper.change(SendSignal(101, SigInfo(15, 0, 100)))
    assert talk.stop("vCont;c:p64.65").startswith("T0fthread:p64.65")
    assert talk.stop("vCont;s:p64.64").startswith("T05thread:p64.64")
    assert talk.ask("vCont;C0f:p64.65;c") == "X0f;process:64"


def test_an_exec_by_a_thread_is_told_also_where_only_that_thread_goes_on(guest: Guest) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("QThreadEvents:1") == "OK"
    assert talk.stop("vCont;c").startswith("T05create:;thread:p64.65")
    assert talk.ask("QThreadEvents:0") == "OK"
    eip, stack = talk.register(EIP), talk.register(ESP)
    for address, octets in (eip, b"\xcd\x80"), (stack, b"/proc/self/exe\0"):
        data = octets.decode("latin-1")
        assert talk.ask(f"X{address:x},{len(octets):x}:{data}") == "OK"
    for number, value in (EAX, 11), (EBX, stack), (ECX, 0), (EDX, 0):
        assert talk.ask(f"P{number:x}={value.to_bytes(4, 'little').hex()}") == "OK"
    assert talk.stop("vCont;c:p64.65").startswith("T05exec:")
    assert talk.ask("qfThreadInfo") == "mp64.64"  # it has the first thread's id now


def test_a_thread_that_was_only_halted_has_the_siginfo_of_a_stop(guest: Guest) -> None:
    talk = Talk(guest("glibc/threads"))
    assert talk.ask("QThreadEvents:1") == "OK"
    assert talk.stop("vCont;c").startswith("T05create:;thread:p64.65")
    assert talk.ask("Hgp64.64") == "OK"
    info = talk.ask("qXfer:siginfo:read::0,80")[1:].encode("latin-1")
    assert struct.unpack_from("<iiii", info) == (19, 0, -6, 0)  # SIGSTOP, SI_TKILL


def test_siginfo_of_a_trap_is_linuxs(vfork: Talk) -> None:
    vfork.ask("vCont;c")
    info = vfork.ask("qXfer:siginfo:read::0,80")[1:].encode("latin-1")
    assert struct.unpack_from("<iii", info) == (5, 0, 5 | 2 << 8)  # PTRACE_EVENT_VFORK
