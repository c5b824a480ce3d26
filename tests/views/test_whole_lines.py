"""Lines in pages: whatever a write got to, the lines up to there are whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emulator.views.whole_lines import PAGE, laid_out

TEXTS = st.lists(st.integers(1, 3000).map(lambda n: b"x" * n), max_size=30)


@given(st.lists(TEXTS, max_size=5))
def test_a_file_cut_at_any_page_has_whole_lines_and_all_of_them_in_order(
    writes: list[list[bytes]],
) -> None:
    file = b""
    for texts in writes:
        file += laid_out(b"".join(text + b"\n" for text in texts), len(file))
        assert len(file) % PAGE == 0
    for end in range(PAGE, len(file) + 1, PAGE):
        assert file[:end].endswith(b"\n")
    assert [line.rstrip() for line in file.splitlines()] == [t for texts in writes for t in texts]


def test_a_line_longer_than_a_page_goes_over_it_and_the_next_begins_a_page() -> None:
    long, short = b"x" * 5000 + b"\n", b"y" * 4000 + b"\n"
    file = laid_out(long + short, 0)
    assert file.startswith(long)
    assert file[len(long) :].strip() == short.strip()
    assert file.index(b"y") % PAGE == 0
    assert len(file) % PAGE == 0
