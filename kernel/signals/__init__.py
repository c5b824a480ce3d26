"""Signals: pending, blocked, handled; sent, delivered, returned from."""
