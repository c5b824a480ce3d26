"""Help, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.debug.command_table import COMMANDS, command, find

if TYPE_CHECKING:
    from emulator.debug.line_mode import LineMode


@command("help", "h", usage="[COMMAND]")
def help_(mode: LineMode, argument: str) -> None:
    """What commands there are, or what one does; any unambiguous abbreviation will do."""
    if argument:
        found, _ = find(argument)
        also = f"   (also: {', '.join(found.aliases)})" if found.aliases else ""
        mode.say(f"{found.name} {found.usage}".rstrip() + also)
        mode.say("\n".join(line.strip() for line in found.help.splitlines()))
        return
    for item in sorted(COMMANDS.values(), key=lambda item: item.name):
        mode.say(f"{item.name:<20} {item.summary}")
    mode.say("An empty line repeats the command before it.")


@command("quit", "q", "exit")
def quit_(mode: LineMode, argument: str) -> None:
    """Leave, with the guest's exit status if it has ended here."""
    mode.is_over = True
