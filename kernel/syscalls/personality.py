"""Which system a process believes to be on: personality(2)."""

from __future__ import annotations

from typing import Annotated

from kernel.abi.process import Personality
from kernel.abi.sysno import Sysno
from kernel.events import Described
from kernel.syscalls.arguments import Argument, Hex, flags_text
from kernel.syscalls.table import note, syscall
from kernel.task.task import Call, Task

QUERY = 0xFFFF_FFFF
_SYSTEMS = {0: "PER_LINUX", 8: "PER_LINUX32"}
_FLAGS = [(int(flag), flag.name) for flag in Personality]


class _PersonalityArgument(Argument):
    """A system, and flags that change single habits."""

    def describe_value(self, task: Task, call: Call, value: int) -> Described:
        if value == QUERY:
            return ("hex", value)
        system = _SYSTEMS.get(value & 0xFF, f"{value & 0xFF:#x} /* PER_??? */")
        flags = flags_text(_FLAGS, value & ~0xFF, "")
        return ("flags", value, f"{system}|{flags}" if flags else system)


_PERSONA = _PersonalityArgument()
Persona = Annotated[int, _PERSONA]


@syscall(Sysno.PERSONALITY)
def personality(task: Task, persona: Persona) -> Hex:
    """The personality so far, replaced unless 0xffffffff is given.

    UNAME26 changes what uname tells, READ_IMPLIES_EXEC what mappings may do. Addresses are never
    random here, so ADDR_NO_RANDOMIZE has nothing to do; the other flags change nothing.
    """
    old = task.traits.personality
    if persona != QUERY:
        task.traits = task.traits._replace(personality=persona)
        task.memory.data_is_executable = bool(persona & Personality.READ_IMPLIES_EXEC)
    return old


@note(Sysno.PERSONALITY)
def _names(task: Task, call: Call, result: int) -> str | None:
    text: str = _PERSONA.describe_value(task, call, result)[2]
    return text
