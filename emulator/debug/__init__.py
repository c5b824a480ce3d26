"""Debugging: stepping by hand, in lines or on a screen; predicting; looking at what is there."""
