"""How many rows go through a network at a time where all rows do."""

#: The most rows of a block, and the most values that are float32 at a time: 32 MB.
ROWS, VALUES = 8_192, 1 << 23


def block_rows(columns: int, most: int = ROWS) -> int:
    """Rows of a block of so many columns: ``most``, or fewer where rows are very wide."""
    return max(1, min(most, VALUES // max(columns, 1)))
