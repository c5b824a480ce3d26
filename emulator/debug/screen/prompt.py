"""The line at the bottom in which something is typed: where to go, or input for the guest."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

if TYPE_CHECKING:
    from textual.app import ComposeResult

_POSITION = "go to step, or e with an event's number: "
_INPUT = "the guest reads; Ctrl-D is end of file: "


class Prompt(Horizontal):
    """Closed until somebody asks; Enter answers, Escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", priority=True),
        Binding("ctrl+d", "end", "end of file", priority=True),
    ]

    class Position(Message):
        """Where to go, as typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Line(Message):
        """A line for the guest; None: the end of its input."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self, id: str) -> None:
        super().__init__(id=id)
        self._is_input = False

    def compose(self) -> ComposeResult:
        yield Label()
        yield Input(compact=True)

    def ask_position(self) -> None:
        """Ask where to go."""
        self._open(_POSITION, is_input=False)

    def ask_input(self) -> None:
        """Ask for a line of input for the guest."""
        self._open(_INPUT, is_input=True)

    def _open(self, words: str, is_input: bool) -> None:
        self._is_input = is_input
        self.query_one(Label).update(words)
        field = self.query_one(Input)
        field.value = ""
        self.add_class("-open")
        field.focus()

    def action_close(self) -> None:
        """Leave it unanswered."""
        self.remove_class("-open")
        self.screen.set_focus(None)

    def action_end(self) -> None:
        """The guest's input ends."""
        if self._is_input:
            self.action_close()
            self.post_message(self.Line(None))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Enter was pressed."""
        message.stop()
        self.action_close()
        kind = self.Line if self._is_input else self.Position
        self.post_message(kind(message.value))
