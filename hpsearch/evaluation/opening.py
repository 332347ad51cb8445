"""The one look at the test rows. No other module may open them."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from hpsearch.data.folds import Split, out_of_fold
from hpsearch.errors import RecordError
from hpsearch.evaluation.candidates import Candidates
from hpsearch.evaluation.judging import Predicted, Predictions, Truth, judge
from hpsearch.evaluation.outcome import TestResult
from hpsearch.models.arrays import Arrays
from hpsearch.record.folder import StudyFolder
from hpsearch.record.measurements import keep_result, measured_result, present_result
from hpsearch.record.openings import log_opening, recorded_openings
from hpsearch.record.record import Record
from hpsearch.tasks.task import Task
from hpsearch.training.run import Run
from hpsearch.wording import listed

#: How a result is read from the record.
_RESULT = TypeAdapter(TestResult)


@dataclass(frozen=True, slots=True)
class Predictors:
    """What predicts, in the target's own unit, float64 ``(rows,)`` or ``(rows, classes)``.

    Attributes:
        network: Of a network that was trained on one fold, with its weights, for raw rows; some of
            them at a time, in their order.
        validation: Of such a network for the rows that validate on its fold.
        model: Fits a model of scikit-learn by name and seed on a fold; for the rows that validate
            there, and for raw rows.
    """

    network: Callable[[Run, Arrays, Any], Sequence[Future[Predictions]]]
    validation: Callable[[Run, Arrays], Future[Predictions]]
    model: Callable[[str, int, Any, int], Future[tuple[Predictions, Predictions]]]


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
    weights: Sequence[Sequence[Arrays]],
    predictors: Predictors,
) -> None:
    """Open the test rows, measure all candidates on them, and write it all down.

    Where there are several folds the prediction for a test row is the mean over their networks, as
    the saved model gives it, and that for a validation row is of the network that did not train on
    it.

    Args:
        weights: That each of ``candidates.runs`` keeps, on each fold.
    """
    winner = next(iter(candidates.configurations), None)
    log = partial(log_opening, folder.path, folder.record, identity=candidates.identity)
    raw, labels, test_weights = rows.sealed.unseal(winner, _why(folder.spec.task, candidates), log)
    networks = [
        [
            (predictors.validation(part, arrays), predictors.network(part, arrays, raw))
            for part, arrays in zip(run.parts, of_folds, strict=True)
        ]
        for run, of_folds in zip(candidates.runs, weights, strict=True)
    ]
    models = {
        name: [predictors.model(name, seed, raw, fold) for fold in range(len(rows.prepared))]
        for name, seed in candidates.models.items()
    }
    predicted = {
        run.name: _over_folds([(one.result(), _joined(others)) for one, others in parts], rows)
        for run, parts in zip(candidates.runs, networks, strict=True)
    }
    predicted |= {
        name: _over_folds([future.result() for future in parts], rows)
        for name, parts in models.items()
    }
    validation = rows.target.restored(rows.validation_labels)
    truth = Truth(
        *(rows.target, validation, labels.astype(np.float64)),
        *(rows.validation_weights, test_weights),
    )
    result = judge(folder.spec.task, candidates, predicted, truth)
    keep_result(folder.record, candidates.identity, asdict(result))


def _joined(blocks: Sequence[Future[Predictions]]) -> Predictions:
    return np.concatenate([block.result() for block in blocks])


def _over_folds(parts: Sequence[tuple[Predictions, Predictions]], rows: Split) -> Predicted:
    """What was predicted on each fold for its validation rows and for the test rows, together."""
    validation = out_of_fold([validation for validation, _ in parts], rows.repeats)
    test = parts[0][1] if len(parts) == 1 else np.mean([test for _, test in parts], axis=0)
    return Predicted(validation, test)


def _why(task: Task, candidates: Candidates) -> str:
    measured = len(candidates.networks) + len(candidates.models)
    baselines = _count("baseline", measured)
    if not candidates.configurations:
        return f"{baselines} measured beside each other"
    seeds = _count("seed", len(next(iter(candidates.configurations.values()))))
    best = f"the best by mean {task.objective} over {seeds} is measured"
    others = len(candidates.configurations) - 1
    compared = [_count("other configuration", others)] if others else []
    if candidates.ensemble:
        compared.append("a greedy ensemble")
    if measured:
        compared.append(baselines)
    return f"{best}, and beside it {listed(compared)}" if compared else best


def _count(what: str, number: int) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
