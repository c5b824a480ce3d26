"""Programs that need a C library, for the tests that trace them."""

from __future__ import annotations

from pathlib import Path

import build
import pytest

from tests.views.commands import compiled


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs of the recordings; skips without a C library to link them to."""
    try:
        return compiled(tmp_path_factory.mktemp("samples"))
    except build.NoCompiler as reason:
        pytest.skip(str(reason))
