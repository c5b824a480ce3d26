"""Names of processes behind their pids: strace's -Y."""

from __future__ import annotations

from kernel.events import Booted, Described, Event, TaskCreated, TaskExecuted, TaskReaped

_LONGEST = 15
_ARGUMENTS = {
    **dict.fromkeys(("kill", "tkill", "wait4", "waitpid", "getpgid", "getsid", "prlimit64"), (0,)),
    **dict.fromkeys(("setpgid", "tgkill", "rt_tgsigqueueinfo"), (0, 1)),
    **dict.fromkeys(("sched_getparam", "sched_getscheduler", "sched_getaffinity"), (0,)),
    "rt_sigqueueinfo": (0,), "waitid": (1,), "pidfd_open": (0,),
}  # fmt: skip
_RESULTS = frozenset(
    {"fork", "vfork", "clone", "clone3", "getpid", "gettid", "getppid", "getpgrp", "getpgid",
     "getsid", "setsid", "set_tid_address", "wait4", "waitpid"}
)  # fmt: skip
_SENT_BY_A_PROCESS = ("SI_USER", "SI_TKILL", "SI_QUEUE")


class PidNames:
    """Follows the events that give tasks their names."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def feed(self, event: Event) -> None:
        """Learn from an event."""
        if isinstance(event, Booted | TaskExecuted):
            self._names[event.pid] = event.path.rpartition("/")[2][:_LONGEST]
        elif isinstance(event, TaskCreated):
            self._names[event.child] = self._names.get(event.pid, "")
        elif isinstance(event, TaskReaped):
            self._names.pop(event.child, None)

    def text(self, pid: int) -> str:
        """`<name>`; "" for who is not there."""
        return f"<{self._names[pid]}>" if pid in self._names else ""

    def arguments(
        self, name: str, values: tuple[Described | None, ...]
    ) -> tuple[Described | None, ...]:
        """A call's arguments with names behind those that are pids."""
        places = _ARGUMENTS.get(name, ())
        return tuple(
            [self._named(value) if at in places else value for at, value in enumerate(values)]
        )

    def result(self, name: str, pid: int) -> str:
        """What stands behind a call's result."""
        return self.text(pid) if name in _RESULTS else ""

    def siginfo(self, info: Described) -> Described:
        """A signal's information with the sender's name."""
        fields = dict(info[1]) if info[0] == "struct" else {}
        code = fields.get("si_code", ("flags", 0, ""))
        if code[2] not in _SENT_BY_A_PROCESS:
            return info
        named = [(name, self._named(f) if name == "si_pid" else f) for name, f in info[1]]
        return ("struct", named, info[2])

    def _named(self, value: Described | None) -> Described | None:
        if value is None or value[0] != "int" or not self.text(value[1]):
            return value
        return ("text", f"{value[1]}{self.text(value[1])}")
