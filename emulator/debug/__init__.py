"""Debugging: stepping by hand, in lines or on a screen; predicting; looking; a server for gdb."""
