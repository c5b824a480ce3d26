"""What the keys do, in a window of its own; any key closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen
from textual.widgets import Static

from emulator.debug.screen import keys

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult


class Help(ModalScreen[None]):
    """The help."""

    def compose(self) -> ComposeResult:
        text = Static(keys.HELP, id="help", markup=False)
        text.border_title = "keys"
        text.border_subtitle = "any key closes this"
        yield text

    def on_key(self, event: events.Key) -> None:
        """Any key."""
        event.stop()
        self.dismiss()

    def on_click(self) -> None:
        """Or a click."""
        self.dismiss()
