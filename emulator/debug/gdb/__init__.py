"""A server for gdb: its remote serial protocol, spoken over a loopback socket."""
