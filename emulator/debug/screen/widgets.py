"""What the screen consists of: each draws its part of a picture, in the room it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import VerticalScroll
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from emulator.debug.screen import keys
from emulator.debug.screen.lines import fit, joined, line
from emulator.debug.screen.panes import PANES
from emulator.debug.screen.stage import stage

if TYPE_CHECKING:
    from textual.app import ComposeResult, RenderResult

    from emulator.debug.picture.model import Picture

_MILLISECOND = 1_000_000
_ROOMY = 100
"""Columns from which the time is shown."""
_FOLLOWED = frozenset({"calls", "kernel", "output"})
"""Panes that grow at their end, and show it."""


class Header(Widget):
    """Which program, what has just happened, and when this is."""

    picture: reactive[Picture | None] = reactive(None)
    is_running: reactive[bool] = reactive(False)

    def watch_picture(self) -> None:
        self.is_running = False

    def show_running(self) -> None:
        """Say that the guest runs and how to stop it."""
        self.is_running = True

    def render(self) -> RenderResult:
        picture = self.picture
        if picture is None:
            return Text("emu386")
        told = "runs: Esc or Ctrl-C stops it" if self.is_running else picture.told
        when = f" step {picture.position}  event {picture.event} "
        if self.size.width >= _ROOMY:
            when += f" {picture.time / _MILLISECOND:.3f} ms "
        right = line((when, "dim"))
        left = line((f" {picture.program.rpartition('/')[2]} ", "bold reverse"), f" {told}")
        return Text.assemble(fit(left, self.size.width - right.cell_len), right)


class StageView(Widget):
    """The stage."""

    picture: reactive[Picture | None] = reactive(None)

    def render(self) -> RenderResult:
        if self.picture is None:
            return Text("")
        return stage(self.picture, self.size.width, self.size.height)


class Tabs(Widget):
    """The names of the panes, where there is room for one at a time; a click chooses."""

    chosen: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        text = Text("─", "dim")
        for number, (name, (title, _)) in enumerate(PANES.items(), 1):
            style = "bold reverse" if name == self.chosen else ""
            label = Text(f" {number} {title} ", style)
            label.apply_meta({"@click": f"app.pane('{name}')"})
            text.append_text(label).append("─", "dim")
        return text.append("─" * max(self.size.width - text.cell_len, 0), "dim")


class Pane(VerticalScroll, can_focus=False):
    """One pane, which scrolls."""

    def __init__(self, name: str) -> None:
        kind = "-log" if name in _FOLLOWED else "-table"
        super().__init__(name=name, id=f"pane-{name}", classes=kind)
        number = list(PANES).index(name) + 1
        title, self._draw = PANES[name]
        self.border_title = f"{number} {title}"
        self._text = Static()
        self._picture: Picture | None = None

    def compose(self) -> ComposeResult:
        yield self._text

    def show(self, picture: Picture) -> None:
        """Draw this picture's part, now or when the pane comes to the front."""
        self._picture = picture
        if self.display:
            self.on_show()

    def on_show(self) -> None:
        """The pane is to be seen."""
        if self._picture is None:
            return
        self._text.update(joined(self._draw(self._picture)))
        if self.name in _FOLLOWED:
            self.scroll_end(animate=False)


class Footer(Widget):
    """The keys; a click is as good as a key."""

    def render(self) -> RenderResult:
        text = Text()
        for key, label, action in keys.SHOWN:
            part = Text.assemble((f" {key}", "bold"), (f" {label}", "dim"))
            part.apply_meta({"@click": f"app.{action}"})
            text.append_text(part)
        return fit(text, self.size.width)
