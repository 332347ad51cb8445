"""What an outcome says: luck, regularizers, pruning, spending."""
