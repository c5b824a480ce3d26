"""Runs of guests under the misuse check, and what it found."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.options import add_run_options, session_options
from emulator.session import Session, Streams
from kernel.events import Finding


@dataclass(frozen=True)
class Checked:
    """Exit status, output, what was found, and what people were told besides."""

    status: int
    output: str
    findings: list[Finding]
    notices: list[str]

    @property
    def rules(self) -> list[str]:
        """The rules that were broken, notes left out."""
        return [finding.rule for finding in self.findings if finding.rule != "note"]

    @property
    def only(self) -> Finding:
        """The one finding."""
        broken = [finding for finding in self.findings if finding.rule != "note"]
        assert len(broken) == 1, broken
        return broken[0]


def facts(finding: Finding) -> dict[str, int | str]:
    """What else is known of a finding."""
    return dict(finding.facts)


def check(
    program: Path,
    *arguments: str,
    options: Sequence[str] = (),
    stdin: bytes = b"",
    how: str = "vfork",
) -> Checked:
    """Run it under --check=vfork, or as `how` says ("" for no check)."""
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_run_options(parser)
    words = [*([f"--check={how}"] if how else []), *options]
    streams, findings = Streams(stdin), list[Finding]()
    session = Session(
        str(program), arguments, session_options(parser.parse_args(words)), streams,
        on_findings=findings.extend,
    )  # fmt: skip
    status = session.run()
    return Checked(status, streams.written[1].decode(), findings, session.notices)
