"""System calls: one annotated function each, in one file per topic."""
