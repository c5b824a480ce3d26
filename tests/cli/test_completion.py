"""Shell completion: the shell itself offers commands, options and files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from emulator.cli import main
from emulator.parsers import COMMANDS, SHELLS

COMPLETE = """source {script}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_shtab_emu386; printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def offered(script: str, words: str, folder: Path) -> set[str]:
    """What bash offers for the last of the words (`''` is an empty one)."""
    path = folder / "completion"
    path.write_text(script)
    text = COMPLETE.format(script=path, words=words)
    done = subprocess.run(
        ["bash", "-c", text], capture_output=True, text=True, cwd=folder, check=True
    )
    return set(done.stdout.split())


def script_for(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_there_is_a_script_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    script = script_for(shell, capsys)
    assert all(command in script for command in COMMANDS)


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this host")
def test_bash_completes_commands_options_and_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script = script_for("bash", capsys)
    (tmp_path / "program").touch()
    assert offered(script, "emu386 st", tmp_path) == {"step"}
    assert {"--vfork", "--vfork-registers"} <= offered(script, "emu386 run --vf", tmp_path)
    assert "program" in offered(script, "emu386 trace prog", tmp_path)


def test_another_shell_is_one_line_and_125(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "fish"]) == 125
    assert capsys.readouterr().err.count("\n") == 1
