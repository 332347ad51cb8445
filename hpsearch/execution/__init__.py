"""Where pieces of work run: worker processes on this machine."""
