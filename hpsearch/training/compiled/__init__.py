"""Whole epochs in one XLA program a network shape."""
