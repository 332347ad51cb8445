"""A search against what a user would write: trials a minute, the best loss, time to a given loss.

``python -m benchmarks.search`` runs, one after the other on the same rows and the same space,
``hpsearch optimize --study higgs`` with nothing cached, Optuna with Keras in one process and in as
many as hpsearch has workers on one storage, and KerasTuner's Hyperband; 100 trials of up to 100
epochs each. It prints two tables; ``--json FILE`` writes them with all traces.

Seconds are counted from the start of a process, imports and compiling included, hpsearch's until
its last trial ended; ``whole`` has its re-training, test and report as well. A peer that is not
done after 12 times hpsearch's seconds (``--limit``) is stopped; then the factor is a lower bound.
A loss is the lowest ``val_binary_crossentropy`` of any epoch of any trial.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.optimize import SEARCH_ALONE, optimize
from benchmarks.printing import figure, print_table, ratio, write_json
from benchmarks.rows import Rows, prepare
from benchmarks.run_peer import run_peer
from benchmarks.traces import CurveWatch, Trace
from hpsearch.study.finding import find_study
from hpsearch.study.reading import read_study

COMPETITORS = ("hpsearch", "optuna", "optuna4", "kerastuner")


@dataclass(frozen=True, slots=True)
class Searched:
    """How a competitor did; ``rounds`` has the seconds of all runs, of which this is the median.

    ``stopped`` says that it was not done when its time was up; its trials are those it had begun.
    """

    label: str
    trials: int
    epochs: int
    seconds: float
    whole_seconds: float
    rounds: tuple[float, ...]
    stopped: bool
    trace: Trace

    @property
    def trials_a_minute(self) -> float:
        return 60 * self.trials / self.seconds


def main(given: argparse.Namespace) -> None:
    """Run what was asked for, print and write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = prepare(given.data, folder / "fold.npz")
        print(f"rows: {rows.description}", flush=True)
        settings = {**rows.settings, **_settings(given.trials, given.epochs)}
        found: dict[str, Searched] = {}
        for competitor in given.only:
            print(f"{competitor} ... ", end="", flush=True)
            if competitor == "hpsearch":
                rounds = [
                    _hpsearch(folder / f"run-{index}", settings, rows, given.workers)
                    for index in range(given.rounds)
                ]
                found[competitor] = _median(rounds)
            else:
                longest = given.limit * found["hpsearch"].seconds if found else float("inf")
                found[competitor] = _peer(
                    competitor, folder, settings, rows, given.workers, longest
                )
            print(f"{found[competitor].seconds:.1f} s", flush=True)
    ours = found.get("hpsearch")
    compared = {name: _compare(one, ours) for name, one in found.items()}
    _print(found, compared, ours)
    write_json(
        given.json,
        {
            "rows": rows.description,
            "settings": settings,
            "workers": given.workers,
            "competitors": {name: {**asdict(one), **compared[name]} for name, one in found.items()},
        },
    )


def _settings(trials: int, epochs: int) -> dict[str, Any]:
    """The study's entries at these sizes; patience and warm-up stay, as far as they fit."""
    warmup = read_study(find_study("higgs")).warmup_epochs
    return {
        "search.trials": trials,
        "training.epochs": epochs,
        "search.warmup_epochs": min(warmup, epochs),
    }


def _hpsearch(out: Path, settings: Mapping[str, Any], rows: Rows, workers: int) -> Searched:
    watch = CurveWatch(out)
    run = optimize(
        out, {**settings, **SEARCH_ALONE}, look=watch, every=0.25, workers=workers, data=rows.data
    )
    seconds = run.search_seconds
    return Searched(
        label=f"hpsearch, {workers} workers",
        trials=run.ended[-1][1],
        epochs=watch.epochs,
        seconds=seconds,
        whole_seconds=run.seconds,
        rounds=(seconds,),
        stopped=False,
        trace=Trace.of((min(when, seconds), loss) for when, loss in watch.seen),
    )


def _median(rounds: Sequence[Searched]) -> Searched:
    """The run of middle length; the longer of two."""
    middle = sorted(rounds, key=lambda one: one.seconds)[len(rounds) // 2]
    return replace(middle, rounds=tuple(one.seconds for one in rounds))


def _peer(
    competitor: str,
    folder: Path,
    settings: Mapping[str, Any],
    rows: Rows,
    workers: int,
    limit_seconds: float,
) -> Searched:
    processes = workers if competitor == "optuna4" else 1
    label = {
        "optuna": "Optuna and Keras, 1 process",
        "optuna4": f"Optuna and Keras, {workers} processes",
        "kerastuner": "KerasTuner's Hyperband",
    }[competitor]
    run = run_peer(
        "kerastuner" if competitor == "kerastuner" else "optuna",
        folder / competitor,
        settings,
        rows.fold,
        processes=processes,
        limit_seconds=limit_seconds,
    )
    return Searched(
        label=label,
        trials=len({epoch.trial for epoch in run.epochs}),
        epochs=len(run.epochs),
        seconds=run.seconds,
        whole_seconds=run.seconds,
        rounds=(run.seconds,),
        stopped=run.stopped,
        trace=Trace.of((epoch.seconds, epoch.loss) for epoch in run.epochs),
    )


def _compare(one: Searched, ours: Searched | None) -> dict[str, float | None]:
    """What a competitor's run says beside hpsearch's; ratios above 1 are for hpsearch.

    One that was stopped would have taken longer for the trials: its speedup is a lower bound.
    """
    loss = one.trace.best
    alone = {
        "trials_a_minute": one.trials_a_minute,
        "best": loss,
        "seconds_to_its_best": None if loss is None else one.trace.seconds_to(loss),
    }
    if ours is None or loss is None:
        return alone
    our_seconds = ours.trace.seconds_to(loss)
    return {
        **alone,
        "speedup": ratio(one.seconds, ours.seconds)
        if one.stopped
        else ratio(ours.trials_a_minute, one.trials_a_minute),
        "best_in_equal_time": one.trace.best_at(ours.seconds),
        "hpsearch_seconds_to_its_best": our_seconds,
        "speedup_to_its_best": ratio(alone["seconds_to_its_best"], our_seconds),
    }


def _print(
    found: Mapping[str, Searched],
    compared: Mapping[str, Mapping[str, float | None]],
    ours: Searched | None,
) -> None:
    equal = "" if ours is None else f"best after {ours.seconds:.0f} s"
    print_table(
        "search",
        [
            *("", "trials", "epochs", "seconds", "whole", "trials/min", "hpsearch is"),
            *("best loss", equal or "best after -"),
        ],
        [
            [
                *(one.label, f"{one.trials}", f"{one.epochs:,}", f"{one.seconds:.1f}"),
                *(f"{one.whole_seconds:.1f}", f"{one.trials_a_minute:.2f}"),
                ("> " if one.stopped else "")
                + _times(compared[name].get("speedup") if name != "hpsearch" else None),
                figure(compared[name]["best"], ".4f"),
                figure(compared[name].get("best_in_equal_time"), ".4f"),
            ]
            for name, one in found.items()
        ],
    )
    print_table(
        "time to a given loss, that which the peer reaches at its end",
        ["", "loss", "its seconds", "hpsearch's seconds", "hpsearch is"],
        [
            [
                one.label,
                figure(compared[name]["best"], ".4f"),
                figure(compared[name]["seconds_to_its_best"]),
                figure(compared[name].get("hpsearch_seconds_to_its_best")),
                _times(compared[name].get("speedup_to_its_best")),
            ]
            for name, one in found.items()
            if name != "hpsearch"
        ],
    )


def _times(quotient: float | None) -> str:
    return "-" if quotient is None else f"{quotient:.1f} x"


def _only(text: str) -> list[str]:
    names = text.split(",")
    if not set(names) <= set(COMPETITORS):
        raise argparse.ArgumentTypeError(f"must be among {', '.join(COMPETITORS)}, got {text}")
    return [name for name in COMPETITORS if name in names]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=100, help="most epochs of a trial")
    parser.add_argument("--workers", type=int, default=4, help="of hpsearch, and of optuna4")
    parser.add_argument("--rounds", type=int, default=1, help="runs of hpsearch; the median counts")
    parser.add_argument("--data", type=Path, help="HIGGS.csv.gz or any beginning of it")
    parser.add_argument("--only", type=_only, default=list(COMPETITORS), help="a,b: some of them")
    parser.add_argument(
        "--limit", type=float, default=12, help="stop a peer after so many times hpsearch's seconds"
    )
    parser.add_argument("--json", type=Path)
    main(parser.parse_args())
