"""Resource limits of a process; frozen, replaced and never changed (getrlimit(2))."""

from collections.abc import Mapping

from kernel.abi.process import RLIM_INFINITY, Resource

Pair = tuple[int, int]
_UNLIMITED: Pair = (RLIM_INFINITY, RLIM_INFINITY)
DEFAULTS: dict[Resource, Pair] = {
    Resource.RLIMIT_STACK: (8 << 20, RLIM_INFINITY),
    Resource.RLIMIT_CORE: (0, RLIM_INFINITY),
    Resource.RLIMIT_NOFILE: (1024, 1 << 20),
    Resource.RLIMIT_MEMLOCK: (8 << 20, 8 << 20),
    Resource.RLIMIT_MSGQUEUE: (819200, 819200),
    Resource.RLIMIT_NICE: (0, 0),
    Resource.RLIMIT_RTPRIO: (0, 0),
    Resource.RLIMIT_SIGPENDING: (15000, 15000),
    Resource.RLIMIT_NPROC: (15000, 15000),
}
_OF_TIME = (Resource.RLIMIT_CPU, Resource.RLIMIT_RTTIME)


class Limits:
    """(soft, hard) by resource, in the resource's own unit; RLIM_INFINITY is 2**64 - 1."""

    __slots__ = ("_pairs", "bound_time")

    def __init__(self, pairs: Mapping[Resource, Pair] | None = None) -> None:
        self._pairs: dict[Resource, Pair] = {**DEFAULTS, **(pairs or {})}
        self.bound_time = any(self.get(resource) != _UNLIMITED for resource in _OF_TIME)
        """Whether a limit is one of CPU time."""

    def get(self, resource: Resource) -> Pair:
        """Soft and hard limit."""
        return self._pairs.get(resource, _UNLIMITED)

    def soft(self, resource: Resource) -> int:
        """The limit in force."""
        return self._pairs.get(resource, _UNLIMITED)[0]

    def data(self) -> int:
        """Octets of private writable areas: a soft RLIMIT_DATA of 0 is as none (Linux spares
        Valgrind so), but for brk.
        """
        soft, hard = self.get(Resource.RLIMIT_DATA)
        return soft or hard

    def replaced(self, resource: Resource, pair: Pair) -> "Limits":
        """The same limits with this one changed."""
        return Limits({**self._pairs, resource: pair})
