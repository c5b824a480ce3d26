"""The server and whoever connects: one client, of any kind, and the guest comes to its end."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.debug.gdb.packets import MAX_BODY, Mark, frame
from tests.gdb.debugging import ROOT, emulated
from tests.gdb.talk import Client
from tests.guests.fixtures import TIMEOUT, Run

pytestmark = pytest.mark.emulated
Guest = Callable[[str], Path]
OUTPUT = "child image\nparent done\n"


@pytest.fixture
def vfork_exec(guest: Guest) -> Path:
    return guest("vfork_exec")


def ended(server: subprocess.Popen[str]) -> Run:
    """How the server ended, and with it the guest."""
    stdout, stderr = server.communicate(timeout=TIMEOUT)
    return Run(server.returncode, stdout, stderr)


def test_a_client_that_goes_leaves_the_guest_running(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        Client(port).socket.close()
        assert ended(server) == Run(0, OUTPUT, "")


@pytest.mark.parametrize("seed", range(4))
def test_garbage_does_the_guest_no_harm(vfork_exec: Path, seed: int) -> None:
    chance = random.Random(seed)
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        client.say(chance.randbytes(3000) + b"GET / HTTP/1.1\r\n\r\n" + b"$" * 100)
        client.socket.close()
        assert ended(server) == Run(0, OUTPUT, "")


def test_a_damaged_packet_is_asked_for_again(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        client.say(b"$qC#00")
        assert client.hear() is Mark.RESEND
        assert client.ask(b"qC") == b"QCp64.64"
        client.say(b"-")
        assert client.hear() == b"QCp64.64"
        client.socket.close()
        assert ended(server).status == 0


def test_a_packet_that_is_too_large_is_refused_and_the_next_one_served(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        client.say(frame(b"m" * (MAX_BODY + 1)))
        assert client.hear() is Mark.RESEND
        client.say(frame(b"m" * (40 * MAX_BODY)))
        assert client.hear() is Mark.RESEND
        assert client.ask(b"qC") == b"QCp64.64"
        client.socket.close()
        assert ended(server).status == 0


def test_without_acks_none_are_sent(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        assert client.ask(b"QStartNoAckMode") == b"OK"
        client.say(frame(b"qC"))
        assert client.hear() == b"QCp64.64"
        client.socket.close()
        assert ended(server).status == 0


def test_a_flood_of_packets_ends_the_connection_not_the_guest(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        try:
            for _ in range(200):
                client.say(frame(b"qC") * 100)
        except OSError:
            pass
        client.socket.close()
        assert ended(server) == Run(0, OUTPUT, "")


def test_a_client_that_goes_while_the_guest_runs_is_not_waited_for(guest: Guest) -> None:
    with emulated(guest("bench/cpu_int"), ["1"]) as (server, port):
        client = Client(port)
        client.say(frame(b"vCont;c"))
        client.socket.close()
        run = ended(server)
        assert (run.status, run.stderr) == (0, "")


def test_gdb_that_goes_while_it_is_in_the_past_leaves_no_output_twice(guest: Guest) -> None:
    with emulated(guest("vfork_memory")) as (server, port):
        client = Client(port)
        assert client.ask(b"QPassSignals:14") == b"OK"  # SIGCHLD
        assert bytes(client.ask(b"vCont;c") or b"").startswith(b"W00")
        client.socket.close()
        whole = ended(server)
    with emulated(guest("vfork_memory")) as (server, port):
        client = Client(port)
        client.ask(b"QCatchSyscalls:1;7;72")  # wait4
        assert b"syscall_entry" in bytes(client.ask(b"vCont;c") or b"")
        assert b"replaylog:begin" in bytes(client.ask(b"bc") or b"")
        client.socket.close()
        assert ended(server) == whole


def test_there_is_one_client(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        assert client.ask(b"qC") == b"QCp64.64"
        with pytest.raises(OSError):
            Client(port).ask(b"qC")
        client.socket.close()
        assert ended(server).status == 0


def test_it_listens_on_loopback_alone(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        listening = Path("/proc/net/tcp").read_text()
        assert f"0100007F:{port:04X}" in listening
        assert f"00000000:{port:04X}" not in listening
        Client(port).socket.close()
        assert ended(server).status == 0


def test_ctrl_c_in_gdb_stops_a_guest_that_spins(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        at = b"%x" % int.from_bytes(
            bytes.fromhex(bytes(client.ask(b"p8") or b"").decode()), "little"
        )
        assert client.ask(b"X" + at + b",2:\xeb\xfe") == b"OK"
        client.say(frame(b"vCont;c"))
        assert client.hear() is Mark.ACK
        time.sleep(0.3)
        client.say(b"\x03")
        assert bytes(client.hear() or b"").startswith(b"T02")
        client.say(b"+\x03" + frame(b"vKill;64"))  # too late to stop anything
        assert [client.hear(), client.hear()] == [Mark.ACK, b"OK"]
        client.socket.close()
        assert ended(server) == Run(137, "", "")


def test_ctrl_c_that_comes_just_too_late_stops_the_guest_when_it_goes_on(
    vfork_exec: Path,
) -> None:
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        assert bytes(client.ask(b"vCont;s") or b"").startswith(b"T05")
        client.say(b"\x03")
        assert bytes(client.ask(b"vCont;c") or b"").startswith(b"T02")
        assert client.ask(b"QPassSignals:14") == b"OK"  # SIGCHLD
        assert bytes(client.ask(b"vCont;c") or b"").startswith(b"W00")
        client.socket.close()
        assert ended(server) == Run(0, OUTPUT, "")


def test_monitor_exit_ends_the_guest_and_the_command(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        assert Client(port).ask(b"qRcmd," + b"exit".hex().encode()) == b"OK"
        assert ended(server) == Run(137, "", "")


def test_ctrl_c_for_the_emulator_ends_it(vfork_exec: Path) -> None:
    with emulated(vfork_exec) as (server, port):
        client = Client(port)
        assert client.ask(b"qC") == b"QCp64.64"
        server.send_signal(signal.SIGINT)
        assert ended(server) == Run(130, "", "")


def test_what_can_never_go_on_after_gdb_has_gone_is_told(guest: Guest) -> None:
    with emulated(guest("demo/child")) as (server, port):
        client = Client(port)
        client.ask(b"P0=1d000000")  # pause
        at = b"%x" % int.from_bytes(
            bytes.fromhex(bytes(client.ask(b"p8") or b"").decode()), "little"
        )
        client.ask(b"X" + at + b",4:\xcd\x80\xeb\xfe")
        client.socket.close()
        run = ended(server)
        assert run.status == 124
        assert "every process sleeps" in run.stderr
        assert "pid 100 (child): pause waits for: signal" in run.stderr


# ---- the command -------------------------------------------------------------------------------


def emu386(*words: str) -> Run:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "run", *words], capture_output=True, text=True,
        env=environment, timeout=TIMEOUT,
    )  # fmt: skip
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("port", ["x", "-1", "65536", "1.5", ""])
def test_what_is_no_port_is_refused_in_a_line(vfork_exec: Path, port: str) -> None:
    run = emu386("-g", port, str(vfork_exec))
    assert (run.status, run.stdout, run.stderr.count("\n")) == (125, "", 1)


def test_a_port_in_use_is_refused_in_a_line(vfork_exec: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = emu386("-g", str(port), str(vfork_exec))
    assert run == Run(125, "", f"emu386: port {port}: Address already in use\n")


def test_a_program_that_is_not_there_is_told_before_anybody_connects() -> None:
    assert emu386("-g", "0", "/none").status == 127


@pytest.mark.parametrize("option", ["--timeout=5", "--max-insns=5", "--record=x", "--check=vfork"])
def test_options_of_a_run_that_nobody_stops_are_refused(vfork_exec: Path, option: str) -> None:
    run = emu386(option, "-g", "0", str(vfork_exec))
    assert (run.status, run.stderr.count("\n")) == (125, 1)
    assert "cannot be used with -g" in run.stderr
