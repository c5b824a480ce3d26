"""The command as a process: its status, its limits, and a host that closes things on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.elf.files import File
from tests.guests.fixtures import Run, run

ROOT = Path(__file__).parents[2]
# write(1, the start of the file, 4)
GREET = b"\xb8\x04\0\0\0\xbb\x01\0\0\0\xb9\0\x80\x04\x08\xba\x04\0\0\0\xcd\x80"
SPIN = b"\xeb\xfe"
CALLS = b"\xb8\x14\0\0\0\xcd\x80\xeb\xf7"  # l: getpid; jmp l
PAUSE = b"\xb8\x1d\0\0\0\xcd\x80"
READ = b"\xb8\x03\0\0\0\x31\xdb\x89\xe1\xba\x01\0\0\0\xcd\x80"  # read(0, esp, 1)
EXIT = b"\x89\xc3\xb8\x01\0\0\0\xcd\x80"  # exit(eax)
HELLO = (
    b"\xb8\x04\0\0\0\xbb\x01\0\0\0\xb9\x80\x82\x04\x08\xba\x06\0\0\0\xcd\x80"
    b"\xb8\x01\0\0\0\x31\xdb\xcd\x80"
).ljust(0x80, b"\x90") + b"hello\n"  # fmt: skip
WRITE_ON = b"\xb8\x04\0\0\0\xbb\x01\0\0\0\xb9\0\x80\x04\x08\xba\0\x10\0\0\xcd\x80\xeb\xe8"
UNKNOWN = b"\xb8\x0f\x02\0\0\xcd\x80" * 3 + b"\xb8\x01\0\0\0\x31\xdb\xcd\x80"  # 527
VFORK_THEN_READ = b"\xb8\xbe\0\0\0\xcd\x80" + PAUSE

Maker = Callable[[bytes], str]


@pytest.fixture
def program(tmp_path: Path) -> Maker:
    """An executable of this code; its path."""

    def make(code: bytes) -> str:
        path = tmp_path / "guest"
        path.write_bytes(File(code=code).pack())
        path.chmod(0o755)
        return str(path)

    return make


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "emulator", *words]


def emulator(*words: str, **how: object) -> Run:
    return run(command(*words), env=os.environ | {"PYTHONPATH": str(ROOT)}, **how)


def shell(line: str, *words: str) -> Run:
    """A line of sh in which "$@" is the command."""
    argv = ["sh", "-c", line, "sh", *command(*words)]
    return run(argv, env=os.environ | {"PYTHONPATH": str(ROOT)})


def test_the_guests_output_and_status_are_ours(program: Maker) -> None:
    assert emulator("run", program(HELLO)) == Run(0, "hello\n", "")
    assert emulator("run", program(READ + EXIT), input="x") == Run(1, "", "")
    assert emulator("run", program(b"\x0f\x0b")) == Run(128 + 4, "", "")


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--max-insns", "1000", SPIN),
        ("--max-insns", "1000", CALLS),
        ("--timeout", "0.2", SPIN),
        ("--timeout", "0.2", CALLS),
        ("--max-output", "10000", WRITE_ON),
    ],
)
@pytest.mark.parametrize("name", ["run", "trace"])
def test_each_limit_ends_the_run_with_124_and_a_line_that_names_it(
    program: Maker, option: str, value: str, code: bytes, name: str
) -> None:
    trace = ["-o", os.devnull] if name == "trace" else []
    done = emulator(name, *trace, option, value, program(code))
    assert done.status == 124
    assert done.stderr.count("\n") == 1
    assert option in done.stderr


def test_the_time_limit_also_ends_a_wait_for_input(program: Maker) -> None:
    reader, writer = os.pipe()
    done = emulator("run", "--timeout", "0.2", program(READ + EXIT), stdin=reader)
    os.close(reader)
    os.close(writer)
    assert done.status == 124
    assert "--timeout" in done.stderr


def test_a_guest_that_can_never_wake_is_reported_call_by_call(program: Maker) -> None:
    done = emulator("run", program(PAUSE))
    assert done.status == 124
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert "pause" in lines[1]
    assert "guest" in lines[1]


def test_a_vfork_parent_that_can_never_wake_is_named_with_its_child(program: Maker) -> None:
    lines = emulator("run", program(VFORK_THEN_READ)).stderr.splitlines()
    assert len(lines) == 3
    assert "vfork" in lines[1]
    assert "101" in lines[1]
    assert "pause" in lines[2]


def test_an_unsupported_call_is_named_once(program: Maker) -> None:
    done = emulator("run", program(UNKNOWN))
    assert done.status == 0
    assert done.stderr.count("527") == 1


def test_a_refused_call_is_named_with_the_reason_unless_everybody_tries_it(program: Maker) -> None:
    reboot, keyctl, leave = b"\x6a\x58\x58\xcd\x80", b"\xb8\x20\x01\0\0\xcd\x80", UNKNOWN[-9:]
    assert emulator("run", program(keyctl + leave)) == Run(0, "", "")
    said = "emu386: unsupported system call reboot (number 88): ENOSYS; the machine is the host's"
    assert emulator("run", program(reboot + leave)).stderr.startswith(said)


@pytest.mark.parametrize("name", ["run", "trace"])
@pytest.mark.parametrize("code", [SPIN, CALLS, READ + EXIT])
def test_ctrl_c_ends_any_guest_with_130_and_without_a_traceback(
    program: Maker, code: bytes, name: str
) -> None:
    trace = ["-o", os.devnull] if name == "trace" else []
    process = subprocess.Popen(
        command(name, *trace, program(GREET + code)),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.read(4) == b"\x7fELF"  # it runs: the signal does not meet Python's start
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, b"")


@pytest.mark.parametrize("name", ["run", "trace"])
def test_a_reader_that_goes_away_gives_sigpipe_and_no_traceback(program: Maker, name: str) -> None:
    trace = ["-o", os.devnull] if name == "trace" else []
    done = shell('"$@" | head -c 10 >/dev/null', name, *trace, program(WRITE_ON))
    assert (done.stdout, done.stderr) == ("", "")
    done = shell('{ "$@"; echo $? >&2; } | head -c 10 >/dev/null', "run", program(WRITE_ON))
    assert done.stderr == f"{128 + signal.SIGPIPE}\n"


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&-", "0<&- 1>&- 2>&-"])
@pytest.mark.parametrize("name", ["run", "trace"])
def test_closed_descriptors_are_closed_for_the_guest_too(
    program: Maker, tmp_path: Path, closed: str, name: str
) -> None:
    trace = ["-o", str(tmp_path / "trace")] if name == "trace" else []
    done = shell(f'"$@" {closed}', name, *trace, program(HELLO))
    assert done == Run(0, "" if "1>&-" in closed else "hello\n", "")
    if trace:
        text = (tmp_path / "trace").read_text()
        result = "-1 EBADF (Bad file descriptor)" if "1>&-" in closed else "6"
        assert text.splitlines()[1].split() == f'100 write(1, "hello\\n", 6) = {result}'.split()


def test_a_message_of_ours_never_lands_in_the_guests_output(program: Maker) -> None:
    assert shell('"$@" 2>&-', "run", program(UNKNOWN)) == Run(0, "", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this host has no /dev/full")
@pytest.mark.parametrize("name", ["run", "trace"])
def test_a_full_disk_is_said_in_one_line(program: Maker, name: str) -> None:
    trace = ["-o", os.devnull] if name == "trace" else []
    done = shell('"$@" >/dev/full', name, *trace, program(HELLO))
    assert done.status == 125
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this host has no /dev/full")
def test_a_trace_that_cannot_be_written_is_said_in_one_line(program: Maker) -> None:
    done = emulator("trace", "-o", "/dev/full", program(HELLO))
    assert done.status == 125
    assert done.stderr.count("\n") == 1
    assert "No space left on device" in done.stderr


def test_a_trace_that_nobody_reads_ends_the_run_quietly(program: Maker) -> None:
    done = shell('"$@" 2>&1 >/dev/null | head -n 1', "trace", "--max-insns", "1000", program(CALLS))
    assert done.stderr == ""
    assert done.stdout.startswith("execve(")


def test_demo_list_names_what_there_is(guest: Callable[[str], Path]) -> None:
    guest("hello")
    names = [line.split()[0] for line in emulator("demo", "list").stdout.splitlines()]
    assert {"hello", "vfork_exec", "fork_cow"} <= set(names)


def test_demo_shows_the_vfork_program_and_says_what_it_shows(guest: Callable[[str], Path]) -> None:
    guest("vfork_exec")
    done = emulator("demo")
    assert done.status == 0
    assert done.stdout.startswith("vfork_exec: ")
    assert "vfork(" in done.stderr


def test_the_demo_is_the_same_in_any_folder(
    guest: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child that vfork_exec runs lies beside it, not in the current folder."""
    guest("vfork_exec")
    here = emulator("demo")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    assert emulator("demo") == here
    assert "child image\nparent done\n" in here.stdout


def test_variables_and_argv0_reach_the_guest(guest: Callable[[str], Path]) -> None:
    path = str(guest("tests/stack"))
    text = emulator("run", "-0", "zero", "-E", "A=b", "-E", "PATH", path, "--", "-x").stdout
    assert "argv: zero\nargv: --\nargv: -x\n" in text
    assert "environment: A=b\n" in text
    assert "PATH=" not in text


@pytest.mark.parametrize("name", ["demo/wait_statuses", "demo/signals", "tests/waits", "tests/ids"])
def test_two_runs_give_the_same_trace_to_the_octet(name: str, guest: Callable[[str], Path]) -> None:
    path = str(guest(name))
    first = emulator("trace", path)
    assert emulator("trace", path) == first
    assert first.stderr.startswith("execve(")
