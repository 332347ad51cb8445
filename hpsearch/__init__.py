"""Hyperparameter search for Keras networks on tables: fast, repeatable, resumable, honest."""

__version__ = "0.1.0"
