"""A Linux process model for i386 programs; it knows a machine's interface and no emulator."""
