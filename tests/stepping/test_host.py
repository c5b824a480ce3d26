"""The host in a stepped run: asked once for input and time, told once of output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from emulator.session import Options, Streams
from emulator.stepper import Stepper
from emulator.stops import Reason
from kernel import events
from tests.real_programs.debian import program

ECHO = "while read line; do echo got $line; done; echo end"


class Pieces(Streams):
    """Input that comes in pieces; `is_there` tells whether the next one has come already."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__()
        self.pieces = list(pieces)
        self.asked = 0
        self.is_there = True
        self.has_reader = True

    def wait(self, seconds: float | None, for_input: bool) -> bool:
        return self.is_there if for_input else super().wait(seconds, for_input)

    def read(self) -> bytes:
        self.asked += 1
        return self.pieces.pop(0) if self.pieces else b""

    def write(self, stream: int, data: bytes) -> bool:
        return super().write(stream, data) and self.has_reader


def shell(script: str, streams: Streams, options: Options | None = None) -> Stepper:
    busybox = str(program("busybox-static", "bin/busybox"))
    return Stepper(busybox, ("sh", "-c", script), options, streams)


def test_input_is_asked_for_once_and_read_again_on_the_way_back() -> None:
    streams = Pieces(b"one\n", b"two\nthr", b"ee\n")
    stepper = shell(ECHO, streams)
    assert stepper.run().reason is Reason.END
    end, told = stepper.position, stepper.events_so_far
    assert bytes(streams.written[1]) == b"got one\ngot two\ngot three\nend\n"
    assert streams.asked == 4
    for place in (0, end // 2, 1, end - 1):
        stepper.goto(place)
        stepper.run()
        assert (stepper.position, stepper.events_so_far) == (end, told)
    assert streams.asked == 4
    assert bytes(streams.written[1]).count(b"got one") == 1


def test_a_run_stops_where_input_is_missing_and_goes_on_when_it_has_come() -> None:
    streams = Pieces(b"late\n")
    stepper = shell(ECHO, streams)
    streams.is_there = False
    stopped = stepper.run()
    assert (stopped.reason, stepper.at_end) == (Reason.INPUT, False)
    assert stepper.run().position == stopped.position
    streams.is_there = True
    assert stepper.run().reason is Reason.END
    assert b"got late" in streams.written[1]


def test_a_stream_that_nobody_reads_any_more_is_part_of_the_history() -> None:
    streams = Pieces()
    streams.has_reader = False
    stepper = shell("trap '' PIPE; echo one; echo two; exit 5", streams)
    stepper.run()
    end, told = stepper.position, stepper.events_so_far
    errors = [e.error for e in told if isinstance(e, events.SyscallExited) and e.error]
    assert "EPIPE" in errors
    streams.has_reader = True
    stepper.goto(0)
    stepper.run()
    assert (stepper.position, stepper.events_so_far) == (end, told)


def test_the_hosts_time_passes_once() -> None:
    stepper = shell("sleep 0.2; date +%N", Pieces(), Options(host_clock=True))
    stepper.run()
    end, told = stepper.position, stepper.events_so_far
    assert told[-1].time > 200_000_000
    asked = len(stepper.history.inputs)
    assert asked
    stepper.goto(0)
    stepper.run()
    assert (stepper.position, stepper.events_so_far) == (end, told)
    assert len(stepper.history.inputs) == asked


def test_an_interrupt_stops_a_run_that_has_no_end_and_it_goes_on() -> None:
    stepper = shell("while :; do :; done", Pieces())
    stepper.interrupt()
    assert stepper.run().reason is Reason.INTERRUPTED
    stepped = stepper.step(1000)
    assert (stepped.reason, stepped.position) == (Reason.STEP, 1000)


def test_a_task_that_has_ended_takes_no_steps_any_more(guest: Callable[[str], Path]) -> None:
    stepper = Stepper(str(guest("vfork_exec")))
    stepper.step(10_000, tid=101)
    here = stepper.position
    task = stepper.find_task(101)
    assert task is None or task.is_gone
    assert stepper.step(1, tid=101).position == here
    assert not stepper.at_end
