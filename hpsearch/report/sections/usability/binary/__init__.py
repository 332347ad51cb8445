"""What probabilities of one label are worth: calibration, ranking, decisions, scores."""
