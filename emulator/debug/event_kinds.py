"""Kinds of events by the names that people type."""

from __future__ import annotations

from emulator.debug.command_table import CommandError
from kernel import events
from kernel.events import Event

PROCESS_EVENTS: dict[str, type[Event]] = {
    "created": events.TaskCreated,
    "suspended": events.Suspended,
    "released": events.Released,
    "exec": events.TaskExecuted,
    "exit": events.TaskExited,
    "reaped": events.TaskReaped,
    "switch": events.Switched,
}
"""What happens to processes, under short names; all other kinds have the names of their classes."""
_BY_NAME = {kind.__name__.lower(): kind for kind in Event.__subclasses__()} | PROCESS_EVENTS


def kinds_named(text: str) -> frozenset[type[Event]]:
    """The kinds of these names, in any case; all process events where none is named."""
    words = text.replace(",", " ").split()
    if not words:
        return frozenset(PROCESS_EVENTS.values())
    unknown = [word for word in words if word.lower() not in _BY_NAME]
    if unknown:
        raise CommandError(f"no kind of event {unknown[0]!r}: {', '.join(_BY_NAME)}")
    return frozenset(_BY_NAME[word.lower()] for word in words)
