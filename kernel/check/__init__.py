"""The misuse check: what a vfork child does that the texts on vfork forbid (--check)."""
