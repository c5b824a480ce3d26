"""Calls refused by decision: programs probe them at every start and manage without."""

from kernel.abi.sysno import Sysno

REFUSED: dict[int, str] = {
    Sysno.IO_URING_SETUP: "asynchronous I/O rings are not part of the model",
    Sysno.MEMBARRIER: "there is one CPU",
    Sysno.KEYCTL: "no key rings",
    Sysno.VM86: "no virtual 8086 mode",
    Sysno.IOPERM: "no port access",
    Sysno.IOPL: "no port access",
    Sysno.BPF: "no BPF",
    Sysno.PERF_EVENT_OPEN: "no performance counters",
}
"""Number to reason; they return ENOSYS without a word on standard error."""
