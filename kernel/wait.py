"""Wait queues: who sleeps for what. Waking is only a hint; the call tests again."""

from typing import Protocol


class Sleeper(Protocol):
    """What can sleep on a queue: a task."""

    def wake(self, why: str) -> None:
        """Leave all queues and become ready."""


class WaitQueue:
    """A name, as a person would say what is awaited ("pipe readable"), and sleepers in order.

    `listeners` are told of each wake, too, and stay.
    """

    __slots__ = ("listeners", "name", "sleepers")

    def __init__(self, name: str) -> None:
        self.name = name
        self.sleepers: list[Sleeper] = []
        self.listeners: tuple[Sleeper, ...] = ()

    def add(self, sleeper: Sleeper) -> None:
        """Put a sleeper at the end."""
        self.sleepers.append(sleeper)

    def remove(self, sleeper: Sleeper) -> None:
        """Take a sleeper off, if it is here."""
        if sleeper in self.sleepers:
            self.sleepers.remove(sleeper)

    def wake_all(self) -> None:
        """Wake every sleeper, first come first."""
        while self.sleepers:
            self.sleepers[0].wake(self.name)
        for listener in self.listeners:
            listener.wake(self.name)
