"""The judge: which rule each thing falls under that a vfork child does to lent memory.

W1 data modified, W2 return from the function that called vfork, W3 exit(), W4 another function
called (strict), W5 a signal handler ran. W6, deadlock, is told apart in deadlock.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.machine.machine import EIP, ESP
from kernel.abi.signals import signal_name
from kernel.check.arguments import Arguments, slots_read
from kernel.check.draft import NOTE, Draft
from kernel.check.instruction import Instruction, peek
from kernel.check.places import ERRNO, errno_of, name_of, thread_pointer
from kernel.check.program import Program, program_of
from kernel.check.protection import Change
from kernel.check.result_variable import ResultVariable
from kernel.signals.alternate_stack import is_within

if TYPE_CHECKING:
    from kernel.check.frames import CallSite
    from kernel.check.settings import CheckSettings
    from kernel.task.task import Task

_EXIT = frozenset({"exit"})
_LAST_CALLS = frozenset({
    "_exit", "_Exit", "__exit", "execve", "execv", "execvp", "execvpe", "execl", "execlp",
    "execle", "fexecve", "execveat", "__execve", "__execvpe",
})  # fmt: skip
"""What a child may call: these, and whatever they call in turn."""
_THREAD_BLOCK = 8192
"""Octets before and behind the thread pointer that may be the C library's for this thread."""
_THREAD_STRUCTURE, _LAST_ERRNO = 64, 133
_THUNK = "__x86.get_pc_thunk"


class Judge:
    """What has been seen of one child.

    `own_stack` is where the stack begins that clone gave it, 0 where it uses its parent's.
    """

    def __init__(self, task: Task, site: CallSite, settings: CheckSettings, own_stack: int) -> None:
        self.task = task
        self.memory = task.memory
        self.site = site
        self.settings = settings
        self.own_stack = own_stack
        area = task.memory.find(site.esp)
        self.stack_start, self.stack_end = (area.start, area.end) if area else (0, 0)
        self.drafts: dict[tuple[str, int | str, str], Draft] = {}
        self.result = ResultVariable()
        self.in_wrapper = site.wrapped and not own_stack
        if not self.in_wrapper and not own_stack:
            self.result.expect()
        self.lowest = self.highest = own_stack
        self.errno = errno_of(self.program, self.memory, task.system.machine)
        self.thread_pointer = thread_pointer(task.system.machine)
        self.last_error = 0
        self.exec_failed = False
        self.returned: Draft | None = None
        self.exit: Draft | None = None
        self.handlers: list[tuple[Draft, int | None]] = []
        self.inside: int | None = None
        """ESP at the call of a function, while the child is in it."""
        self.called_from = 0
        self.jump: Instruction | None = None
        """An assignment to ESP in another function than the one that called vfork."""
        self.arguments = Arguments(site.esp)
        frame_end = site.return_slot or site.esp
        self.frame_before = peek(self.memory, site.esp, min(frame_end + 4 - site.esp, 4096))

    @property
    def program(self) -> Program:
        """Names and frames of what the child runs."""
        assert self.memory.executable is not None
        return program_of(self.memory.executable)

    # ---- what happens ------------------------------------------------------------------------

    def executed(self, at: Instruction, stores: list[int], changes: list[Change]) -> None:
        """An instruction ran: it wrote at `stores`, which changed something or not."""
        registers = self.task.system.machine.registers
        esp, eip = registers[ESP], registers[EIP]
        self.lowest, self.highest = min(self.lowest, esp), max(self.highest, esp)
        counted = [address for address in stores if self._is_lent(address)]
        self.result.follow(at, registers, counted[0] if counted else None)
        if at.esp == self.site.esp and counted:
            self.arguments.stored(counted[0])
        for change in changes:
            self._find_errno(change)
            self._wrote(at, change)
        self._check_frame(at, esp)
        if at.is_call:
            self._called(at, esp, eip)
        elif self.inside is not None and esp >= self.inside:
            self.inside = None
        if self.in_wrapper and eip == self.site.pc:
            self.in_wrapper = False
            self.result.expect()
        if self.exit is None and self.program.has_name(eip, _EXIT):
            self._exits(at, esp)

    def kernel_wrote(self, change: Change, call: str, instruction: int) -> None:
        """A system call of the child stored something, or replaced a part of the memory."""
        self.settle_arguments()
        self._modified(instruction, change, call)

    def mapped(self, call: str, instruction: int, address: int, length: int) -> None:
        """A system call of the child changed what is mapped in this range."""
        draft = self._find("W1", instruction, "the memory map")
        draft.count += 1
        draft.facts |= {"system call": call, "start": address, "size": length}
        self._note_handler("W1")

    def handler_began(self, signal: int, handler: int) -> None:
        """The child is about to run a signal handler."""
        draft = self._find("W5", handler, f"{signal_name(signal)}")
        draft.count += 1
        draft.facts |= {"signal": signal_name(signal), "handler": self.program.place(handler)}
        draft.facts.setdefault("broke", "")
        self.handlers.append((draft, self.inside))
        self.inside = None

    def handler_ended(self) -> None:
        """The child made sigreturn."""
        if self.handlers:
            self.inside = self.handlers.pop()[1]

    def call_failed(self, error: int) -> None:
        """A system call of the child ended with this errno."""
        self.last_error = error

    # ---- W1 ----------------------------------------------------------------------------------

    def _find_errno(self, change: Change) -> None:
        """Where nothing tells of errno: the error of a call, stored beside the thread pointer.

        Any errno will do in the thread's own structure: execvp begins with storing ENOENT.
        """
        if self.errno is not None or self.thread_pointer is None:
            return
        word = change.address & ~3
        distance = abs(word - self.thread_pointer)
        if distance < _THREAD_BLOCK:
            value = int.from_bytes(peek(self.memory, word, 4), "little")
            is_error = value == self.last_error or distance < _THREAD_STRUCTURE
            if is_error and 0 < value <= _LAST_ERRNO:
                self.errno = word

    def _is_lent(self, address: int) -> bool:
        """Whether the parent may miss the octet: not on the unused part of a stack."""
        if self.own_stack and self.lowest <= address < self.highest:
            return False
        return not self.stack_start <= address < self.site.floor

    def _wrote(self, at: Instruction, change: Change) -> None:
        if (
            at.esp == self.site.esp
            and not self.own_stack
            and self.arguments.may_hold(change.address)
        ):
            self.arguments.keep(at.eip, change)
        else:
            self._modified(at.eip, change)

    def settle_arguments(self, called: bool = False) -> None:
        """A call follows, or something after which none does: what was stored, and is no argument,
        is data."""
        if called and self.arguments.has_pending and self.arguments.variables is None:
            start, end = self.site.extent
            code = peek(self.memory, start, end - start)
            self.arguments.variables = slots_read(code, start, self.site.esp, self.site.ebp)
        for eip, change in self.arguments.settle(called):
            self._modified(eip, change)

    def _modified(self, eip: int, change: Change, call: str = "") -> None:
        change = _trimmed(change, lambda at: self._is_lent(at) and not self.result.contains(at))
        if not change.before:
            return
        outer = self.returned or self.exit
        if outer is not None:
            outer.add(change)
            self._note_handler(outer.rule)
            return
        touched = self.name_of(change.address)
        rule = self._rule_for(eip, touched)
        if rule is None:
            return
        draft = self._find(rule, eip, touched)
        draft.count += 1
        draft.add(change)
        if call:
            draft.facts["system call"] = call
        if self.inside is not None:
            draft.facts["called from"] = self.program.place(self.called_from)
        self._note_handler(rule)

    def name_of(self, address: int) -> str:
        """What lies at an address, for people."""
        if self.errno is not None and 0 <= address - self.errno < 4:
            return ERRNO
        return name_of(self.program, self.memory, self.site, address)

    def _rule_for(self, eip: int, touched: str) -> str | None:
        """W1, a note, or nothing where the user allows it."""
        function = self.program.function_at(eip)
        if touched in self.settings.allowed:
            return None
        if function is not None and function.name in self.settings.allowed:
            return None
        if touched == ERRNO or (self.own_stack and self.exec_failed):
            return NOTE
        return "W1"

    # ---- W2 to W4 ----------------------------------------------------------------------------

    def _check_frame(self, at: Instruction, esp: int) -> None:
        """W2: ESP has risen above the caller's frame; by CFI, or by what the instruction is."""
        if self.returned is not None or self.own_stack:
            return
        if self._is_on_alternate_stack(esp):
            return
        if self.jump is not None and self.site.is_in_caller(at.eip):
            self._returns(self.jump, self.site.return_slot)
        if self.site.is_inside(at.eip):
            self.jump = None
        elif at.assigns_esp:
            self.jump = at
        if self.returned is not None or not self.site.esp < esp <= self.stack_end:
            return
        slot = self.site.return_slot
        if slot is not None:
            has_left = esp > slot
        else:
            has_left = at.assigns_esp or (at.is_return and at.esp >= self.site.esp)
        if has_left:
            self._returns(at, at.esp if slot is None and at.is_return else slot)

    def _is_on_alternate_stack(self, esp: int) -> bool:
        return bool(self.handlers) and is_within(self.task.signals, esp)

    def _returns(self, at: Instruction, slot: int | None) -> None:
        self.settle_arguments()
        draft = self.returned = self._find("W2", at.eip, self.site.function)
        draft.count = 1
        how = "a return" if at.is_return else "an assignment to ESP"
        target = self.task.system.machine.registers[EIP]
        draft.facts |= {"how": how, "to": self.program.place(target)}
        if slot is not None:
            address = int.from_bytes(peek(self.memory, slot, 4), "little")
            draft.facts |= {"slot": slot, "return before": address}
        self._note_handler("W2")

    def _exits(self, at: Instruction, esp: int) -> None:
        draft = self.exit = self._find("W3", at.eip, "exit")
        draft.count = 1
        draft.facts["status"] = int.from_bytes(peek(self.memory, esp + 4, 4), "little") & 0xFF
        self._note_handler("W3")

    def _called(self, at: Instruction, esp: int, target: int) -> None:
        if at.esp == self.site.esp:
            self.settle_arguments(called=True)
        if self.inside is not None or self.in_wrapper or self.exit is not None:
            return
        pushed = int.from_bytes(peek(self.memory, esp, 4), "little")
        function = self.program.function_at(target)
        if target == pushed or (function is not None and function.name.startswith(_THUNK)):
            return
        self.inside, self.called_from = esp + 4, at.eip
        if not self.settings.strict or self.own_stack or not self.program.functions:
            return
        if self.program.has_name(target, _LAST_CALLS | _EXIT):
            return
        name = f"{target:#x}" if function is None else function.name
        if name in self.settings.allowed:
            return
        self._find("W4", at.eip, name).count += 1
        self._note_handler("W4")

    # ---- drafts ------------------------------------------------------------------------------

    def _find(self, rule: str, instruction: int, touched: str) -> Draft:
        line = self.program.line_of(instruction) or instruction
        key = (rule, line, touched)
        draft = self.drafts.get(key)
        if draft is None:
            draft = self.drafts[key] = Draft(rule, instruction, touched)
        return draft

    def _note_handler(self, rule: str) -> None:
        if not self.handlers or rule == NOTE:
            return
        facts = self.handlers[-1][0].facts
        broken = str(facts["broke"]).split()
        if rule not in broken:
            facts["broke"] = " ".join([*broken, rule])


def _trimmed(change: Change, counts: Callable[[int], bool]) -> Change:
    """The change from the first octet that counts to the last; nothing where none does."""
    here = [
        i
        for i, (old, new) in enumerate(zip(change.before, change.after, strict=True))
        if old != new and counts(change.address + i)
    ]
    if not here:
        return Change(change.address, b"", b"")
    first, end = here[0], here[-1] + 1
    return Change(change.address + first, change.before[first:end], change.after[first:end])
