"""Packets: what is framed arrives, in whatever pieces; what is damaged is never taken for one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emulator.debug.gdb.packets import MAX_BODY, Decoder, Mark, checksum, escape, frame, unescape


def decoded(data: bytes) -> list[bytes | Mark]:
    return list(Decoder().feed(data))


def test_a_packet_has_the_checksum_of_the_manual() -> None:
    assert frame(b"OK") == b"$OK#9a"
    assert frame(b"vMustReplyEmpty") == b"$vMustReplyEmpty#3a"
    assert decoded(b"$vMustReplyEmpty#3a") == [b"vMustReplyEmpty"]


def test_what_would_end_a_packet_is_escaped() -> None:
    assert escape(b"#$}*") == b"}\x03}\x04}]}\x0a"
    assert decoded(frame(b"a#b$c}d*e")) == [b"a#b$c}d*e"]


def test_a_wrong_checksum_is_a_bad_packet_and_the_next_one_is_good() -> None:
    assert decoded(b"$OK#9b$OK#9a") == [Mark.BAD, b"OK"]
    assert decoded(b"$OK#zz$OK#9A") == [Mark.BAD, b"OK"]


def test_an_escape_at_the_end_is_bad() -> None:
    assert unescape(b"abc}") is None
    assert decoded(b"$abc}#%02x" % checksum(b"abc}")) == [Mark.BAD]


def test_a_start_inside_a_packet_begins_another() -> None:
    assert decoded(b"$half$OK#9a") == [Mark.BAD, b"OK"]


def test_marks_stand_between_packets() -> None:
    assert decoded(b"+-\x03noise$OK#9a") == [Mark.ACK, Mark.RESEND, Mark.INTERRUPT, b"OK"]


def test_ctrl_c_inside_a_packet_is_data() -> None:
    assert decoded(frame(b"a\x03b")) == [b"a\x03b"]


def test_a_packet_beyond_the_limit_is_bad_and_takes_no_more_memory() -> None:
    decoder = Decoder()
    assert list(decoder.feed(frame(b"x" * MAX_BODY))) == [b"x" * MAX_BODY]
    assert list(decoder.feed(frame(b"x" * (MAX_BODY + 1)))) == [Mark.BAD]
    assert list(decoder.feed(b"$" + b"x" * (5 * MAX_BODY))) == []
    assert len(decoder._sent) <= 2 * MAX_BODY
    assert list(decoder.feed(b"#00$OK#9a")) == [Mark.BAD, b"OK"]


@given(st.lists(st.binary(max_size=200), max_size=5), st.lists(st.integers(1, 50)))
def test_packets_arrive_in_any_pieces(bodies: list[bytes], sizes: list[int]) -> None:
    sent, decoder, arrived = b"".join(map(frame, bodies)), Decoder(), list[bytes | Mark]()
    for size in sizes:
        arrived += decoder.feed(sent[:size])
        sent = sent[size:]
    arrived += decoder.feed(sent)
    assert arrived == bodies


@given(st.binary(max_size=400))
def test_garbage_never_breaks_the_decoder(garbage: bytes) -> None:
    decoder = Decoder()
    for item in decoder.feed(garbage):
        assert isinstance(item, bytes | Mark)
    items = list(decoder.feed(b"##00" + frame(b"OK")))  # whatever had begun is over
    assert items[-1] == b"OK"


@given(st.binary(max_size=60), st.integers(0, 200), st.integers(1, 255))
def test_a_changed_octet_is_noticed(body: bytes, at: int, change: int) -> None:
    sent = bytearray(frame(body))
    sent[at % len(sent)] ^= change
    assert all(item in (Mark.BAD, body) or item in Mark for item in decoded(bytes(sent)))
