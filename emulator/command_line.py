"""The command line is cut at PROGRAM: what follows is the guest's, `--` included."""

from __future__ import annotations

import argparse


def split(parser: argparse.ArgumentParser, words: list[str]) -> tuple[list[str], list[str]]:
    """Our own words, and the program with its arguments (empty where there is none)."""
    actions = parser._option_string_actions
    i = 0
    while i < len(words):
        word = words[i]
        if word == "--":
            return words[:i], words[i + 1 :]
        if not word.startswith("-") or word == "-":
            break
        i += 2 if _takes_next(actions, word) else 1
    return words[:i], words[i:]


def _takes_next(actions: dict[str, argparse.Action], word: str) -> bool:
    """Whether the next word is this option's value."""
    if word.startswith("--"):
        if "=" in word:
            return False
        action = actions.get(word) or _abbreviated(actions, word)
        return action is not None and action.nargs is None and not _is_flag(action)
    for position in range(1, len(word)):
        action = actions.get(f"-{word[position]}")
        if action is None:
            return False
        if not _is_flag(action):
            return position == len(word) - 1
    return False


def _abbreviated(actions: dict[str, argparse.Action], word: str) -> argparse.Action | None:
    fitting = {id(action): action for name, action in actions.items() if name.startswith(word)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _is_flag(action: argparse.Action) -> bool:
    return action.nargs == 0
