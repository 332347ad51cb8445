"""The one look at the test rows. No other module may open them."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from hpsearch.data.folds import Split
from hpsearch.errors import RecordError
from hpsearch.evaluation.baselines import label_of
from hpsearch.evaluation.outcome import Measured, TestedBaseline, TestedConfiguration, TestResult
from hpsearch.models.arrays import Arrays
from hpsearch.record.folder import StudyFolder
from hpsearch.record.measurements import keep_result, measured_result, present_result
from hpsearch.record.openings import log_opening, recorded_openings
from hpsearch.record.record import Record
from hpsearch.statistics.bootstrap import compare
from hpsearch.statistics.calibration import calibrate, choose_threshold
from hpsearch.statistics.split import split_estimate
from hpsearch.tasks.task import Task
from hpsearch.training.run import Run

Probabilities = NDArray[np.float64]

#: How a result is read from the record.
_RESULT = TypeAdapter(TestResult)


@dataclass(frozen=True, slots=True)
class Candidates:
    """All that is measured in one opening.

    Attributes:
        configurations: The re-trainings of each trial, the winner's first.
        exported: Index into the winner's of the model that is saved.
        networks: Those among the baselines.
        models: Those of scikit-learn, with the seed that each is fitted with.
    """

    configurations: Mapping[int, Sequence[Run]]
    exported: int
    networks: Sequence[Run]
    models: Mapping[str, int]

    @property
    def runs(self) -> tuple[Run, ...]:
        """All networks, the winner's first."""
        return (*(run for runs in self.configurations.values() for run in runs), *self.networks)

    @property
    def identity(self) -> list[Any]:
        """What the result is a result of, as JSON has it."""
        configurations = [[number, len(runs)] for number, runs in self.configurations.items()]
        identities = [run.identity for run in self.runs]
        return [
            self.exported,
            configurations,
            identities,
            [[*model] for model in self.models.items()],
        ]


@dataclass(frozen=True, slots=True)
class Predictors:
    """What predicts: each returns predictions, float64 ``(rows,)``.

    Attributes:
        network: Of a network with weights, for raw rows.
        validation: Of a network with weights, for the validation rows.
        model: Fits a model of scikit-learn by name and seed; for the validation rows, and for raw
            features.
    """

    network: Callable[[Run, Arrays, Any], Future[Probabilities]]
    validation: Callable[[Run, Arrays], Future[Probabilities]]
    model: Callable[[str, int, Any], Future[tuple[Probabilities, Probabilities]]]


@dataclass(frozen=True, slots=True)
class _Predicted:
    """Probabilities of a network or model for the validation rows and for the test rows."""

    validation: Probabilities
    test: Probabilities


def recorded_test(record: Record, identity: list[Any] | None = None) -> TestResult | None:
    """The test result in the record, or None where nothing was measured.

    Args:
        identity: What was measured; the result that the study has at present if None.
    """
    kept = present_result(record) if identity is None else measured_result(record, identity)
    if kept is None:
        return None
    openings = recorded_openings(record)
    try:
        result = _RESULT.validate_python(kept)
    except ValidationError as error:
        raise RecordError(
            f"the record's test result must be one of hpsearch, got: {error}"
        ) from None
    return replace(result, openings=openings.entries, openings_known=openings.known)


def already_measured(record: Record, candidates: Candidates) -> bool:
    """Whether the record holds the test result of just these, measured at any time."""
    return measured_result(record, candidates.identity) is not None


def measure(
    folder: StudyFolder,
    rows: Split,
    candidates: Candidates,
    weights: Sequence[Arrays],
    predictors: Predictors,
) -> None:
    """Open the test rows, measure all candidates on them, and write it all down.

    Args:
        weights: Of the best epochs of ``candidates.runs``.
    """
    winner = next(iter(candidates.configurations), None)
    log = partial(log_opening, folder.path, folder.record, identity=candidates.identity)
    raw, labels = rows.sealed.unseal(winner, _why(folder.spec.task, candidates), log)
    networks = [
        (predictors.validation(run, arrays), predictors.network(run, arrays, raw))
        for run, arrays in zip(candidates.runs, weights, strict=True)
    ]
    models = {name: predictors.model(name, seed, raw) for name, seed in candidates.models.items()}
    predicted = {
        run.name: _Predicted(validation.result(), test.result())
        for run, (validation, test) in zip(candidates.runs, networks, strict=True)
    }
    predicted |= {name: _Predicted(*future.result()) for name, future in models.items()}
    truth = (rows.fold.validation_labels.astype(np.float64), labels.astype(np.float64))
    result = _result(folder.spec.task, candidates, predicted, *truth)
    keep_result(folder.record, candidates.identity, asdict(result))


def _why(task: Task, candidates: Candidates) -> str:
    baselines = _count("baseline", len(candidates.networks) + len(candidates.models))
    if not candidates.configurations:
        return f"{baselines} measured beside each other"
    seeds = _count("seed", len(next(iter(candidates.configurations.values()))))
    others = _count("other configuration", len(candidates.configurations) - 1)
    return (
        f"the best by mean {task.objective} over {seeds} is measured, and beside it {others} and "
        f"{baselines}"
    )


def _count(what: str, number: int) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _result(
    task: Task,
    candidates: Candidates,
    predicted: Mapping[str, _Predicted],
    validation_labels: Probabilities,
    test_labels: Probabilities,
) -> TestResult:
    """What all that was predicted says; the openings are not in it."""
    values = {
        name: float(task.prediction_losses(validation_labels, rows.validation).mean())
        for name, rows in predicted.items()
    }
    baselines = {run.name: run.variant for run in candidates.networks}
    baselines |= {name: name for name in candidates.models}
    winner, seeds = next(iter(candidates.configurations.items()), (None, ()))
    reference = (
        seeds[candidates.exported].name if seeds else min(baselines, key=lambda name: values[name])
    )
    compared_tests = {name: predicted[name].test for name in (reference, *baselines)}
    compared = compare(
        test_labels,
        compared_tests,
        reference,
        metrics=task.test_metrics,
        compared=(task.metric, task.ranking_metric),
    )
    shown = predicted[reference]
    same = [predicted[run.name] for run in seeds] or [shown]
    return TestResult(
        reference=f"trial {winner}" if winner is not None else label_of(task, baselines[reference]),
        trial=winner,
        index=candidates.exported if seeds else None,
        rows=len(test_labels),
        metrics={
            metric.name: Measured(
                **asdict(compared[reference].metrics[metric.name]),
                seeds=tuple(metric.reference(test_labels, seed.test) for seed in same),
                validation=tuple(
                    metric.reference(validation_labels, seed.validation) for seed in same
                ),
            )
            for metric in task.test_metrics
        },
        configurations=tuple(
            _configuration(
                task, number, [predicted[run.name] for run in runs], validation_labels, test_labels
            )
            for number, runs in candidates.configurations.items()
        ),
        baselines=tuple(
            TestedBaseline(
                name=baseline,
                label=label_of(task, baseline),
                validation=values[name],
                metrics=compared[name].metrics,
                differences=compared[name].differences,
            )
            for name, baseline in baselines.items()
        ),
        calibration=calibrate(
            test_labels, shown.test, choose_threshold(validation_labels, shown.validation)
        )
        if task.gives_probability
        else None,
        openings=(),
    )


def _configuration(
    task: Task,
    number: int,
    seeds: Sequence[_Predicted],
    validation_labels: Probabilities,
    test_labels: Probabilities,
) -> TestedConfiguration:
    validation, test = (
        np.stack([task.prediction_losses(labels, predictions) for predictions in parts])
        for labels, parts in (
            (validation_labels, [seed.validation for seed in seeds]),
            (test_labels, [seed.test for seed in seeds]),
        )
    )
    means = tuple(float(mean) for mean in test.mean(axis=1))
    return TestedConfiguration(number, means, split_estimate(validation, test))
