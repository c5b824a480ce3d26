"""Talking through the kernel: System V message queues, semaphores, shared memory; POSIX queues."""
