"""What i386 Linux looks like from a program: numbers, flags and structures; imports nothing."""
