"""TensorBoard on a study: HParams, curves, histograms and graphs, written without TensorFlow."""
