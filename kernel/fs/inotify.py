"""inotify instances: what happened to watched files, waiting to be read (inotify(7)).

Equal neighbours in the queue become one event, as on Linux. Omitted: files that change on the host
behind the guest's back, and what mappings and executions do.
"""

from __future__ import annotations

import struct
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from kernel.abi.errno import Errno
from kernel.abi.event_files import IN_ALL_EVENTS, Inotify
from kernel.abi.files import Ioctl, Poll
from kernel.errors import Block, SysError
from kernel.fs.anonymous import AnonymousFile, AnonymousInode
from kernel.fs.notify import is_held
from kernel.wait import WaitQueue

if TYPE_CHECKING:
    from kernel.fs.inode import Inode
    from kernel.fs.path import Location
    from kernel.system import System
    from kernel.task.task import Task

_HEAD = struct.Struct("<iIII")
_KEPT = IN_ALL_EVENTS | Inotify.IN_EXCL_UNLINK | Inotify.IN_ONESHOT


class Event(NamedTuple):
    """A struct inotify_event: watch, what happened, which move it is half of, and to which name."""

    watch: int
    mask: int
    cookie: int
    name: bytes

    def pack(self) -> bytes:
        """With the name padded by NULs to a multiple of the structure's size; none for no name."""
        room = (len(self.name) // _HEAD.size + 1) * _HEAD.size if self.name else 0
        return _HEAD.pack(self.watch, self.mask, self.cookie, room) + self.name.ljust(room, b"\0")


class InotifyUse:
    """What all instances of the system take, by user, and what they may (/proc/sys/fs/inotify)."""

    def __init__(self) -> None:
        self.max_queued_events = 16384
        self.max_user_instances = 128
        self.max_user_watches = 65536
        self.instances: dict[int, int] = {}
        self.watches: dict[int, int] = {}
        self.cookies = 0
        self.total = 0
        """Watches there are: while it is 0, reading and writing tell nobody."""

    def next_cookie(self) -> int:
        """What joins the two events of one move."""
        self.cookies = self.cookies % 0xFFFF_FFFF + 1
        return self.cookies


class Watch:
    """One file of interest: `number` is its watch descriptor."""

    __slots__ = ("inode", "instance", "mask", "number")

    def __init__(self, instance: InotifyFile, number: int, inode: Inode, mask: int) -> None:
        self.instance = instance
        self.number = number
        self.inode = inode
        self.mask = mask & _KEPT

    def notice(self, event: int, name: bytes, cookie: int, has_name: bool) -> None:
        """Queue the event, if it is asked for."""
        if not event & (self.mask & IN_ALL_EVENTS | Inotify.IN_UNMOUNT):
            return
        if name and not has_name and self.mask & Inotify.IN_EXCL_UNLINK:
            return
        if event & (Inotify.IN_MOVE_SELF | Inotify.IN_DELETE_SELF):
            event &= ~Inotify.IN_ISDIR
        self.instance.queue(Event(self.number, event, cookie, name))
        if self.mask & Inotify.IN_ONESHOT:
            self.end()

    def is_held(self, place: Location) -> bool:
        """Whether a process has the file that had this name open."""
        return is_held(self.instance.system, place)

    def end(self) -> None:
        """Watch no more, and say so."""
        self.instance.forget(self)
        self.instance.queue(Event(self.number, Inotify.IN_IGNORED, 0, b""))


class InotifyFile(AnonymousFile):
    """An instance: its watches by number, and the events that nobody has read yet."""

    sends_sigio = True

    def __init__(self, system: System, user: int, flags: int) -> None:
        """EMFILE where the user has too many instances."""
        super().__init__(AnonymousInode(system), flags, "anon_inode:inotify")
        self.system = system
        self.user = user
        self.watches: dict[int, Watch] = {}
        self.last_number = 0
        self.events: deque[Event] = deque()
        self.readable = WaitQueue("inotify event")
        use = system.inotify
        if use.instances.get(user, 0) >= use.max_user_instances:
            raise SysError(Errno.EMFILE)
        use.instances[user] = use.instances.get(user, 0) + 1

    # ---- watches -------------------------------------------------------------------------------

    def watch(self, inode: Inode, mask: int) -> int:
        """Watch a file, or change for what it is watched; the watch's number. EEXIST, ENOSPC."""
        found = next((watch for watch in self.watches.values() if watch.inode is inode), None)
        if found is None:
            return self._new_watch(inode, mask)
        if mask & Inotify.IN_MASK_CREATE:
            raise SysError(Errno.EEXIST)
        found.mask = mask & _KEPT | (found.mask if mask & Inotify.IN_MASK_ADD else 0)
        return found.number

    def _new_watch(self, inode: Inode, mask: int) -> int:
        use = self.system.inotify
        if use.watches.get(self.user, 0) >= use.max_user_watches:
            raise SysError(Errno.ENOSPC)
        use.watches[self.user] = use.watches.get(self.user, 0) + 1
        use.total += 1
        self.last_number += 1
        watch = Watch(self, self.last_number, inode, mask)
        self.watches[watch.number] = watch
        inode.watchers = (*inode.watchers, watch)
        return watch.number

    def unwatch(self, number: int) -> None:
        """inotify_rm_watch(2): EINVAL for a number that is none."""
        watch = self.watches.get(number)
        if watch is None:
            raise SysError(Errno.EINVAL)
        watch.end()

    def forget(self, watch: Watch) -> None:
        """Take a watch off its file."""
        del self.watches[watch.number]
        watch.inode.watchers = tuple(w for w in watch.inode.watchers if w is not watch)
        self.system.inotify.watches[self.user] -= 1
        self.system.inotify.total -= 1

    # ---- events --------------------------------------------------------------------------------

    def queue(self, event: Event) -> None:
        """Put an event at the end, unless the last one is the same, or there are too many."""
        most = self.system.inotify.max_queued_events
        if len(self.events) > most:
            return
        if len(self.events) == most:
            event = Event(-1, Inotify.IN_Q_OVERFLOW, 0, b"")
        elif self.events and event.mask != Inotify.IN_IGNORED:
            last = self.events[-1]
            if (last.watch, last.mask, last.name) == (event.watch, event.mask, event.name):
                return
        self.events.append(event)
        self.readable.wake_all()

    def read(self, task: Task, count: int) -> bytes:
        """As many whole events as fit; EINVAL where the first does not."""
        if not self.events:
            raise Block(self.readable)
        taken = b""
        while self.events:
            packed = self.events[0].pack()
            if len(taken) + len(packed) > count:
                break
            taken += packed
            self.events.popleft()
        if not taken:
            raise SysError(Errno.EINVAL)
        return taken

    def details(self) -> str:
        """The newest watch first, as on Linux; without the files' handles."""
        return "".join(
            f"inotify wd:{watch.number:x} ino:{watch.inode.number:x} sdev:{watch.inode.device:x}"
            f" mask:{watch.mask & IN_ALL_EVENTS:x} ignored_mask:0 \n"
            for watch in reversed(self.watches.values())
        )

    def poll(self, task: Task) -> int:
        return Poll.POLLIN | Poll.POLLRDNORM if self.events else 0

    def poll_queues(self, task: Task) -> tuple[WaitQueue, ...]:
        return (self.readable,)

    def ioctl(self, task: Task, request: int, argument: int) -> int:
        """FIONREAD: octets of all events."""
        if request != Ioctl.FIONREAD:
            raise SysError(Errno.ENOTTY)
        task.memory.write_word(argument, sum(len(event.pack()) for event in self.events))
        return 0

    def close(self) -> None:
        for watch in list(self.watches.values()):
            self.forget(watch)
        self.events.clear()
        self.system.inotify.instances[self.user] -= 1
