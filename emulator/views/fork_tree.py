"""The run in the notation of fork.py, the simulator of the OSTEP textbook's chapter on processes.

Its first line is the list of actions as that program takes it (`a+b`: a forks b; `b-`: b exits);
then the tree follows after each action. Threads are no processes and are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from string import ascii_letters

from emulator.views.population import INIT, Population
from kernel.events import Booted, Event, TaskCreated, TaskExited

_INDENT = " " * 31


def letters(number: int) -> str:
    """a to z, A to Z, then aa, ab and so on."""
    name = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, len(ascii_letters))
        name = ascii_letters[digit] + name
    return name


class _Tree:
    """Names of processes, and which of them there are, as a forest."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.children: dict[int, dict[int, None]] = {INIT: {}}
        self.parents: dict[int, int] = {}

    def add(self, pid: int, parent: int) -> None:
        self.names[pid] = letters(len(self.names))
        self.children[pid] = {}
        self.children.setdefault(parent, {})[pid] = None
        self.parents[pid] = parent

    def remove(self, pid: int) -> None:
        """Its children get init as their parent."""
        self.children[self.parents.pop(pid)].pop(pid)
        for child in self.children.pop(pid):
            self.parents[child] = INIT
            self.children[INIT][child] = None

    def drawing(self) -> str:
        """The forest, a line for each process."""
        lines: list[str] = []
        stack = [(pid, "", "", "") for pid in reversed(self.children[INIT])]
        while stack:
            pid, before, branch, below = stack.pop()
            lines.append(f"{_INDENT}{before}{branch}{self.names[pid]}\n")
            children = list(self.children[pid])
            before += below
            for child in reversed(children):
                is_last = child == children[-1]
                branch, below = ("└── ", "    ") if is_last else ("├── ", "│   ")
                stack.append((child, before, branch, below))
        return "".join(lines)


def render(events: Iterable[Event]) -> Iterator[str]:
    """The list of actions, and the tree before and after each."""
    population, tree = Population(), _Tree()
    actions: list[str] = []
    drawn: list[str] = []
    for event in events:
        population.feed(event)
        if isinstance(event, Booted):
            tree.add(event.pid, INIT)
            drawn.append(f"{_INDENT[:-4]}Process Tree:\n{tree.drawing()}")
        elif isinstance(event, TaskCreated | TaskExited):
            action = _act(tree, population, event)
            if action is not None:
                actions.append(action[0])
                drawn.append(f"Action: {action[1]}\n{tree.drawing()}")
    yield f"-A {','.join(actions)}\n\n"
    for each in drawn:
        yield each + "\n"


def _act(
    tree: _Tree, population: Population, event: TaskCreated | TaskExited
) -> tuple[str, str] | None:
    """The action in short and in words; None where it concerns a thread."""
    pid = event.child if isinstance(event, TaskCreated) else event.pid
    task = population.tasks.get(pid)
    if task is None or task.is_thread:
        return None
    if isinstance(event, TaskExited):
        tree.remove(pid)
        name = tree.names[pid]
        return f"{name}-", f"{name} EXITS"
    parent = task.parent
    tree.add(pid, parent if parent in tree.children else INIT)
    name, by = tree.names[pid], tree.names.get(parent, "init")
    return f"{by}+{name}", f"{by} {task.how_created}s {name}"
