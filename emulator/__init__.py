"""emu386: a Linux process model one can watch. `from emulator import Session` runs a guest."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.library import Session

__all__ = ["Session"]


def __getattr__(name: str) -> Any:
    """Import Session when first asked for: the layers below must not import it."""
    if name == "Session":
        from emulator.library import Session

        return Session
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
