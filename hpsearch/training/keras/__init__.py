"""Keras's own ``fit``, and networks as Keras models."""
