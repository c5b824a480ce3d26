"""ptrace(2) in numbers: requests, options, events, and how a tracer sees registers."""

import struct
from enum import IntEnum


class Request(IntEnum):
    """First argument of ptrace(2), as on i386."""

    PTRACE_TRACEME = 0
    PTRACE_PEEKTEXT = 1
    PTRACE_PEEKDATA = 2
    PTRACE_PEEKUSER = 3
    PTRACE_POKETEXT = 4
    PTRACE_POKEDATA = 5
    PTRACE_POKEUSER = 6
    PTRACE_CONT = 7
    PTRACE_KILL = 8
    PTRACE_SINGLESTEP = 9
    PTRACE_GETREGS = 12
    PTRACE_SETREGS = 13
    PTRACE_GETFPREGS = 14
    PTRACE_SETFPREGS = 15
    PTRACE_ATTACH = 16
    PTRACE_DETACH = 17
    PTRACE_GETFPXREGS = 18
    PTRACE_SETFPXREGS = 19
    PTRACE_OLDSETOPTIONS = 21
    PTRACE_SYSCALL = 24
    PTRACE_GET_THREAD_AREA = 25
    PTRACE_SET_THREAD_AREA = 26
    PTRACE_SYSEMU = 31
    PTRACE_SYSEMU_SINGLESTEP = 32
    PTRACE_SETOPTIONS = 0x4200
    PTRACE_GETEVENTMSG = 0x4201
    PTRACE_GETSIGINFO = 0x4202
    PTRACE_SETSIGINFO = 0x4203
    PTRACE_GETREGSET = 0x4204
    PTRACE_SETREGSET = 0x4205
    PTRACE_SEIZE = 0x4206
    PTRACE_INTERRUPT = 0x4207
    PTRACE_LISTEN = 0x4208
    PTRACE_PEEKSIGINFO = 0x4209
    PTRACE_GETSIGMASK = 0x420A
    PTRACE_SETSIGMASK = 0x420B
    PTRACE_SECCOMP_GET_FILTER = 0x420C
    PTRACE_SECCOMP_GET_METADATA = 0x420D
    PTRACE_GET_SYSCALL_INFO = 0x420E
    PTRACE_GET_RSEQ_CONFIGURATION = 0x420F


class TraceOption(IntEnum):
    """What PTRACE_SETOPTIONS and PTRACE_SEIZE may set."""

    PTRACE_O_TRACESYSGOOD = 1
    PTRACE_O_TRACEFORK = 1 << 1
    PTRACE_O_TRACEVFORK = 1 << 2
    PTRACE_O_TRACECLONE = 1 << 3
    PTRACE_O_TRACEEXEC = 1 << 4
    PTRACE_O_TRACEVFORKDONE = 1 << 5
    PTRACE_O_TRACEEXIT = 1 << 6
    PTRACE_O_TRACESECCOMP = 1 << 7
    PTRACE_O_EXITKILL = 1 << 20
    PTRACE_O_SUSPEND_SECCOMP = 1 << 21


class TraceEvent(IntEnum):
    """What stands above the signal in the status of an event stop; 1 << event is its option."""

    PTRACE_EVENT_FORK = 1
    PTRACE_EVENT_VFORK = 2
    PTRACE_EVENT_CLONE = 3
    PTRACE_EVENT_EXEC = 4
    PTRACE_EVENT_VFORK_DONE = 5
    PTRACE_EVENT_EXIT = 6
    PTRACE_EVENT_SECCOMP = 7
    PTRACE_EVENT_STOP = 128


class RegisterSet(IntEnum):
    """Which registers PTRACE_GETREGSET means (elf.h's note types)."""

    NT_PRSTATUS = 1
    NT_PRFPREG = 2
    NT_386_TLS = 0x200
    NT_386_IOPERM = 0x201
    NT_X86_XSTATE = 0x202
    NT_PRXFPREG = 0x46E6_2B7F


class SyscallInfo(IntEnum):
    """First octet of struct ptrace_syscall_info."""

    PTRACE_SYSCALL_INFO_NONE = 0
    PTRACE_SYSCALL_INFO_ENTRY = 1
    PTRACE_SYSCALL_INFO_EXIT = 2
    PTRACE_SYSCALL_INFO_SECCOMP = 3


USER_REGISTERS = (
    "ebx", "ecx", "edx", "esi", "edi", "ebp", "eax", "ds", "es", "fs", "gs",
    "orig_eax", "eip", "cs", "eflags", "esp", "ss",
)  # fmt: skip
"""struct user_regs_struct: seventeen words, selectors included."""
USER_REGS = struct.Struct("<17I")
USER_SIZE = 284
"""sizeof(struct user); the registers are its first words."""
DEBUG_REGISTERS_AT = 252
"""u_debugreg: eight words."""
FP_REGISTERS_SIZE = 108
SYSGOOD = 0x80
"""Set in the signal number of system-call stops with PTRACE_O_TRACESYSGOOD."""
AUDIT_ARCH_I386 = 0x4000_0003
PEEK_SHARED = 1
"""PTRACE_PEEKSIGINFO_SHARED: the process's queue instead of the thread's."""
