"""What a study predicts: one file a task, each a value of the contract in ``task``.

A task says how outputs become predictions, how a row is judged, what is measured and what chance
would reach. A new task is a file here with its line in the registry, and its slope under XLA in
``training.compiled.objectives``.
"""
