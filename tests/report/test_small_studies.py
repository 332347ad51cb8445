"""Reports of studies of a few rows, separable or constant, with runs that diverged."""

import json
import math
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hpsearch.evaluation.baselines import label_of
from hpsearch.evaluation.outcome import (
    Measured,
    Outcome,
    TestedBaseline,
    TestedConfiguration,
    TestResult,
)
from hpsearch.report.report import write_report
from hpsearch.statistics.bootstrap import compare
from hpsearch.statistics.calibration import calibrate, choose_threshold, estimate_share
from hpsearch.statistics.split import split_estimate
from hpsearch.tasks.binary import BINARY, row_binary_crossentropy
from hpsearch.tensorboard.writing import write_tensorboard
from hpsearch.training.history import UNTRAINED, History
from tests.outcomes import (
    MakeOutcome,
    curve_of,
    lose,
    make_diverged,
    make_kernels,
    make_trial,
    with_standings,
)

Array = NDArray[np.float64]

KINDS = ("separable", "certain", "wrong", "constant", "noisy")

EXAMPLES = settings(
    deadline=None,
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),  # to shrink a failure takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


#: What is measured and what is compared.
METRICS: dict[str, Any] = {
    "metrics": BINARY.test_metrics,
    "compared": (BINARY.metric, BINARY.ranking_metric),
}


@dataclass(frozen=True)
class Small:
    """What a small study is made of; ``diverged`` are numbers of runs, taken modulo how many."""

    kind: str
    validation: int
    test: int
    trials: int
    seeds: int
    epochs: int
    tested: bool
    diverged: frozenset[int]


SMALL = st.builds(
    Small,
    kind=st.sampled_from(KINDS),
    validation=st.integers(2, 200),
    test=st.integers(2, 200),
    trials=st.integers(1, 12),
    seeds=st.integers(1, 3),
    epochs=st.integers(1, 4),
    tested=st.booleans(),
    diverged=st.frozensets(st.integers(0, 20), max_size=21),
)


def labeled(rows: int, seed: int) -> Array:
    """Both labels, the rarer one at least once."""
    labels = np.zeros(rows)
    labels[: max(rows // 2, 1)] = 1
    return np.random.default_rng(seed).permutation(labels)


def predicted(kind: str, labels: Array, seed: int) -> Array:
    """Probabilities of a network of this kind."""
    noise = np.random.default_rng(seed).random(len(labels))
    match kind:
        case "separable":
            return 0.1 + 0.8 * labels + 0.1 * noise
        case "certain":
            return labels.copy()
        case "wrong":
            return 1 - labels
        case "constant":
            return np.full(len(labels), 0.5)
    return noise


def made(make: MakeOutcome, small: Small) -> Outcome:
    """A study as ``small`` says; without a test where the winner's configuration diverged."""
    labels = labeled(small.validation, 0), labeled(small.test, 1)
    gone = {number % (small.trials or 1) for number in small.diverged if number < small.trials}
    trials = [
        make_diverged(number)
        if number in gone
        else make_trial(
            number,
            "pruned" if number % 4 == 3 else "complete",
            value=loss(small.kind, labels[0], number),
            epochs=small.epochs,
            best_epoch=small.epochs,
        )
        for number in range(small.trials)
    ]
    outcome = make(trials, standings=2, seeds=small.seeds, test=False)
    lost = {run for run in range(6) if run + 12 in small.diverged}
    standings = []
    for place, one in enumerate(outcome.standings):
        runs = tuple(
            lose(run)
            if place * 3 + run.run.index in lost
            else replace(run, value=loss(small.kind, labels[0], run.run.seed), epochs=small.epochs)
            for run in one.runs
        )
        values = [run.value for run in runs]
        finite = all(map(math.isfinite, values))
        mean = float(np.mean(values)) if finite else math.inf
        deviation = float(np.std(values, ddof=1)) if finite and len(values) > 1 else 0.0
        standings.append(replace(one, runs=runs, mean=mean, deviation=deviation))
    standings.sort(key=lambda one: (one.mean, one.trial))
    outcome = replace(
        with_standings(outcome, *standings),
        importances={} if len(trials) - len(gone) < 10 else outcome.importances,
        data=replace(outcome.data, validation_rows=small.validation, test_rows=small.test),
        history=lambda run: histories.get(run, UNTRAINED),
    )
    histories = {trial.run: history(small, labels[0], trial.value) for trial in trials}
    for standing in standings:
        histories |= {run.run.name: history(small, labels[0], run.value) for run in standing.runs}
    for trained in (*outcome.ablations, *outcome.baselines):
        histories[trained.run.name] = history(small, labels[0], trained.value)
    if small.tested and standings and math.isfinite(standings[0].mean):
        outcome = replace(outcome, test=measured(small, outcome, *labels))
    return outcome


def loss(kind: str, labels: Array, seed: int) -> float:
    return float(row_binary_crossentropy(labels, predicted(kind, labels, seed)).mean())


def history(small: Small, labels: Array, value: float | None) -> History:
    if value is None or not math.isfinite(value):
        return replace(UNTRAINED, curve=curve_of(np.full((1, 2, 2), np.nan)))
    losses = row_binary_crossentropy(labels, predicted(small.kind, labels, 0)).astype(np.float32)
    curve = curve_of(np.full((small.epochs, 2, 2), value))
    return History(curve, {small.epochs: ""}, losses, {small.epochs: make_kernels(1)})


def measured(small: Small, outcome: Outcome, validation: Array, labels: Array) -> TestResult:
    """The first of the leaderboard beside a baseline that predicts the same, and another."""
    winner = outcome.standings[0]
    seeds = [
        (predicted(small.kind, validation, n), predicted(small.kind, labels, n))
        for n in range(small.seeds)
    ]
    beside = {"reference": seeds[0][1], "tiny": seeds[0][1], "logistic_regression": 1 - seeds[0][1]}
    compared = compare(labels, beside, "reference", draws=50, **METRICS)
    losses = [
        np.stack([row_binary_crossentropy(truth, one[part]) for one in seeds])
        for part, truth in enumerate((validation, labels))
    ]
    return TestResult(
        reference=f"trial {winner.trial}",
        trial=winner.trial,
        index=0,
        rows=small.test,
        metrics={
            metric.name: Measured(
                **asdict(compared["reference"].metrics[metric.name]),
                seeds=tuple(metric.reference(labels, one) for _, one in seeds),
                validation=tuple(metric.reference(validation, one) for one, _ in seeds),
            )
            for metric in BINARY.test_metrics
        },
        configurations=(
            TestedConfiguration(
                winner.trial,
                tuple(float(one) for one in losses[1].mean(axis=1)),
                split_estimate(*losses),
            ),
        ),
        baselines=tuple(
            TestedBaseline(
                name,
                label_of(BINARY, name),
                0.5,
                compared[name].metrics,
                compared[name].differences,
            )
            for name in ("tiny", "logistic_regression")
        ),
        calibration=calibrate(labels, seeds[0][1], choose_threshold(validation, seeds[0][0])),
        openings=(),
    )


def intervals(values: Any) -> Iterator[Mapping[str, Any]]:
    """All estimates in the values of a report."""
    match values:
        case {"value": _, "low": _, "high": _}:
            yield values
        case dict():
            for one in values.values():
                yield from intervals(one)
        case list():
            for one in values:
                yield from intervals(one)


@EXAMPLES
@example(small=Small("separable", 100, 100, 5, 2, 4, True, frozenset()))
@example(small=Small("certain", 2, 2, 1, 1, 1, True, frozenset()))
@example(small=Small("constant", 2, 200, 12, 3, 1, True, frozenset()))
@example(small=Small("noisy", 20, 20, 12, 3, 4, True, frozenset(range(21))))
@given(small=SMALL)
def test_a_small_study_has_a_whole_report(make_outcome: MakeOutcome, small: Small) -> None:
    outcome = made(make_outcome, small)
    with tempfile.TemporaryDirectory() as folder:
        paths = write_report(replace(outcome, folder=Path(folder)))
        values = json.loads(paths.json.read_text(encoding="utf-8"))
        texts = [path.read_text(encoding="utf-8") for path in (paths.markdown, paths.html)]
        write_tensorboard(replace(outcome, folder=Path(folder)))
    for one in intervals(values):
        ends = [one["low"], one["value"], one["high"]]
        finite = [end for end in ends if end is not None]
        assert finite == sorted(finite), one
    for name, interval in values["test"]["intervals"].items() if values["test"] else ():
        assert interval["low"] <= values["test"][name] <= interval["high"]
    for text in texts:
        assert "could not be made" not in text
        assert not re.search(r"\b(None(?! of)|nan|inf)\b", text)


@settings(deadline=None, max_examples=150)
@given(
    kind=st.sampled_from(KINDS),
    rows=st.integers(2, 200),
    seed=st.integers(0, 3),
    scale=st.sampled_from([1.0, 1e-9, 1 - 1e-12]),
)
def test_intervals_hold_their_estimates(kind: str, rows: int, seed: int, scale: float) -> None:
    labels = labeled(rows, seed)
    probabilities = predicted(kind, labels, seed) * scale
    other = predicted("noisy", labels, seed)
    found = calibrate(labels, probabilities, choose_threshold(labels, probabilities))
    estimates = [one.observed for one in found.bins]
    for model in compare(
        labels, {"a": probabilities, "b": other}, "a", draws=20, **METRICS
    ).values():
        estimates += [*model.metrics.values(), *model.differences.values()]
    for one in estimates:
        assert one.low <= one.value <= one.high


@settings(deadline=None, max_examples=200)
@given(rows=st.integers(1, 100_000), data=st.data())
def test_wilson_intervals_hold_the_share(rows: int, data: st.DataObject) -> None:
    ones = data.draw(st.one_of(st.just(0), st.just(rows), st.integers(0, rows)))
    one = estimate_share(ones, rows)
    assert 0 <= one.low <= one.value <= one.high <= 1


@pytest.mark.parametrize("diverged", [1, 3])
def test_a_study_of_which_every_trial_diverged_says_so(
    make_outcome: MakeOutcome, tmp_path: Path, diverged: int
) -> None:
    outcome = make_outcome([make_diverged(number) for number in range(diverged)])
    paths = write_report(outcome)
    write_tensorboard(outcome)
    values = json.loads(paths.json.read_text(encoding="utf-8"))
    assert values["search"]["trials"]["complete"] == 0
    assert values["search"]["trials"]["diverged"] == diverged
    for path in (paths.markdown, paths.html):
        text = path.read_text(encoding="utf-8")
        assert f"({diverged} diverged)" in text
        assert f"0 complete, 0 pruned, {diverged} diverged" in text
