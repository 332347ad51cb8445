"""Every page of a study in a real browser."""
