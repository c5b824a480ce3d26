"""Ask mode: before a system call somebody predicts what will come of it."""
