"""Training as a pure function, behind one contract."""
