"""Dates as strace adds them to times, in comments."""

from __future__ import annotations

from datetime import datetime, timedelta


def date_text(seconds: int, fraction: int, digits: int) -> str:
    """The comment on a moment in UTC; nothing for the start of 1970 or years beyond 9999."""
    if not seconds and not fraction:
        return ""
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    except OverflowError:
        return ""
    part = f".{fraction:0{digits}}" if fraction else ""
    return f" /* {moment:%Y-%m-%dT%H:%M:%S}{part}+0000 */"
