"""Who decides whether a trial goes on."""
