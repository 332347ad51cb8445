"""Predictions of a saved model as files: what a row of them says, and a format each."""

from hpsearch.data.predictions.opening import Predictions, Write, open_predictions

__all__ = ["Predictions", "Write", "open_predictions"]
