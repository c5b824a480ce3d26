"""siginfo_t: which fields a signal carries, as the octets that programs see and for views."""

import struct
from enum import Enum

from kernel.abi import signals as abi
from kernel.abi.errno import ERRNO_NAMES
from kernel.abi.ptrace import AUDIT_ARCH_I386
from kernel.abi.signal_frames import SIGINFO_SIZE
from kernel.abi.signals import Signal
from kernel.abi.sysno import Sysno
from kernel.events import Described
from kernel.signals.state import SigInfo

_HEAD = struct.Struct("<iii")


class Layout(Enum):
    """Which member of siginfo_t's union counts (sigaction(2))."""

    KILL = struct.Struct("<iI")
    TIMER = struct.Struct("<iiI")
    QUEUE = struct.Struct("<iII")
    CHILD = struct.Struct("<iIiii")
    FAULT = struct.Struct("<I")
    POLL = struct.Struct("<ii")
    SYS = struct.Struct("<IiI")


_FAULTS = frozenset((Signal.SIGILL, Signal.SIGFPE, Signal.SIGSEGV, Signal.SIGBUS, Signal.SIGTRAP))
_POLL_CODES = ("POLL_IN", "POLL_OUT", "POLL_MSG", "POLL_ERR", "POLL_PRI", "POLL_HUP")
_LAST_CODE: dict[int, int] = {
    Signal.SIGILL: 11, Signal.SIGFPE: 15, Signal.SIGSEGV: 10, Signal.SIGBUS: 5, Signal.SIGTRAP: 6,
    Signal.SIGCHLD: 6, Signal.SIGSYS: 2,
}  # fmt: skip


_LAYOUTS: dict[int, Layout] = {Signal.SIGCHLD: Layout.CHILD, Signal.SIGSYS: Layout.SYS}


def layout(signal: int, code: int) -> Layout:
    """The union's member, by signal and code, as Linux decides it."""
    if abi.SiCode.SI_USER < code < abi.SiCode.SI_KERNEL and code <= _LAST_CODE.get(signal, 0):
        return _LAYOUTS.get(signal, Layout.FAULT)
    if abi.SiCode.SI_USER < code <= len(_POLL_CODES):
        return Layout.POLL
    if code == abi.SiCode.SI_TIMER:
        return Layout.TIMER
    if code == abi.SiCode.SI_SIGIO:
        return Layout.POLL
    return Layout.QUEUE if code < 0 else Layout.KILL


_FIELDS = {
    Layout.KILL: ("pid", "uid"),
    Layout.TIMER: ("timer", "overrun", "value"),
    Layout.QUEUE: ("pid", "uid", "value"),
    Layout.CHILD: ("pid", "uid", "status", "user_time", "system_time"),
    Layout.FAULT: ("address",),
    Layout.POLL: ("band", "fd"),
    Layout.SYS: ("address", "call", "arch"),
}
"""What each member holds, by SigInfo's names."""


def pack(info: SigInfo) -> bytes:
    """The 128 octets of siginfo_t."""
    kind = layout(info.signal, info.code)
    fields = [getattr(info, name) for name in _FIELDS[kind]]
    packed: bytes = _HEAD.pack(info.signal, info.errno, info.code) + kind.value.pack(*fields)
    return packed.ljust(SIGINFO_SIZE, b"\0")


def unpack(signal: int, image: bytes) -> SigInfo:
    """What a program hands to rt_sigqueueinfo, as this signal."""
    _, errno, code = _HEAD.unpack_from(image)
    kind = layout(signal, code)
    names = _FIELDS[kind]
    values = kind.value.unpack_from(image, _HEAD.size)
    return SigInfo(signal, code, errno=errno, **dict(zip(names, values, strict=True)))


# ---- described ---------------------------------------------------------------------------------

_GENERAL_CODES = {
    abi.SiCode.SI_USER: "SI_USER",
    abi.SiCode.SI_KERNEL: "SI_KERNEL",
    abi.SiCode.SI_QUEUE: "SI_QUEUE",
    abi.SiCode.SI_TIMER: "SI_TIMER",
    abi.SiCode.SI_MESGQ: "SI_MESGQ",
    -4: "SI_ASYNCIO",
    abi.SiCode.SI_SIGIO: "SI_SIGIO",
    abi.SiCode.SI_TKILL: "SI_TKILL",
    -60: "SI_ASYNCNL",
}
_CODES: dict[int, tuple[str, ...]] = {
    Signal.SIGILL: (
        "ILL_ILLOPC", "ILL_ILLOPN", "ILL_ILLADR", "ILL_ILLTRP", "ILL_PRVOPC", "ILL_PRVREG",
        "ILL_COPROC", "ILL_BADSTK",
    ),
    Signal.SIGFPE: (
        "FPE_INTDIV", "FPE_INTOVF", "FPE_FLTDIV", "FPE_FLTOVF", "FPE_FLTUND", "FPE_FLTRES",
        "FPE_FLTINV", "FPE_FLTSUB",
    ),
    Signal.SIGSEGV: ("SEGV_MAPERR", "SEGV_ACCERR"),
    Signal.SIGBUS: ("BUS_ADRALN", "BUS_ADRERR", "BUS_OBJERR"),
    Signal.SIGTRAP: ("TRAP_BRKPT", "TRAP_TRACE", "TRAP_BRANCH", "TRAP_HWBKPT"),
    Signal.SIGSYS: ("SYS_SECCOMP", "SYS_USER_DISPATCH"),
    Signal.SIGCHLD: (
        "CLD_EXITED", "CLD_KILLED", "CLD_DUMPED", "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED",
    ),
}  # fmt: skip


def code_name(signal: int, code: int) -> str:
    """CLD_EXITED and the like; the bare number where there is no name."""
    names = _CODES.get(signal, _POLL_CODES)
    if 0 < code <= len(names):
        return names[code - 1]
    return _GENERAL_CODES.get(code) or (f"{code:#x}" if code > 0 else str(code))


def describe_siginfo(info: SigInfo) -> Described:
    """The structure as strace prints it, with the fields that its signal and code fill."""
    fields: list[tuple[str, Described]] = [
        ("si_signo", ("signal", info.signal)),
        ("si_code", ("flags", info.code, code_name(info.signal, info.code))),
    ]
    if info.errno:
        name = ERRNO_NAMES.get(info.errno, str(info.errno))
        fields.append(("si_errno", ("flags", info.errno, name)))
    kind = layout(info.signal, info.code)
    if kind is Layout.CHILD:
        fields += _describe_child(info)
    elif kind is Layout.FAULT:
        fields.append(("si_addr", ("ptr", info.address)))
    elif kind is Layout.SYS:
        fields += _describe_call(info)
    elif kind is Layout.POLL:
        fields += [("si_band", ("int", info.band)), ("si_fd", ("int", info.fd))]
    elif kind is Layout.TIMER:
        fields += [("si_timerid", ("hex", info.timer)), ("si_overrun", ("int", info.overrun))]
        fields += _describe_value(info.value)
    elif info.code != abi.SiCode.SI_KERNEL:
        fields += [("si_pid", ("int", info.pid)), ("si_uid", ("int", info.uid))]
        if info.value:
            fields += _describe_value(info.value)
    elif info.signal in _FAULTS:
        fields.append(("si_addr", ("ptr", info.address)))
    return ("struct", fields, False)


def _describe_child(info: SigInfo) -> list[tuple[str, Described]]:
    exited = info.code == abi.CLD_EXITED
    status: Described = ("int", info.status) if exited else ("signal", info.status)
    return [
        ("si_pid", ("int", info.pid)),
        ("si_uid", ("int", info.uid)),
        ("si_status", status),
        ("si_utime", ("int", info.user_time)),
        ("si_stime", ("int", info.system_time)),
    ]


def _describe_call(info: SigInfo) -> list[tuple[str, Described]]:
    return [
        ("si_call_addr", ("ptr", info.address)),
        ("si_syscall", describe_call_number(info.call)),
        ("si_arch", describe_architecture(info.arch)),
    ]


def describe_call_number(number: int) -> Described:
    """__NR_getpid, or the number where it has no name."""
    try:
        return ("flags", number, f"__NR_{Sysno(number).name.lower()}")
    except ValueError:
        return ("flags", number, f"{number & 0xFFFF_FFFF:#x} /* __NR_??? */")


def describe_architecture(number: int) -> Described:
    """AUDIT_ARCH_I386, or the number of another."""
    if number == AUDIT_ARCH_I386:
        return ("flags", number, "AUDIT_ARCH_I386")
    return ("flags", number, f"{number:#x} /* AUDIT_ARCH_??? */")


def _describe_value(word: int) -> list[tuple[str, Described]]:
    number = word - (1 << 32) if word & 0x8000_0000 else word
    return [("si_int", ("int", number)), ("si_ptr", ("ptr", word))]
