"""Lines laid out so that a process killed while it writes them leaves none of them in part.

Linux copies a write into a file page by page, and looks for SIGKILL in between. So no line goes
over the end of a page: the one before it is filled up with spaces, and so is the last of each
write. A line longer than a page alone cannot be kept from it.
"""

PAGE = 4096
_NEWLINE = b"\n"


def laid_out(lines: bytes, at: int) -> bytes:
    """What to write at offset `at` of a file for these lines, each with its newline."""
    pieces, start, room = [], 0, PAGE - at % PAGE
    while start < len(lines):
        end = lines.rfind(_NEWLINE, start, start + room) + 1
        if end:
            pieces.append(lines[start : end - 1].ljust(room - 1) + _NEWLINE)
            start, room = end, PAGE
        elif room < PAGE:
            pieces.append(b" " * room)  # behind a long line: in front of the next
            room = PAGE
        else:
            end = lines.index(_NEWLINE, start) + 1
            pieces.append(lines[start:end])
            room = PAGE - (end - start) % PAGE
            start = end
    return b"".join(pieces)
