"""What every test may use: the guests, natively and emulated."""

import signal

from tests.guests.fixtures import emu, guest, native

__all__ = ["emu", "guest", "native"]


def pytest_configure() -> None:
    """Have programs start with signals as usual, also under nohup and in a script's background:
    what is ignored is inherited, what is handled is not.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
