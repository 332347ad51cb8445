"""The one look at the test rows. No other module may open them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from typing import Any

import numpy as np

from hpsearch.data.splits import Opening, Scaling, SealedTest
from hpsearch.metrics import OBJECTIVE, TEST_METRICS
from hpsearch.results.bootstrap import bootstrap_intervals
from hpsearch.results.outcome import Measured, TestResult
from hpsearch.results.reevaluate import Retraining
from hpsearch.search.record import Record
from hpsearch.training.segment import Arrays

#: Runs ``hpsearch.training.model.predict`` in a worker.
Predict = Callable[..., Future[Any]]


def recorded_test(record: Record) -> TestResult | None:
    """The test result in the record, or None where the winner was not measured."""
    found = record.fact("test", None)
    if found is None:
        return None
    return TestResult(
        trial=found["trial"],
        index=found["index"],
        rows=found["rows"],
        metrics={
            name: Measured(**{**values, "seeds": tuple(values["seeds"])})
            for name, values in found["metrics"].items()
        },
        openings=tuple(
            Opening(opening["time"], opening["trial"], opening["why"])
            for opening in record.fact("openings", [])
        ),
    )


def already_measured(record: Record, runs: Sequence[Retraining], exported: int) -> bool:
    """Whether the record holds the test result of just these re-trainings."""
    found = record.fact("test", None)
    return found is not None and found["identity"] == _identity(runs, exported)


def measure(
    record: Record,
    sealed: SealedTest,
    scaling: Scaling,
    *,
    runs: Sequence[Retraining],
    weights: Sequence[Arrays],
    exported: int,
    predict: Predict,
) -> None:
    """Open the test rows, measure the winner's re-trainings on them, and write it all down.

    Args:
        runs: The winner's re-trainings, with ``weights`` of their best epochs.
        exported: Index into ``runs`` of the model that is saved; its values are the result, those
            of the others show the spread over seeds.
    """
    winner = runs[exported]

    identity = _identity(runs, exported)

    def log(opening: Opening) -> None:
        """An opening that was cut short, whose result nobody saw, is taken up and not a new one."""
        before = record.fact("openings", [])
        if not before or before[-1]["identity"] != identity:
            record.set_fact("openings", [*before, {**asdict(opening), "identity": identity}])

    why = f"the best by mean {OBJECTIVE} over {len(runs)} seeds is measured"
    features, labels = sealed.unseal(winner.trial.number, why, log)
    predicted = [
        predict(run.network, run.knobs, scaling, arrays, features)
        for run, arrays in zip(runs, weights, strict=True)
    ]
    probabilities = [future.result() for future in predicted]
    intervals = bootstrap_intervals(labels.astype(np.float64), probabilities[exported])
    metrics = {}
    for metric in TEST_METRICS:
        values = tuple(metric.reference(labels, one) for one in probabilities)
        interval = intervals[metric.name]
        metrics[metric.name] = asdict(
            Measured(values[exported], interval.low, interval.high, values)
        )
    record.set_fact(
        "test",
        {
            "trial": winner.trial.number,
            "index": winner.index,
            "rows": len(labels),
            "metrics": metrics,
            "identity": identity,
        },
    )


def _identity(runs: Sequence[Retraining], exported: int) -> list[Any]:
    return [exported, [run.identity for run in runs]]
