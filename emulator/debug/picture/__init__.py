"""Pictures: everything a person may want to see of a stopped machine, as frozen plain data."""
