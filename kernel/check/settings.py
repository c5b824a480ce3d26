"""What the misuse check is to report, as the user chose it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CheckSettings:
    """`strict` also reports calls of other functions (W4); `allowed` are symbols that may be
    modified, or whose functions may modify.
    """

    strict: bool = False
    allowed: tuple[str, ...] = ()
