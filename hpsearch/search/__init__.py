"""The search: a simulated schedule, Optuna's samplers and pruners, and the record."""
