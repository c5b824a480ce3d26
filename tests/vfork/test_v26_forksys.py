"""V26: Solaris's own trap for fork and vfork; on other systems a general protection fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from build import HERE
from header import read_header

from kernel.events import SyscallExited
from kernel.task.semantics import SYSTEMS
from tests.guests.fixtures import Run
from tests.vfork.accounts import around
from tests.vfork.runs import run

FAULT = "int $0x91: SIGSEGV, SI_KERNEL, address 0, EIP at the instruction"
SUCCESSES = [
    "forkx: child as it should be",
    "forkx: parent as it should be, memory copied",
    "forkallx: child as it should be",
    "forkallx: parent as it should be, memory copied",
    "vforkx: child as it should be",
    "vforkx: parent as it should be, memory shared",
    "other registers: kept",
]
ERRORS = {
    "subcode 3": "EINVAL",
    "flag 4": "EINVAL",
    "flag 4 for forkx": "EINVAL",
    "all flags": "EINVAL",
    "eax 143": "ENOSYS",
    "a bad stack": "EFAULT",
}


@pytest.fixture(scope="session")
def forksys(guest: Callable[[str], Path]) -> Path:
    return guest("vfork/forksys")


def test_v26_registers_and_carry_flag_after_success(forksys: Path) -> None:
    done = run(forksys, options="--vfork solaris")
    assert (done.lines[: len(SUCCESSES)], done.status) == (SUCCESSES, 0)


def test_v26_errors_set_the_carry_flag_and_make_no_child(forksys: Path) -> None:
    done = run(forksys, options="--vfork solaris")
    assert done.lines[len(SUCCESSES) :] == [
        f"{what}: {error}, edx kept, no child" for what, error in ERRORS.items()
    ]


def test_v26_a_trace_tells_errors_from_pids(forksys: Path) -> None:
    done = run(forksys, options="--vfork solaris", record=True)
    ends = [event for event in done.events if isinstance(event, SyscallExited)]
    notes = [event.note for event in ends if event.name == "forksys"]
    assert [note for note in notes if note] == [
        f"{error}, carry set" for what, error in ERRORS.items() if what != "a bad stack"
    ]
    assert notes.count(None) == 4


def test_v26_limits_of_processes_are_errors_too(forksys: Path) -> None:
    done = run(forksys, options="--vfork solaris --max-procs 1")
    names = ("forkx", "forkallx", "vforkx")
    assert done.lines[:3] == [f"{name}: EAGAIN, edx kept" for name in names]


@pytest.mark.parametrize("k", range(1, 5))
def test_v26_a_call_that_lacks_memory_leaves_nothing_behind(forksys: Path, k: int) -> None:
    options = f"--ram 8M --vfork solaris --fail-alloc forksys:{k}"
    for before, after, _ in around(forksys, "", "forksys", options):
        assert before == after
        return


@pytest.mark.parametrize("system", [name for name in SYSTEMS if name != "solaris"])
def test_v26_elsewhere_the_trap_is_a_protection_fault(forksys: Path, system: str) -> None:
    done = run(forksys, options=f"--vfork {system}")
    assert (done.lines, done.status) == ([FAULT], 0)


def test_v26_natively_the_trap_is_a_protection_fault(
    forksys: Path, native: Callable[..., Run]
) -> None:
    assert native([forksys]).stdout.splitlines() == [FAULT]
    assert read_header(HERE / "vfork" / "forksys.c").prints.splitlines() == [FAULT]


def test_v26_other_vectors_are_no_calls_on_solaris_either(guest: Callable[[str], Path]) -> None:
    """Linux's own int $0x80 stays what it was: the guest prints with it."""
    done = run(guest("vfork/column_memory"), options="--vfork solaris")
    assert done.lines == ["the parent sees what the child writes: yes"]
