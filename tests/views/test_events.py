"""Events: each kind there is, told by some run; and what those tell that count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.session import Options, Session, Streams
from emulator.views.record import KINDS
from kernel import events
from kernel.check.settings import CheckSettings
from kernel.events import Event

Guest = Callable[[str], Path]


def told(program: Path, *arguments: str, **options: object) -> list[Event]:
    found: list[Event] = []
    chosen = Options(**options)  # type: ignore[arg-type]
    Session(str(program), arguments, chosen, Streams(), on_events=found.extend).run()
    return found


def test_each_kind_of_event_is_told_by_some_run(guest: Guest) -> None:
    found = told(guest("vfork_exec")) + told(guest("signals")) + told(guest("wait_statuses"))
    found += told(guest("pipe"), max_blocks=10) + told(guest("vfork/held_signals"))
    checked = guest("misuse/memory"), "global"
    found += told(*checked, check=CheckSettings(), locate=True, trace_stacks=True)
    found += told(guest("tests/random_calls"))
    assert {type(event).__name__ for event in found} == set(KINDS)


def test_a_limit_is_told_by_the_name_of_its_option(guest: Guest) -> None:
    (limit,) = [e for e in told(guest("pipe"), max_blocks=10) if type(e) is events.LimitReached]
    assert limit.what == "max-insns"


def test_frames_are_shared_after_a_fork_and_no_more_at_the_end(guest: Guest) -> None:
    found = told(guest("fork_cow"))
    created = next(at for at, e in enumerate(found) if type(e) is events.TaskCreated)
    counts = [e for e in found if type(e) is events.FramesCounted]
    after = next(e for e in found[created:] if type(e) is events.FramesCounted)
    assert after.shared > counts[0].shared
    assert counts[-1].shared < after.shared
    assert len({e.free + e.used for e in counts}) == 1


@pytest.mark.parametrize("event", [events.Located, events.StackTraced])
def test_places_are_told_only_on_request(guest: Guest, event: type[Event]) -> None:
    assert event not in {type(each) for each in told(guest("vfork_exec"))}
