"""The CPU: one Unicorn instance made into an i386 PC. The only file that imports unicorn.

Hot calls go through ctypes with buffers made once; the binding's own methods cost ten times as
much. What Unicorn does differently from a PC is repaired here: see `_exception` and `cpu_quirks`.
"""

import ctypes
import struct
from functools import cache
from typing import Any

from unicorn import unicorn_const as const
from unicorn import x86_const as x86
from unicorn.unicorn_py3.unicorn import Uc, UcError, uclib

from emulator.machine import cpu_quirks, fxsave, host_code, lost_flags, paging, segments, traps
from emulator.machine.contexts import ContextPool, UnicornContext
from emulator.machine.machine import EFLAGS, EIP, Context
from emulator.machine.ram import Ram
from emulator.machine.segment_registers import SegmentRegisters
from emulator.machine.traps import Access, CpuFault, Interrupt, PageFault, Trap

_GENERAL = (
    x86.UC_X86_REG_EAX, x86.UC_X86_REG_ECX, x86.UC_X86_REG_EDX, x86.UC_X86_REG_EBX,
    x86.UC_X86_REG_ESP, x86.UC_X86_REG_EBP, x86.UC_X86_REG_ESI, x86.UC_X86_REG_EDI,
    x86.UC_X86_REG_EFLAGS, x86.UC_X86_REG_EIP,
)  # fmt: skip
_WRITTEN = 9
"""All but EIP, which is given to the start call."""
_CR0 = 0x8001_0033
_CR4 = 0x20 | 0x600 | 0x4
"""PAE, OSFXSR, OSXMMEXCPT, and TSD: RDTSC is a fault, answered from the virtual clock."""
_EFER, _EFER_NXE = 0xC000_0080, 0x800
TRAP_FLAG = 0x100
PUSHF, INT1 = 0x9C, 0xF1
_PLENTY = 1 << 40
BLOCK_HOOK, INSTRUCTION_HOOK = const.UC_HOOK_BLOCK, const.UC_HOOK_CODE
READ_HOOK, WRITE_HOOK = const.UC_HOOK_MEM_READ, const.UC_HOOK_MEM_WRITE
WRITING = const.UC_MEM_WRITE
_IRET_AT, _IRET_FRAME = 0x5000, 0x5100
_BLOCK_CALLBACK = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p
)
_TRAP_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)
_INVALID_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
_INSTRUCTION_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_void_p)

_start = uclib.uc_emu_start
_read_batch, _write_batch = uclib.uc_reg_read_batch, uclib.uc_reg_write_batch
_write_register, _read_register = uclib.uc_reg_write, uclib.uc_reg_read
_save, _restore = uclib.uc_context_save, uclib.uc_context_restore


class UnicornCpu(SegmentRegisters):
    """A `Machine` (see machine.py) with `ram_size` bytes of memory.

    Raises ValueError or OSError where the RAM cannot be had.
    """

    counted = BLOCK_HOOK
    """What a budget is counted in."""

    def __init__(self, ram_size: int) -> None:
        self.ram = Ram(ram_size)
        self._uc: Any = Uc(const.UC_ARCH_X86, const.UC_MODE_32)
        self._uc.ctl_set_cpu_model(x86.UC_CPU_X86_COREDUO)
        self.handle = self._uc._uch
        self._uc.mem_map_ptr(0, self.ram.size, const.UC_PROT_ALL, self.ram.host_address)
        self._contexts = ContextPool(self._allocate_context, uclib.uc_context_size(self.handle))
        self.spent = 0
        self.tls = segments.NO_TLS
        self._page_directory = 0
        self._forged: int | None = None
        self._make_buffers()
        self._make_hooks()
        self._boot()

    # ---- the interface -----------------------------------------------------------------------

    def new_context(self) -> UnicornContext:
        return UnicornContext(self._contexts)

    def _allocate_context(self) -> ctypes.c_void_p:
        handle = ctypes.c_void_p()
        uclib.uc_context_alloc(self.handle, ctypes.byref(handle))
        return handle

    def reset(self) -> None:
        _restore(self.handle, self._pristine.handle)
        self.registers[:] = self._pristine.words
        self.set_tls(segments.NO_TLS)

    def store(self, context: Context) -> None:
        assert isinstance(context, UnicornContext)
        _write_batch(self.handle, self._ids, self._pointers, _WRITTEN)
        _save(self.handle, context.handle)
        context.words[:] = self.registers
        context.tls = self.tls

    def load(self, context: Context, page_directory: int) -> None:
        assert isinstance(context, UnicornContext)
        if context.tls != self.tls:
            self.tls = context.tls
            segments.write_tls(self.ram, context.tls)
        _restore(self.handle, context.handle)
        self.registers[:] = context.words
        if page_directory != self._page_directory:
            self.switch_space(page_directory)

    def run(self, budget: int) -> Trap:
        cell = self._cell
        cell[host_code.BUDGET] = budget
        cell[host_code.VECTOR] = host_code.NO_VECTOR
        handle = self.handle
        _write_batch(handle, self._ids, self._pointers, _WRITTEN)
        error = _start(handle, self.registers[EIP], 0, 0, 0)
        _read_batch(handle, self._ids, self._pointers, 10)
        self.spent = budget - cell[host_code.BUDGET]
        vector: int = cell[host_code.VECTOR]
        if self._forged is not None:
            return self._forged_exception(self._forged)
        if vector == traps.SYSCALL_VECTOR:
            return traps.SYSCALL
        if vector == host_code.NO_VECTOR and not error:
            self.spent = min(self.spent, budget)
            cell[host_code.FLAG] = 0
            return traps.BUDGET_SPENT
        return self._exception(vector, error)

    def interrupt(self) -> None:
        self._cell[host_code.FLAG] = 1

    def flush_tlb(self) -> None:
        self._word.value = self._page_directory
        _write_register(self.handle, x86.UC_X86_REG_CR3, self._word_at)

    def forget_code(self) -> None:
        self._uc.ctl_flush_tb()

    def segment(self, name: str) -> int:
        return self._read(register_number(name)) & 0xFFFF

    def write_segment(self, name: str, selector: int) -> None:
        self._uc.reg_write(register_number(name), selector)

    def read_fxsave(self) -> bytes:
        ctypes.memset(self._fpu, 0, len(self._fpu))
        _read_batch(self.handle, self._fpu_ids, self._fpu_pointers, len(fxsave.REGISTERS))
        return fxsave.gather(bytes(self._fpu))

    def write_fxsave(self, image: bytes) -> None:
        ctypes.memmove(self._fpu, fxsave.scatter(image), len(self._fpu))
        _write_batch(self.handle, self._fpu_ids, self._fpu_pointers, len(fxsave.REGISTERS))

    # ---- traps -------------------------------------------------------------------------------

    def _exception(self, vector: int, error: int) -> Trap:
        """Make a trap value, and clear Unicorn's record of an exception in flight.

        Unicorn keeps that record after a hooked exception, so that the next one would arrive as a
        double fault; it lies in the CPU context, beside the error code and the mark of INT n.
        """
        if vector == host_code.NO_VECTOR:
            raise RuntimeError(f"the CPU stopped without a trap: {UcError(error)}")
        _save(self.handle, self._scratch.handle)
        if self._is_int.value == 1:
            if vector == traps.INVALID_OPCODE:
                self.registers[EIP] += len(b"\xcd\x06")
            return Interrupt(vector)
        if vector == traps.INVALID_OPCODE:
            return self._invalid_opcode()
        code = self._error_code.value
        if self._in_flight.value != -1:
            self._in_flight.value = -1
            _restore(self.handle, self._scratch.handle)
        if vector == traps.PAGE_FAULT:
            flags = self._lost_flags.find(self.ram, self._page_directory, self.registers[EIP])
            if flags is not None:
                self.registers[EFLAGS] = self.registers[EFLAGS] & ~lost_flags.FLAGS | flags
            fault = PageFault(self._read(x86.UC_X86_REG_CR2), Access.of_code(code), bool(code & 1))
            return self._approach(fault) if self._is_ahead(fault) else fault
        return CpuFault(vector, code & 0xFFFF)

    def _invalid_opcode(self) -> Trap:
        """#UD, but INT1 is an instruction that Unicorn does not know."""
        at = cpu_quirks.walk(self.ram, self._page_directory, self.registers[EIP])
        if at is None or self.ram.octets[at] != INT1:
            return CpuFault(traps.INVALID_OPCODE, 0)
        self.registers[EIP] += 1
        return traps.ICEBP

    def _is_ahead(self, fault: PageFault) -> bool:
        """Whether a fetch met the end of a page while instructions before it were still to run."""
        if fault.access is not Access.EXECUTE or self.registers[EFLAGS] & TRAP_FLAG:
            return False
        return (fault.address ^ self.registers[EIP]) >> 12 != 0

    def _approach(self, fault: PageFault) -> Trap:
        """Run up to a fault that Unicorn met while it translated ahead, step by step.

        A PUSHF on the way would show the flag that steps; there the early fault has to do.
        """
        spent = self.spent
        trap: Trap = traps.SINGLE_STEP
        while trap == traps.SINGLE_STEP:
            at = cpu_quirks.walk(self.ram, self._page_directory, self.registers[EIP])
            if at is not None and self.ram.octets[at] == PUSHF:
                return fault
            self.registers[EFLAGS] |= TRAP_FLAG
            trap = self.run(_PLENTY)
            self.registers[EFLAGS] &= ~TRAP_FLAG
        self.spent = spent
        return trap

    def _forge(self, vector: int) -> int:
        """Inside the callback of an instruction that Unicorn wrongly executes: note the state."""
        if self._forged is None:
            self._forged = vector
            _save(self.handle, self._before.handle)
            _read_batch(self.handle, self._ids, self._pointers, 10)
            self._before.words[:] = self.registers
        self._stop()
        return 0

    def _forged_exception(self, vector: int) -> Trap:
        """Go back to that state, exact but for EIP (the block's start in Unicorn 2.1.3)."""
        self._forged = None
        _restore(self.handle, self._before.handle)
        self.registers[:] = self._before.words
        self.registers[EIP] = cpu_quirks.find_privileged(
            self.ram, self._page_directory, self.registers[EIP]
        )
        return CpuFault(vector, 0)

    # ---- registers one by one ----------------------------------------------------------------

    def _read(self, register: int) -> int:
        self._word.value = 0
        _read_register(self.handle, register, self._word_at)
        return self._word.value

    # ---- building ----------------------------------------------------------------------------

    def _make_buffers(self) -> None:
        self._values = (ctypes.c_uint32 * 10)()
        self.registers = memoryview(self._values).cast("B").cast("I")
        self._ids = (ctypes.c_int * 10)(*_GENERAL)
        order = (0, 1, 2, 3, 4, 5, 6, 7, 9, 8)
        base = ctypes.addressof(self._values)
        self._pointers = (ctypes.c_void_p * 10)(*(base + 4 * i for i in order))
        self._word = ctypes.c_uint64()
        self._word_at = ctypes.byref(self._word)
        count, size = len(fxsave.REGISTERS), fxsave.REGISTER_SIZE
        self._fpu = (ctypes.c_uint8 * (count * size))()
        self._fpu_ids = (ctypes.c_int * count)(*map(register_number, fxsave.REGISTERS))
        base = ctypes.addressof(self._fpu)
        self._fpu_pointers = (ctypes.c_void_p * count)(*(base + size * i for i in range(count)))
        cell = (ctypes.c_int64 * host_code.WORDS)()
        self._cell_memory = cell
        self._cell = memoryview(cell).cast("B").cast("q")
        self._cell[host_code.STOP] = _address(uclib.uc_emu_stop)
        self._cell[host_code.READ] = _address(uclib.uc_reg_read)
        _start.argtypes = (
            ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_size_t,
        )  # fmt: skip

    def _make_hooks(self) -> None:
        try:
            self._host_code: host_code.HostCode | None = host_code.HostCode()
            block, trap = self._counter(self._host_code), self._host_code.trap
        except OSError:
            self._host_code = None
            self._callbacks = (_BLOCK_CALLBACK(self._count_block), _TRAP_CALLBACK(self._note_trap))
            block, trap = (_address(callback) for callback in self._callbacks)
        self._add_hook(self.counted, block)
        self._add_hook(const.UC_HOOK_INTR, trap)
        self._invalid = _INVALID_CALLBACK(self._note_invalid)
        self._add_hook(const.UC_HOOK_INSN_INVALID, _address(self._invalid))
        self._forgers = []
        general = x86.UC_X86_INS_IN, x86.UC_X86_INS_OUT, x86.UC_X86_INS_SYSENTER
        invalid = (x86.UC_X86_INS_SYSCALL,)
        kinds = (traps.GENERAL_PROTECTION, general), (traps.INVALID_OPCODE, invalid)
        for vector, instructions in kinds:
            forger = _INSTRUCTION_CALLBACK(lambda _uc, vector=vector: self._forge(vector))
            self._forgers.append(forger)
            for instruction in instructions:
                self._add_hook(const.UC_HOOK_INSN, _address(forger), instruction)

    def _add_hook(self, kind: int, callback: int, *extra: int) -> None:
        hook = ctypes.c_size_t()
        uclib.uc_hook_add(
            self.handle, ctypes.byref(hook), kind, ctypes.c_void_p(callback),
            ctypes.byref(self._cell_memory), ctypes.c_uint64(1), ctypes.c_uint64(0),
            *(ctypes.c_int(item) for item in extra),
        )  # fmt: skip

    def _counter(self, code: host_code.HostCode) -> int:
        return code.block

    def _count_block(self, uc: int, _address: int, _size: int, _data: int) -> None:
        self._cell[host_code.BUDGET] -= 1
        if self._cell[host_code.BUDGET] < 0 or self._cell[host_code.FLAG]:
            self._stop()

    def _stop(self) -> None:
        uclib.uc_emu_stop(self.handle)

    def _note_trap(self, uc: int, vector: int, _data: int) -> None:
        self._cell[host_code.VECTOR] = vector
        self._stop()

    def _note_invalid(self, uc: int, _data: int) -> bool:
        self._cell[host_code.VECTOR] = traps.INVALID_OPCODE
        self._stop()
        return True

    def _boot(self) -> None:
        """Turn paging on, drop to ring 3 by a real IRET, and learn where the context keeps what."""
        segments.write_gdt(self.ram)
        paging_page = cpu_quirks.write_boot_tables(self.ram)
        self.ram.write(_IRET_AT, b"\xcf")
        uc = self._uc
        uc.reg_write(
            x86.UC_X86_REG_GDTR, (0, paging.KERNEL_BASE + segments.GDT, segments.GDT_LIMIT, 0)
        )
        uc.reg_write(x86.UC_X86_REG_LDTR, cpu_quirks.LDTR)
        uc.reg_write(x86.UC_X86_REG_CR4, _CR4)
        uc.msr_write(_EFER, _EFER_NXE)
        uc.reg_write(x86.UC_X86_REG_CR3, cpu_quirks.BOOT_SPACE)
        uc.reg_write(x86.UC_X86_REG_CR0, _CR0)
        uc.reg_write(x86.UC_X86_REG_CS, segments.KERNEL_CS)
        uc.reg_write(x86.UC_X86_REG_SS, segments.KERNEL_DS)
        for register in (x86.UC_X86_REG_DS, x86.UC_X86_REG_ES):
            uc.reg_write(register, segments.USER_DS)
        uc.ctl_exits_enabled(True)
        uc.ctl_set_exits([])
        self._page_directory = cpu_quirks.BOOT_SPACE
        self._scratch, self._before = self.new_context(), self.new_context()
        self._ring_0 = self.new_context()
        _save(self.handle, self._ring_0.handle)
        self._locate(paging_page)
        self.cpu_features = self._cpuid(paging_page)
        self._pristine = self.new_context()
        self.registers[:] = memoryview(bytearray(40)).cast("I")
        self.registers[9] = 0x202
        self.write_fxsave(fxsave.INITIAL)
        self.store(self._pristine)
        cpu_quirks.clear_boot_tables(self.ram)
        self.forget_code()

    def _locate(self, code_page: int) -> None:
        """Provoke three faults from ring 3 and compare contexts to find the exception's records."""
        records = []
        for code, error in cpu_quirks.FAULTING_CODE:
            before = self._blob(self._ring_0)
            self._enter_ring_3(code_page, code)
            _save(self.handle, self._scratch.handle)
            records.append((before, self._blob(self._scratch), error))
            _restore(self.handle, self._ring_0.handle)
        error_at, in_flight_at = cpu_quirks.find_records(records)
        start, size = self._scratch.handle.value or 0, self._contexts.size
        self._lost_flags = lost_flags.LostFlags(start, size, code_page + 0x800, code_page)
        self._error_code = ctypes.c_uint32.from_address(start + error_at)
        self._is_int = ctypes.c_uint32.from_address(start + error_at + 4)
        self._in_flight = ctypes.c_int32.from_address(start + in_flight_at)
        self._in_flight.value = -1
        _restore(self.handle, self._scratch.handle)

    def _cpuid(self, page: int) -> int:
        _restore(self.handle, self._ring_0.handle)
        self._enter_ring_3(page, cpu_quirks.CPUID_CODE)
        return self._read(x86.UC_X86_REG_EDX)

    def _enter_ring_3(self, page: int, code: bytes) -> None:
        self.ram.write(cpu_quirks.BOOT_CODE, code)
        self.forget_code()
        frame = struct.pack("<5I", page, segments.USER_CS, 0x202, page + 0x800, segments.USER_DS)
        self.ram.write(_IRET_FRAME, frame)
        self._uc.reg_write(x86.UC_X86_REG_ESP, paging.KERNEL_BASE + _IRET_FRAME)
        self._cell[host_code.BUDGET] = _PLENTY
        self._uc.emu_start(paging.KERNEL_BASE + _IRET_AT, 0)

    def _blob(self, context: UnicornContext) -> bytes:
        return ctypes.string_at(context.handle.value or 0, uclib.uc_context_size(self.handle))


@cache
def register_number(name: str) -> int:
    return int(getattr(x86, f"UC_X86_REG_{name.upper()}"))


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0
