"""What every test may use: the guests, natively and emulated."""

import signal

from tests.guests.fixtures import emu, guest, native

__all__ = ["emu", "guest", "native"]


def pytest_configure() -> None:
    """Have programs start with SIGHUP as usual, also under nohup: what is ignored is inherited,
    what is handled is not.
    """
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
