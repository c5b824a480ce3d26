"""An i386 PC that runs until a trap; it has never heard of Linux."""
