"""Why the kernel gives control back to the session."""

from enum import Enum


class Pause(Enum):
    """Why `Kernel.run` came back."""

    QUANTUM = "quantum"
    """The blocks it was given are spent, or there is much to drain."""
    INPUT = "input"
    """Every task sleeps and one of them waits for input from the host."""
    ASLEEP = "asleep"
    """Every task sleeps, and nothing will ever wake one."""
    FINISHED = "finished"
    """No task is left."""
