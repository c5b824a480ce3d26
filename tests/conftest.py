"""What every test may use: the guests, natively and emulated."""

from tests.guests.fixtures import emu, guest, native

__all__ = ["emu", "guest", "native"]
