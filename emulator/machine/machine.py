"""The machine's interface: all that the kernel may know of what runs its processes."""

from typing import Protocol

from emulator.machine.ram import Ram
from emulator.machine.traps import Trap

# Indices into `Machine.registers`, in the order of the CPU's own register numbers.
EAX, ECX, EDX, EBX, ESP, EBP, ESI, EDI, EIP, EFLAGS = range(10)
REGISTER_NAMES = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags")
SEGMENT_NAMES = ("es", "cs", "ss", "ds", "fs", "gs")


class Context(Protocol):
    """A stored register set: opaque, but for the general registers and the TLS descriptors.

    `words` holds the ten registers in the order above and may be changed while the context is not
    loaded; `tls` are the three descriptors that its segment registers were loaded from.
    """

    words: memoryview
    tls: tuple[int, int, int]


class Machine(Protocol):
    """An i386 CPU with RAM and page tables.

    While stopped, `registers` (ten 32-bit words) is the truth about the general registers: change
    it and the CPU goes on with the change. `spent` is the number of blocks the last run entered.
    """

    ram: Ram
    registers: memoryview
    spent: int
    cpu_features: int
    """EDX of CPUID leaf 1."""
    tls: tuple[int, int, int]
    """The TLS descriptors in force; changed by `set_tls`."""

    def new_context(self) -> Context:
        """Room for a register set, to be filled by `store`."""

    def store(self, context: Context) -> None:
        """Copy the CPU's registers into a context."""

    def load(self, context: Context, page_directory: int) -> None:
        """Copy a context into the CPU and switch to an address space (physical address of it)."""

    def reset(self) -> None:
        """Make the CPU's registers those of a program that starts: 0, x87 and SSE initialised."""

    def switch_space(self, page_directory: int) -> None:
        """Switch to another address space with the registers as they are."""

    def run(self, budget: int) -> Trap:
        """Run until a trap, or until `budget` blocks have been entered."""

    def interrupt(self) -> None:
        """Ask a run, from another thread or a signal handler, to end at its next block."""

    def flush_tlb(self) -> None:
        """Forget cached translations of addresses: after an entry was removed or narrowed."""

    def forget_code(self) -> None:
        """Forget translated code: after memory that may hold code was written from outside."""

    def set_tls(self, descriptors: tuple[int, int, int]) -> None:
        """Replace the TLS descriptors, reloading a segment register that selects one of them."""

    def reload_ldt(self) -> None:
        """The LDT of the address space in force has changed: reload segment registers that select
        from it, with the null selector where a descriptor is valid no more.
        """

    def segment(self, name: str) -> int:
        """Selector in a segment register, by its name in SEGMENT_NAMES."""

    def set_segment(self, name: str, selector: int) -> bool:
        """Load es, ds, fs or gs as ring 3 does; False where that would be #GP."""

    def read_fxsave(self) -> bytes:
        """The x87 and SSE state as the 512 bytes that FXSAVE writes (Intel SDM 1, 10.5.1)."""

    def write_fxsave(self, image: bytes) -> None:
        """Load x87 and SSE state from such an image."""
