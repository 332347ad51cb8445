"""The layers that networks are made of, one file a kind.

A layer is a value that knows its arrays, its NumPy reference and the stock Keras layer that
computes the same. Its passes under XLA stand in ``training.compiled.passes``. A new kind is a file
here, one there, and a line in the registry of passes.
"""
