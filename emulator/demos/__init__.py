"""Demonstrations that run several guests, or one several times, and put the results in a table."""
