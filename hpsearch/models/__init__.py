"""Networks as values: what is compiled, and what is passed at run time."""
