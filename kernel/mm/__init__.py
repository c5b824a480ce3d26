"""Memory: frames, areas, address spaces, page faults, executable images."""
