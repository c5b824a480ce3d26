"""The keys: what each of them does, and what is said about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.debug import moves

if TYPE_CHECKING:
    from emulator.debug.moves import Move


@dataclass(frozen=True)
class Key:
    """A key that moves the machine. `unit` is what `b` goes back by afterwards; "": as before."""

    key: str
    name: str
    label: str
    unit: str
    move: Move


MOVES = (
    Key("s", "instruction", "one instruction", "instruction", moves.instruction),
    Key("n", "over", "one instruction, over calls", "over", moves.over),
    Key("y", "syscall", "next system call", "syscall", moves.system_call),
    Key("p", "event", "next process event", "event", moves.process_event),
    Key("c", "run", "continue", "run", moves.run),
    Key("v", "vfork", "to the next vfork", "vfork", moves.vfork),
    Key("S", "instruction_back", "one instruction back", "", moves.instruction_back),
    Key("N", "over_back", "the same, over calls", "", moves.over_back),
    Key("Y", "syscall_back", "previous system call", "", moves.system_call_back),
    Key("P", "event_back", "previous process event", "", moves.process_event_back),
    Key("C", "run_back", "back to the start", "", moves.run_back),
    Key("V", "vfork_back", "previous vfork", "", moves.vfork_back),
)
BY_NAME = {each.name: each for each in MOVES}

SHOWN = (
    ("s", "step", "move('instruction')"),
    ("n", "over", "move('over')"),
    ("y", "call", "move('syscall')"),
    ("p", "event", "move('event')"),
    ("c", "run", "move('run')"),
    ("v", "vfork", "move('vfork')"),
    ("b", "back", "move_back"),
    ("g", "goto", "goto"),
    ("Tab", "next", "look(1)"),
    ("?", "help", "help"),
    ("q", "quit", "leave"),
)
"""In the last line of the screen: key, label, action."""

HELP = """\
 forwards                                   back
  s  one instruction                        S
  n  one instruction, over a call           N
  y  to the next system call: its entry     Y
     into the kernel, then its end
  p  to the next process event: created,    P
     suspended, released, exec, exit,
     reaped, switched to
  v  to the entry of the next vfork         V
  c  to the end, or until stopped           C  to the start

  b  back by what you last went forwards by
  g  go to a step (12) or event (e7)
  Tab, Shift-Tab   look at another process
  1 to 6           the pane below; PageUp and PageDown scroll it
  Esc              stops what runs; Ctrl-C too, or closes the screen
  q                closes the screen

 A heavy border: runs next. A dashed one: stands still. * changed since
 the stop before. ═ one address space, used by both."""
