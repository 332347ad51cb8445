"""Simulated collisions that stand in for HIGGS where it cannot be had."""
