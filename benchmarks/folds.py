"""Folds against a single split at equal epochs: what dealing rows out to folds costs in time.

Runs the study ``breast-cancer`` without pruning and early stopping twice, by turns: trials over
five folds, and five times as many trials on a single split, so that both train equally many epochs.
Rows that train are 4 of 5 in both.

    python -m benchmarks.folds --trials 8 --rounds 3
"""

import argparse
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.optimize import SEARCH_ALONE, optimize
from benchmarks.printing import print_table, write_json

FOLDS = 5

#: All trials train all epochs.
EQUAL = {
    **SEARCH_ALONE,
    "search.pruner": "none",
    "training.epochs": 100,
    "training.patience": 100,
    "space.layers": 2,
    "space.units": 32,
    "space.scaling": "standard",
}


def seconds(trials: int, workers: int, how: dict[str, Any]) -> tuple[float, float]:
    """Seconds of the search, with the start of the process, and of the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        watched = optimize(
            Path(folder) / "study",
            {**EQUAL, **how, "search.trials": trials},
            look=lambda process, seconds: None,
            every=60.0,
            workers=workers,
            study="breast-cancer",
        )
    return watched.search_seconds, watched.seconds


def main(given: argparse.Namespace) -> None:
    """Measure by turns, print and write."""
    ways: dict[str, tuple[int, dict[str, Any]]] = {
        f"{given.trials} trials over {FOLDS} folds": (given.trials, {"data.folds": FOLDS}),
        f"{FOLDS * given.trials} trials on a single split": (
            FOLDS * given.trials,
            {"data.validation": 0.16},
        ),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(given.rounds):
        for name, (trials, how) in ways.items():
            found[name].append(seconds(trials, given.workers, how))
    medians = {name: [median(each) for each in zip(*found[name], strict=True)] for name in found}
    single = medians[list(ways)[1]]
    print_table(
        f"{FOLDS * given.trials * EQUAL['training.epochs']:,} epochs, {given.workers} workers",
        ("", "search s", "whole s", "search, of a single split"),
        [
            [name, f"{search:.1f}", f"{whole:.1f}", f"{search / single[0]:.2f}"]
            for name, (search, whole) in medians.items()
        ],
    )
    write_json(given.json, {"workers": given.workers, "seconds": found})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path)
    main(parser.parse_args())
