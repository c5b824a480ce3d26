"""A trace with a file for each process: strace's -ff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emulator.views.line_options import Options
from emulator.views.strace import Strace
from kernel.abi.process import CloneFlag
from kernel.events import Booted, Event, TaskCreated, TaskExited


class Separate:
    """Writes what each task does to FILE.PID; no file stays open between two batches of events."""

    def __init__(self, path: str, options: Options, append: bool) -> None:
        self.path = path
        self.follow = options.follow
        self._options = replace(options, follow=False)
        self._append = append
        self._views: dict[int, Strace] = {}
        self._texts: dict[int, list[str]] = {}
        self._written: set[int] = set()

    def feed_all(self, events: Iterable[Event]) -> None:
        """Add what these events tell to the files."""
        for event in events:
            pid = event.pid
            if isinstance(event, Booted):
                self._views[pid] = Strace(self._options)
            view = self._views.get(pid)
            if view is None:
                continue
            if isinstance(event, TaskCreated):
                self._begin(event)
                continue
            text = view.feed(event)
            if text:
                self._texts.setdefault(pid, []).append(text)
            if isinstance(event, TaskExited):
                del self._views[pid]
        self._flush()

    def close(self) -> None:
        """Complete the lines that the run's end left open."""
        for pid, view in self._views.items():
            self._texts.setdefault(pid, []).append(view.close())
        self._flush()

    def _begin(self, event: TaskCreated) -> None:
        if self.follow and not event.flags & CloneFlag.CLONE_UNTRACED:
            view = self._views[event.child] = Strace(self._options)
            view.attached.add(event.child)
            view.epoch = self._views[event.pid].epoch

    def _flush(self) -> None:
        for pid, texts in self._texts.items():
            mode = "a" if self._append or pid in self._written else "w"
            self._written.add(pid)
            with open(
                f"{self.path}.{pid}", mode, encoding="utf-8", errors="backslashreplace"
            ) as file:
                file.write("".join(texts))
        self._texts.clear()
