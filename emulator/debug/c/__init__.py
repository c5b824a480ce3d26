"""C as a debugger speaks it: types, variables, values and expressions, from a program's DWARF."""
