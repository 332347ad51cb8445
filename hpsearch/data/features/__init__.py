"""Raw columns of all kinds as features: one file for each kind, and the whole of a table.

Each part is fitted on train rows and then frozen. It says its features three times, which tests
hold to be the same: as numbers by NumPy (``apply``), as nodes of a Keras graph, and as names.
"""
