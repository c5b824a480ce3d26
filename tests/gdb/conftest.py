"""Guests under the server, before their first instruction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gdb.talk import Talk

Guest = Callable[[str], Path]


@pytest.fixture
def vfork(guest: Guest) -> Talk:
    return Talk(guest("vfork_exec"))


@pytest.fixture
def shared(guest: Guest) -> Talk:
    return Talk(guest("vfork_memory"))


@pytest.fixture
def signals(guest: Guest) -> Talk:
    return Talk(guest("signals"))
