"""What stands behind the = of a call: its value, or its error in words."""

from __future__ import annotations

from emulator.views.values import Style, result_text
from kernel.abi.errno import RESTART_TEXTS, Errno
from kernel.events import SyscallExited

_ERROR_TEXTS = {
    **{errno.name: f"-1 {errno.name} ({errno.message})" for errno in Errno},
    **{name: f"? {name} ({meaning})" for name, meaning in RESTART_TEXTS.items()},
}


def result(event: SyscallExited, style: Style, raw: bool) -> str:
    """The result of a call that returned; in hexadecimal where its arguments are `raw`."""
    if event.error is not None:
        return _ERROR_TEXTS.get(event.error) or f"-1 {event.error}"
    if raw:
        return f"{event.result:#x}" if event.result else "0"
    return str(event.result) if event.value is None else result_text(event.value, style)
