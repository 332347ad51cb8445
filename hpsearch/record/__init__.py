"""The record of a study on disk: trials, facts, learning curves and states."""
