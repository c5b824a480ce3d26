"""seccomp(2): system calls that a thread has forbidden itself, judged before they are made."""
