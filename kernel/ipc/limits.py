"""Limits of System V IPC and of POSIX message queues, which /proc/sys tells and sets (proc(5))."""

from __future__ import annotations

from kernel.abi import ipc as abi


class Limits:
    """Octets, pages for `shmall`, else how many. How many objects of a kind: `Table.most`."""

    def __init__(self) -> None:
        self.msgmax, self.msgmnb = abi.MSGMAX, abi.MSGMNB
        self.semmsl, self.semmns, self.semopm = abi.SEMMSL, abi.SEMMNS, abi.SEMOPM
        self.shmmax, self.shmall = abi.SHMMAX, abi.SHMALL
        self.queues_max = abi.MQ_QUEUES_MAX
        self.msg_default, self.msg_max = abi.MQ_MSG_DEFAULT, abi.MQ_MSG_MAX
        self.msgsize_default, self.msgsize_max = abi.MQ_SIZE_DEFAULT, abi.MQ_SIZE_MAX
