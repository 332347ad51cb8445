"""How time and memory grow with trials and with rows, and what of it is the driver's own.

``python -m benchmarks.growth`` runs ``hpsearch optimize`` on simulated rows with nothing cached:
small trials in growing number; trials of ordinary size, as many as the reference study's, for the
driver's share of the processor time; and a few trials on a growing number of rows. ``2nd half`` has
the seconds a trial over the second half of the trials, when most programs are compiled: growth is
linear where it stays. ``driver`` is the driver's processor time, ask, report and tell, from when
the search began until its last trial ended. Memory is the slope of the resident set over the second
half, of the driver and of a worker, the mean over all: each grows with its programs and is replaced
now and then, and one alone would show where in that it was.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.optimize import SEARCH_ALONE, Watched, optimize
from benchmarks.printing import figure, print_table, ratio, write_json
from benchmarks.sampler import Column, Sampler
from hpsearch.processes import cores

ONCE = {"data.source": "collisions", **SEARCH_ALONE}
SMALL = {
    **ONCE,
    "data.validation": 500,
    "data.train": 2_000,
    "data.test": 500,
    "training.epochs": 6,
    "search.warmup_epochs": 2,
    "space.units.int": "[4, 32]",
}
ORDINARY = {**ONCE, "data.test": 1_000, "training.epochs": 100}
#: All of one shape, so that time grows with rows and not with programs.
ONE_SHAPE = {
    **ONCE,
    "data.test": 1_000,
    "training.epochs": 20,
    "search.warmup_epochs": 20,
    "space.layers": 2,
    "space.units": 32,
    "space.batch_normalization": "false",
    "search.trials": 16,
}


def main(given: argparse.Namespace) -> None:
    """Measure, print each table as it is done, and write."""
    kinds = {
        "small trials": [{**SMALL, "search.trials": trials} for trials in given.trials],
        "trials of ordinary size": [
            {**ORDINARY, "search.trials": trials} for trials in given.ordinary
        ],
        "rows": [{**ONE_SHAPE, "data.train": rows} for rows in given.rows],
    }
    found = {}
    for kind, sizes in kinds.items():
        engine = {"training.engine": given.engine}
        found[kind] = [_measure({**size, **engine}, given.workers) for size in sizes]
        if kind == "rows":
            _print_rows(found[kind])
        else:
            _print_trials(kind, found[kind])
    write_json(given.json, {"workers": given.workers, **found})


def _measure(settings: Mapping[str, Any], workers: int | None) -> dict[str, Any]:
    """Run a study and say what it took; seconds and MB."""
    sampler = Sampler()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        run = optimize(out, settings, look=sampler, every=0.5, workers=workers)
    trials, first, last = run.ended[-1][1], run.began, run.search_seconds
    half, ended = next((when, ended) for when, ended in run.ended if 2 * ended >= trials)
    driver, others = (
        sampler.spent(column, first, last) for column in ("driver_cpu", "workers_cpu")
    )
    ended_then = _ended(run, sampler.between(half, last, "seconds"))
    memory: dict[str, float | None] = {}
    for who, column, of in (
        ("driver", "driver_mb", 1),
        ("worker", "workers_mb", workers or cores()),
    ):
        slope = _slope(ended_then, sampler.between(half, last, column))
        memory[f"{who}_mb_a_trial"] = None if slope is None else slope / of
    for who, column in (("driver", "driver_mb"), ("worker", "largest_mb")):
        memory[f"{who}_mb_at_most"] = float(sampler.between(first, last, column).max(initial=0))
    return {
        "settings": dict(settings),
        "trials": trials,
        "seconds_before": first,
        "seconds": last - first,
        "seconds_a_trial": (last - first) / trials,
        "seconds_a_trial_in_second_half": ratio(last - half, trials - ended),
        "driver_cpu_seconds": driver,
        "workers_cpu_seconds": others,
        "driver_cpu_seconds_a_trial": driver / trials,
        "driver_share": driver / (driver + others),
        **memory,
    }


def _ended(run: Watched, seconds: Column) -> Column:
    """Trials that had ended at these times."""
    when, trials = zip(*run.ended, strict=True)
    return np.array(trials, np.float64)[np.searchsorted(when, seconds, "right") - 1]


def _slope(trials: Column, memory: Column) -> float | None:
    """MB a trial; None where samples are too few for a line."""
    return float(np.polyfit(trials, memory, 1)[0]) if len(set(trials)) > 2 else None


def _print_trials(title: str, found: Sequence[Mapping[str, Any]]) -> None:
    print_table(
        title,
        [
            *("trials", "search s", "s/trial", "2nd half", "driver ms/trial", "driver share"),
            *("driver MB/trial", "worker MB/trial", "driver MB", "largest worker MB"),
        ],
        [
            [
                *(f"{one['trials']:,}", f"{one['seconds']:.1f}", f"{one['seconds_a_trial']:.3f}"),
                figure(one["seconds_a_trial_in_second_half"], ".3f"),
                f"{1e3 * one['driver_cpu_seconds_a_trial']:.1f}",
                f"{100 * one['driver_share']:.1f} %",
                figure(one["driver_mb_a_trial"], "+.3f"),
                figure(one["worker_mb_a_trial"], "+.3f"),
                *(f"{one['driver_mb_at_most']:.0f}", f"{one['worker_mb_at_most']:.0f}"),
            ]
            for one in found
        ],
    )


def _print_rows(found: Sequence[Mapping[str, Any]]) -> None:
    print_table(
        f"rows, {ONE_SHAPE['search.trials']} trials of {ONE_SHAPE['training.epochs']} epochs",
        ["train rows", "start and rows s", "search s", "s/trial", "2nd half", "us/row and epoch"],
        [
            [
                f"{one['settings']['data.train']:,}",
                *(f"{one['seconds_before']:.1f}", f"{one['seconds']:.1f}"),
                f"{one['seconds_a_trial']:.3f}",
                figure(one["seconds_a_trial_in_second_half"], ".3f"),
                figure(_microseconds(one), ".3f"),
            ]
            for one in found
        ],
    )


def _microseconds(one: Mapping[str, Any]) -> float | None:
    """Of the wall clock, a row and epoch of a trial, over the second half of the trials."""
    settings = one["settings"]
    return ratio(
        one["seconds_a_trial_in_second_half"],
        1e-6 * settings["data.train"] * settings["training.epochs"],
    )


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",") if number]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=_numbers, default=[30, 100, 300, 1_000])
    parser.add_argument("--ordinary", type=_numbers, default=[300], help="of ordinary size")
    parser.add_argument("--rows", type=_numbers, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--workers", type=int, help="one for each core if not given")
    parser.add_argument("--engine", choices=("compiled", "keras"), default="compiled")
    parser.add_argument("--json", type=Path)
    main(parser.parse_args())
