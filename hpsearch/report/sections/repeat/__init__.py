"""How is it repeated? The last part of every report."""
