"""Who proposes a trial's values: a contract, one file for each that keeps it, and a registry.

To add one: its options in ``hpsearch/study/samplers.py``, a file here with a function that keeps
``Proposer``, and its line in ``registry.py``. The tests of the contract run over the registry.
"""
