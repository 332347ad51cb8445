"""The search: a simulated schedule, and who proposes and prunes."""
