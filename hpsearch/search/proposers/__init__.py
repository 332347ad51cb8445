"""Who proposes a trial's values."""
