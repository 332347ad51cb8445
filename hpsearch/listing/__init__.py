"""What the commands print: as text for people, and as JSON values for other programs."""
