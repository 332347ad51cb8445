"""Rows: read from files, fetched, or simulated; checked; and cut into what may be seen when."""
