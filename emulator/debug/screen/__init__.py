"""The screen: a picture of the machine in a terminal, and keys that step it (needs Textual)."""
