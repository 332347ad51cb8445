"""TensorBoard's HParams, scalars, graphs and histograms."""
