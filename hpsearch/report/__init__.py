"""The report in three formats."""
