"""What a study predicts: objective, metrics and how predictions are judged."""
