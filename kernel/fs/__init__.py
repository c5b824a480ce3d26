"""Files: what a descriptor points to, path lookup, and the file systems behind it."""
