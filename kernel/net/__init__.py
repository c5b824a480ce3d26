"""Sockets: AF_UNIX, and a loopback network that never leaves the emulator."""
