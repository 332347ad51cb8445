"""The sections of the report, a folder for each question, and their registry."""
