"""What the Optuna dashboard shows of a study."""
