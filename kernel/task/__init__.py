"""Tasks: creating, scheduling, executing, ending and waiting for them."""
