"""Urgent data of TCP (tcp(7), send(2) with MSG_OOB): one octet, and a mark that readers stop at."""

from __future__ import annotations

from kernel.abi.errno import Errno
from kernel.abi.sockets import MessageFlag
from kernel.errors import SysError
from kernel.net.socket import Received

_URGENT, _CUT = int(MessageFlag.MSG_OOB), int(MessageFlag.MSG_TRUNC)


class Urgent:
    """The mark in what has arrived: `at` octets before the urgent one, None while there is none.

    `octet` is for recv(2) with MSG_OOB, once, while it `is_unread` and readers have not passed it.
    """

    __slots__ = ("at", "is_unread", "octet")

    def __init__(self) -> None:
        self.at: int | None = None
        self.octet = b""
        self.is_unread = False

    def arrive(self, data: bytearray, is_inline: bool, count: int) -> None:
        """Of `data`, the last `count` octets have just come, and the last of all is urgent.

        The octet that was urgent before is data like any other now, unless the reader stands at it.
        """
        if self.at == 0 and not is_inline and len(data) > count:
            del data[0]
        self.at, self.octet, self.is_unread = len(data) - 1, bytes(data[-1:]), True

    def stretch(self, length: int, is_inline: bool) -> tuple[int, int]:
        """From where to where a reader may go at once, of `length` octets that have arrived."""
        if self.at is None or (self.at == 0 and is_inline):
            return 0, length
        return (0, self.at) if self.at else (1, length)

    def pass_over(self, count: int) -> None:
        """So many octets are gone."""
        if self.at is not None:
            self.at -= count
            if self.at < 0:
                self.at, self.is_unread = None, False

    def receive(self, count: int, is_inline: bool) -> Received:
        """The octet, for who asks for it: EINVAL where there is none, or it is among the others."""
        if is_inline or not self.is_unread:
            raise SysError(Errno.EINVAL)
        return Received(self.octet[:count], min(count, 1), flags=_URGENT | (0 if count else _CUT))
