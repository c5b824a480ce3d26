"""The screen as a Textual application: it shows pictures, and passes keys on to the run."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from emulator.debug import moves
from emulator.debug.screen import keys
from emulator.debug.screen.help import Help
from emulator.debug.screen.panes import PANES
from emulator.debug.screen.prompt import Prompt
from emulator.debug.screen.widgets import Footer, Header, Pane, StageView, Tabs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from emulator.debug.moves import Move
    from emulator.debug.picture.model import Picture
    from emulator.debug.screen.run import Run

    Work = Callable[[], Awaitable[Picture]]

_WIDTHS = [(0, "-narrow"), (120, "-wide")]
_HEIGHTS = [(0, "-low"), (32, "-middle"), (42, "-tall")]
"""From how many columns and lines on which class of styles holds."""
_TYPED_AHEAD = 16
"""Keys that have their turn when the move that goes on is over."""
_NOTICED_AFTER = 0.15
"""Seconds after which a move that goes on is said to run."""


class Screen(App[None]):
    """One run on the screen. `run` does the stepping, in a thread of its own."""

    CSS_PATH = "screen.tcss"
    TITLE = "emu386 step"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        *[Binding(each.key, f"move('{each.name}')", each.label) for each in keys.MOVES],
        *[
            Binding(str(number), f"pane('{name}')", PANES[name][0])
            for number, name in enumerate(PANES, 1)
        ],
        Binding("b", "move_back", "back"),
        Binding("g", "goto", "go to"),
        Binding("tab", "look(1)", "next process", priority=True),
        Binding("shift+tab", "look(-1)", "previous process", priority=True),
        Binding("pageup", "scroll(-1)", "scroll"),
        Binding("pagedown", "scroll(1)", "scroll"),
        Binding("question_mark", "help", "help"),
        Binding("q", "leave", "quit"),
        Binding("escape", "stop", "stop"),
        Binding("ctrl+c", "stop_or_leave", "stop, or quit", priority=True),
    ]

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run_of_guest = run
        self.picture: Picture | None = None
        self.is_moving = False
        self._unit = "instruction"
        """The unit that `b` goes back by."""
        self._pane = "calls"
        self._go_on: Move = moves.stay
        self._waiting: deque[Work] = deque()

    def compose(self) -> ComposeResult:
        yield Header(id="header")
        yield StageView(id="stage")
        yield Tabs(id="tabs")
        with Container(id="panes"):
            for name in PANES:
                yield Pane(name)
        yield Prompt(id="prompt")
        yield Footer(id="footer")

    def on_mount(self) -> None:
        self.action_pane(self._pane)
        self._perform(moves.stay)

    async def on_unmount(self) -> None:
        self.run_of_guest.close()

    # ---- moving ------------------------------------------------------------------------------

    def action_move(self, name: str) -> None:
        """A key that moves the machine forwards or backwards."""
        key = keys.BY_NAME[name]
        self._unit = key.unit or self._unit
        self._perform(key.move)

    def action_move_back(self) -> None:
        """Back by what was last gone forwards by."""
        self._perform(keys.BY_NAME[f"{self._unit}_back"].move)

    def _perform(self, move: Move) -> None:
        """Make a move and show where it led."""
        self._go_on = move
        self._await(lambda: self.run_of_guest.move(move))

    def _await(self, work: Work) -> None:
        """Show the picture that comes of it; what is asked for meanwhile has its turn later."""
        if not self.is_moving:
            self.is_moving = True
            self.run_worker(self._work_off(work))
        elif len(self._waiting) < _TYPED_AHEAD:
            self._waiting.append(work)

    async def _work_off(self, work: Work) -> None:
        timer = self.set_timer(_NOTICED_AFTER, self.query_one(Header).show_running)
        try:
            self._show(await work())
            while self._waiting:
                self._show(await self._waiting.popleft()())
        finally:
            timer.stop()
            self.is_moving = False

    def _show(self, picture: Picture) -> None:
        self.picture = picture
        self.query_one(Header).picture = picture
        self.query_one(StageView).picture = picture
        for pane in self.query(Pane):
            pane.show(picture)
        if picture.wants_input:
            self.query_one(Prompt).ask_input()

    def action_stop(self) -> None:
        """Stop a run that goes on."""
        self._waiting.clear()
        if self.is_moving:
            self.run_of_guest.interrupt()

    def action_stop_or_leave(self) -> None:
        """Ctrl-C: what runs stops; when nothing runs the screen closes."""
        if self.is_moving:
            self.action_stop()
        else:
            self.exit(return_code=130)

    def action_leave(self) -> None:
        """Close the screen, whatever runs."""
        self.action_stop()
        self.exit()

    # ---- asking ------------------------------------------------------------------------------

    def action_goto(self) -> None:
        """Ask where to go."""
        if not self.is_moving:
            self.query_one(Prompt).ask_position()

    def on_prompt_position(self, message: Prompt.Position) -> None:
        """Somebody said where to go."""
        self._perform(moves.goto(message.text))

    def on_prompt_line(self, message: Prompt.Line) -> None:
        """Somebody typed for the guest (None: its input ends); on with the move that asked."""
        if message.text is None:
            self.run_of_guest.streams.end()
        else:
            self.run_of_guest.streams.type(message.text.encode() + b"\n")
        self._perform(self._go_on)

    # ---- looking -----------------------------------------------------------------------------

    def action_look(self, step: int) -> None:
        """Look at the next or previous process."""
        self._await(lambda: self.run_of_guest.look_further(step))

    def action_pane(self, name: str) -> None:
        """Bring a pane to the front."""
        self._pane = name
        self.query_one(Tabs).chosen = name
        for pane in self.query(Pane):
            pane.set_class(pane.name == name, "-chosen")

    def action_scroll(self, pages: int) -> None:
        """Scroll the chosen pane."""
        pane = self.query_one(f"#pane-{self._pane}", Pane)
        if pages < 0:
            pane.scroll_page_up(animate=False)
        else:
            pane.scroll_page_down(animate=False)

    def action_help(self) -> None:
        """Show what the keys do."""
        self.push_screen(Help())
