"""Mermaid's own renderer in headless Chromium; skips, visibly, where one of the two is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGE = "mermaid"
BUNDLE = Path("node_modules") / PACKAGE / "dist" / "mermaid.min.js"
SECONDS = 60
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>calm</title></head><body>
<script>window.alert = () => {{ document.title = "owned" }}</script>
<script src="{bundle}"></script>
<script>
mermaid.initialize({{startOnLoad: false, securityLevel: "strict"}});
mermaid.render("drawing", {source}).then(
    result => {{ document.body.innerHTML = result.svg }},
    error => {{ document.body.textContent = "cannot be drawn: " + error }});
</script></body></html>
"""


def mermaid_bundle(cache: Path) -> Path:
    """The browser build, installed by npm into the folder once."""
    bundle = cache / BUNDLE
    if not bundle.exists():
        if shutil.which("npm") is None:
            pytest.skip("npm is not installed: no mermaid")
        words = ["npm", "install", "--silent", "--no-audit", "--no-fund", PACKAGE]
        done = subprocess.run(
            [*words, "--prefix", str(cache)], capture_output=True, text=True, timeout=SECONDS
        )
        if done.returncode or not bundle.exists():
            pytest.skip(f"npm cannot install mermaid: {done.stderr.strip()[:100]}")
    return bundle


def browser() -> str:
    """The command of a Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name) is not None:
            return name
    pytest.skip("Chromium is not installed")


def drawn(source: str, folder: Path, cache: Path) -> str:
    """The page after Mermaid has drawn this source into it."""
    command, bundle = browser(), mermaid_bundle(cache)
    quoted = json.dumps(source).replace("<", "\\u003c")
    page = folder / "page.html"
    page.write_text(PAGE.format(bundle=bundle.as_uri(), source=quoted))
    words = [command, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=30000"]
    profile = f"--user-data-dir={folder / 'profile'}"
    done = subprocess.run(
        [*words, profile, "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    if done.returncode or not done.stdout:
        pytest.skip(f"Chromium does not work here: {done.stderr.strip()[-100:]}")
    return done.stdout
