"""What came out: the winner, what to believe, and the test rows."""
