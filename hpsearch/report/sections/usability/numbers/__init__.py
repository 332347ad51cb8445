"""What predicted numbers are worth: their errors, how large, and where."""
