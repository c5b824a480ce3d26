"""The command's options: how words on the command line become session options."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace

from emulator.session import Options
from kernel.abi.process import RLIM_INFINITY, Resource
from kernel.abi.sysno import Sysno
from kernel.check.settings import CheckSettings
from kernel.fs.layout import Bind
from kernel.task.limits import Pair
from kernel.task.semantics import SYSTEMS

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def size(text: str) -> int:
    """`64M`: octets with an optional K, M or G."""
    match = re.fullmatch(r"(\d+)([KMG]?)(?:i?B)?", text, re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f"not a size: {text!r} (such as 64M)")
    return int(match[1]) * _UNITS[match[2].upper()]


def count(text: str) -> int:
    """A whole number above 0."""
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"not a number above 0: {text!r}")
    return int(text)


def status(text: str) -> int:
    """An exit status, 0 to 255."""
    if not text.isdigit() or int(text) > 255:
        raise argparse.ArgumentTypeError(f"not an exit status: {text!r} (0 to 255)")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"not a number of seconds: {text!r}")
    return value


def variable(text: str) -> tuple[str, str | None]:
    """`NAME=VALUE` sets a variable, `NAME` alone removes it."""
    name, equals, value = text.partition("=")
    if not name or "\0" in text:
        raise argparse.ArgumentTypeError(f"not NAME=VALUE or NAME: {text!r}")
    return name, value if equals else None


def user(text: str) -> tuple[int, int]:
    """`UID[:GID]`; the group is the user's number where it is not given."""
    match = re.fullmatch(r"(\d{1,9})(?::(\d{1,9}))?", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"not UID or UID:GID: {text!r}")
    return int(match[1]), int(match[2] or match[1])


def rlimit(text: str) -> tuple[Resource, Pair]:
    """`NAME=SOFT[:HARD]`, NAME without RLIMIT_, numbers or `unlimited`."""
    match = re.fullmatch(r"(?:RLIMIT_)?(\w+)=(\w+)(?::(\w+))?", text, re.IGNORECASE)
    name = f"RLIMIT_{match[1].upper()}" if match else ""
    if match is None or name not in Resource.__members__:
        names = ", ".join(item.name[7:].lower() for item in Resource)
        raise argparse.ArgumentTypeError(f"not NAME=SOFT[:HARD]: {text!r}; names: {names}")
    soft = _limit_value(match[2])
    hard = _limit_value(match[3]) if match[3] else soft
    if soft > hard:
        raise argparse.ArgumentTypeError(f"soft limit above the hard one: {text!r}")
    return Resource[name], (soft, hard)


def _limit_value(text: str) -> int:
    return RLIM_INFINITY if text in ("unlimited", "infinity") else size(text)


def bind(text: str) -> Bind:
    """`HOST:GUEST[:rw]`."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or parts[2:] not in ([], ["rw"], ["ro"]) or not all(parts):
        raise argparse.ArgumentTypeError(f"not HOST:GUEST[:rw]: {text!r}")
    if not parts[1].startswith("/"):
        raise argparse.ArgumentTypeError(f"the guest's path must begin with /: {text!r}")
    import os

    return Bind(os.fsencode(parts[0]), os.fsencode(parts[1]), parts[2:] == ["rw"])


def fail_alloc(text: str) -> tuple[str, int]:
    """`CALL:K`: the Kth allocation inside each such call fails."""
    match = re.fullmatch(r"(\w+):([1-9]\d*)", text)
    if match is None or match[1].upper() not in (*Sysno.__members__, "FORKSYS"):
        raise argparse.ArgumentTypeError(f"not CALL:K, such as vfork:2: {text!r}")
    return match[1].lower(), int(match[2])


def _add_vfork_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--vfork", choices=tuple(SYSTEMS), default="linux", metavar="SYSTEM",
        help=f"what vfork means: {', '.join(SYSTEMS)} (linux)")  # fmt: skip
    add("--vfork-registers", choices=("parent", "child"), default="parent",
        help="child: the parent goes on with the register values its child had last")  # fmt: skip
    add(
        "--check",
        choices=("vfork", "vfork-strict"),
        help="report what vfork children do that they must not (strict: calls of functions, too)",
    )
    add("--check-allow", action="append", default=[], metavar="SYMBOL",
        help="not reported: writes to this variable, or by this function")  # fmt: skip
    add("--check-exit", type=status, metavar="N", help="exit status if anything was reported")
    add("--fork", choices=("cow", "copy"), default="cow",
        help="copy: fork copies every page at once, as it once did")  # fmt: skip
    add("--overcommit", choices=("always", "never"),
        help="never: memory that may be needed must be there (as on solaris)")  # fmt: skip
    add("--max-procs-per-user", type=count, metavar="N",
        help="tasks of one user, on systems that count them (bsd, solaris, posix)")  # fmt: skip
    add("--fail-alloc", type=fail_alloc, metavar="CALL:K",
        help="the Kth allocation of memory inside each such call fails")  # fmt: skip


def _add_limits(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--max-insns", type=count, metavar="N",
        help="stop after N blocks of straight-line code were entered (status 124)")  # fmt: skip
    add("--timeout", type=seconds, metavar="SECONDS", help="stop after host seconds (status 124)")
    add("--max-output", type=size, metavar="BYTES", help="stop after that much output (status 124)")


def add_run_options(parser: argparse.ArgumentParser, has_limits: bool = True) -> None:
    """The options that `run`, `trace` and `step` have in common; a limit ends a run, not a step."""
    add = parser.add_argument
    add("--root", metavar="DIR", help="the guest's root: DIR, read-only beneath memory")
    add("--isolated", action="store_true", help="show the guest the program alone, nothing else")
    add("--bind", type=bind, action="append", default=[], metavar="HOST:GUEST[:rw]",
        help="show a host folder; with :rw the only way to write to one")  # fmt: skip
    add("-E", "--env", type=variable, action="append", default=[], metavar="NAME=VALUE",
        dest="environment", help="set an environment variable; NAME alone removes it")  # fmt: skip
    add("-0", "--argv0", metavar="ARGV0", help="argv[0] in place of PROGRAM")
    add("--user", type=user, default=(0, 0), metavar="UID[:GID]", help="run as (0:0)")
    add("--ram", type=size, default=256 << 20, metavar="SIZE", help="the machine's RAM (256M)")
    add("--rlimit", type=rlimit, action="append", default=[], metavar="NAME=SOFT[:HARD]",
        help="a resource limit, as stack=8M")  # fmt: skip
    add("--max-procs", type=count, default=32768, metavar="N", help="tasks at a time, all users")
    if has_limits:
        _add_limits(parser)
    add("--clock", choices=("virtual", "host"), default="virtual",
        help="virtual: sleeping costs nothing and runs are equal; host: real time")  # fmt: skip
    add("--seed", type=int, default=0, metavar="N", help="seed of all that is random (0)")
    _add_vfork_options(parser)
    add("--schedule", choices=("rr", "random"), default="rr", help="who runs next (rr)")


def _check_settings(parsed: argparse.Namespace) -> CheckSettings | None:
    """On request; and always where vfork is what POSIX promises, no more."""
    if parsed.check is None and parsed.vfork != "posix":
        return None
    return CheckSettings(parsed.check == "vfork-strict", tuple(parsed.check_allow))


def _usual_overcommit(system: str) -> str:
    """Solaris promises only what it has."""
    return "never" if system == "solaris" else "always"


def session_options(parsed: argparse.Namespace) -> Options:
    """The parsed command line as a session takes it."""
    return Options(
        argv0=parsed.argv0,
        environment=tuple(parsed.environment),
        user=parsed.user[0],
        group=parsed.user[1],
        ram=parsed.ram,
        root=parsed.root,
        is_isolated=parsed.isolated,
        binds=tuple(parsed.bind),
        limits=dict(parsed.rlimit),
        max_procs=parsed.max_procs,
        max_blocks=getattr(parsed, "max_insns", None),
        max_output=getattr(parsed, "max_output", None),
        timeout=getattr(parsed, "timeout", None),
        host_clock=parsed.clock == "host",
        seed=parsed.seed,
        random_schedule=parsed.schedule == "random",
        vfork=replace(
            SYSTEMS[parsed.vfork], registers_from_child=parsed.vfork_registers == "child"
        ),
        copying_fork=parsed.fork == "copy",
        overcommit=(parsed.overcommit or _usual_overcommit(parsed.vfork)) == "always",
        max_procs_per_user=parsed.max_procs_per_user,
        fails_in=parsed.fail_alloc,
        check=_check_settings(parsed),
        locate=getattr(parsed, "locate", False),
        trace_stacks=getattr(parsed, "stack_traces", False),
        injections=tuple(getattr(parsed, "injections", ())),
        check_exit=parsed.check_exit,
    )
