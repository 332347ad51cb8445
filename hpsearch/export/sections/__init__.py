"""The sections of the report: each module says one thing, in values and in figures.

A section is a module with ``TITLE``, ``values(outcome)`` and ``figures(outcome, values)``; its
texts are the templates of its name. ``values`` is what JSON holds and the templates say, or one
line on why there is nothing and how to get it. ``figures`` are drawn when they are called.
"""
