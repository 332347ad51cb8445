"""Predictions of a saved model as files: what is written for each row, and one module a format."""

from hpsearch.data.predictions.opening import Predictions, Write, open_predictions

__all__ = ["Predictions", "Write", "open_predictions"]
