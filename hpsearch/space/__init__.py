"""Search spaces: domains, conditions, and the names that may be searched."""
