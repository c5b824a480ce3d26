"""Scripts: the `#!` line of an executable text file (execve(2))."""

from kernel.abi.errno import Errno
from kernel.errors import SysError

LINE_LIMIT = 256
"""Octets of the line that are looked at, as in Linux."""


def parse_script(head: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Interpreter, and the arguments that come before the script's name; ENOEXEC if there is none.

    Everything behind the interpreter is one argument, blanks inside it included.
    """
    line = head[2:LINE_LIMIT].split(b"\n", 1)[0].strip(b" \t")
    words = line.split(None, 1)
    if not words or b"\0" in words[0]:
        raise SysError(Errno.ENOEXEC)
    argument = (words[1].split(b"\0", 1)[0].rstrip(b" \t"),) if len(words) > 1 else ()
    return words[0], (words[0], *argument)
