"""What a study found: the leaderboard over seeds, and the one look at the test rows."""
