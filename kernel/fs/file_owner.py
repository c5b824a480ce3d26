"""Who gets the signals of an open file (fcntl(2), F_SETOWN), and which."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol


class OwnerKind(IntEnum):
    """Type of struct f_owner_ex: a thread, a process, or a process group."""

    F_OWNER_TID = 0
    F_OWNER_PID = 1
    F_OWNER_PGRP = 2


@dataclass(frozen=True)
class FileOwner:
    """`number` 0: nobody. `uid` and `euid` are of the task that said so, `signal` 0 is SIGIO."""

    kind: OwnerKind = OwnerKind.F_OWNER_PID
    number: int = 0
    uid: int = 0
    euid: int = 0
    signal: int = 0


NOBODY = FileOwner()


class Attachment(Protocol):
    """What O_ASYNC has put on a file's queues."""

    def end(self) -> None:
        """Take it off."""
