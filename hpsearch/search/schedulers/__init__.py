"""Who decides whether a trial goes on: a contract, one file for each that keeps it, and a registry.

To add one: its options in ``hpsearch/study/pruners.py``, a file here with a function that keeps
``MakeScheduler``, and its line in ``registry.py``.
"""
