"""Others that declare the same, measured in one run with us."""
