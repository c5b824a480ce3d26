"""Tables of /proc/sysvipc (proc(5))."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kernel.system import System


def messages(system: System) -> str:
    """/proc/sysvipc/msg."""
    lines = [
        "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid"
        "      stime      rtime      ctime\n"
    ]
    for q in system.ipc.messages.in_order():
        lines.append(
            f"{q.key:10d} {q.id:10d}  {q.mode:4o}  {q.octets:10d} {len(q.messages):10d} "
            f"{q.last_sender:5d} {q.last_receiver:5d} {q.uid:5d} {q.gid:5d} {q.creator_uid:5d} "
            f"{q.creator_gid:5d} {q.sent:10d} {q.received:10d} {q.changed:10d}\n"
        )
    return "".join(lines)


def semaphores(system: System) -> str:
    """/proc/sysvipc/sem."""
    lines = [
        "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
    ]
    for s in system.ipc.semaphores.in_order():
        lines.append(
            f"{s.key:10d} {s.id:10d}  {s.mode:4o} {len(s.semaphores):10d} {s.uid:5d} {s.gid:5d} "
            f"{s.creator_uid:5d} {s.creator_gid:5d} {s.operated:10d} {s.changed:10d}\n"
        )
    return "".join(lines)


def shared(system: System) -> str:
    """/proc/sysvipc/shm."""
    lines = [
        "       key      shmid perms       size  cpid  lpid nattch   uid   gid  cuid  cgid"
        "      atime      dtime      ctime        rss       swap\n"
    ]
    for m in system.ipc.shared.in_order():
        lines.append(
            f"{m.key:10d} {m.id:10d}  {m.mode:4o} {m.size:10d} {m.creator:5d} {m.last:5d}  "
            f"{m.attachments:5d} {m.uid:5d} {m.gid:5d} {m.creator_uid:5d} {m.creator_gid:5d} "
            f"{m.attached:10d} {m.detached:10d} {m.changed:10d} {m.resident:10d} {0:10d}\n"
        )
    return "".join(lines)


TABLES: dict[bytes, Callable[[System], str]] = {
    b"msg": messages, b"sem": semaphores, b"shm": shared,
}  # fmt: skip
"""Files of /proc/sysvipc."""
