"""What is drawn how. Nothing is told by colour alone: words, marks and borders say it, too."""

from emulator.debug.picture.model import Standing
from emulator.debug.screen.lines import DASHED, HEAVY, LIGHT, Border

BORDERS: dict[Standing, Border] = {
    Standing.NEXT: HEAVY,
    Standing.READY: LIGHT,
    Standing.ASLEEP: LIGHT,
    Standing.SUSPENDED: DASHED,
    Standing.STOPPED: DASHED,
    Standing.OVER: DASHED,
}
STYLES: dict[Standing, str] = {
    Standing.NEXT: "bold green",
    Standing.READY: "cyan",
    Standing.ASLEEP: "blue",
    Standing.SUSPENDED: "bold yellow",
    Standing.STOPPED: "bold magenta",
    Standing.OVER: "red",
}
CHANGED = "bold reverse"
NEXT_INSTRUCTION = "bold"
NOTE = "italic cyan"
SOURCE = "italic"
MEMORY = "bold cyan"
