"""The steps after a search: train again, compare, save the model, open the test rows once."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpsearch.data.folds import Split, out_of_fold
from hpsearch.evaluation.candidates import (
    Candidates,
    comparison_runs,
    find_candidates,
    said_threshold,
)
from hpsearch.evaluation.opening import Predictors, already_measured, measure
from hpsearch.evaluation.retraining import wanted_retrainings
from hpsearch.evaluation.runs import best_weights, train_runs
from hpsearch.execution.pool import Pool
from hpsearch.files import digest_of
from hpsearch.models.arrays import Arrays
from hpsearch.progress import View
from hpsearch.record.folder import StudyFolder
from hpsearch.record.measurements import choose_result
from hpsearch.search.clock import Problem
from hpsearch.statistics.calibration import choose_threshold
from hpsearch.study.weights import ThresholdRule
from hpsearch.training.run import Run


@dataclass(frozen=True, slots=True)
class Models:
    """What is done with trained networks.

    Attributes:
        save: Writes those of a run's folds as one model that takes raw rows and gives the mean,
            with the probability from which a row is called the second class, or None for a task
            that calls no row anything.
    """

    predictors: Predictors
    save: Callable[[Path, Run, Sequence[Arrays], float | None], None]


@dataclass(frozen=True, slots=True)
class Steps:
    """What the steps need; what the folder holds already is not done again."""

    folder: StudyFolder
    rows: Split
    problem: Problem
    pool: Pool
    models: Models
    view: View

    def run(self, report: Callable[[], object]) -> None:
        """Do them all.

        Args:
            report: Writes the report; called between the search and what takes long after it.

        Raises:
            HpsearchError: If a training itself fails.
            WorkerError: If workers died, one after another; what is trained is kept.
        """
        with timed(self.folder, "retraining"):
            again = wanted_retrainings(self.folder)
            for done, total in train_runs(self.folder, self.problem, self.pool, again):
                if again:
                    self.view.retraining(done, total)
        with timed(self.folder, "comparison"):
            self._compare(report if again else None)
        if candidates := find_candidates(self.folder):
            self._measure(candidates)
        self.folder.files.drop_states()

    def _compare(self, report: Callable[[], object] | None) -> None:
        runs = comparison_runs(self.folder)
        progress = train_runs(self.folder, self.problem, self.pool, runs)
        done, total = next(progress)
        if report is not None and done < total:
            report()
            self.view.tell(
                f"Search finished; {self.folder.path / 'report.html'} shows results before the "
                f"test. Training {total - done} networks for comparison"
            )
        for done, total in progress:
            self.view.comparison(done, total)

    def _measure(self, candidates: Candidates) -> None:
        """Save the winner's model; then open the test rows, unless that was done for just these."""
        folder = self.folder
        model = folder.path / "models" / "best.keras"
        measured = already_measured(folder.record, candidates)
        if measured:
            choose_result(folder.record, candidates.identity)
        best = candidates.runs[candidates.exported] if candidates.configurations else None
        rule = candidates.threshold
        if measured and (
            best is None or folder.record.fact("model", None) == _saved(best, model, rule)
        ):
            return
        with timed(folder, "test"):
            if best is not None:
                (of_folds,) = best_weights(folder, self.problem, self.pool, [best])
                folder.check_place()
                model.parent.mkdir(exist_ok=True)
                self.models.save(model, best, of_folds, self._threshold(best, of_folds, rule))
                folder.record.set_fact("model", _saved(best, model, rule))
            if not measured:
                weights = best_weights(folder, self.problem, self.pool, candidates.runs)
                measure(folder, self.rows, candidates, weights, self.models.predictors)

    def _threshold(self, run: Run, weights: Sequence[Arrays], rule: ThresholdRule) -> float | None:
        """The one that the report shows: see ``choose_threshold``."""
        if not self.folder.spec.task.gives_probability:
            return None
        parts = [
            self.models.predictors.validation(part, arrays)
            for part, arrays in zip(run.parts, weights, strict=True)
        ]
        rows = self.rows
        probabilities = out_of_fold([part.result() for part in parts], rows.repeats)
        labels, weights_of_rows = rows.validation_labels, rows.validation_weights
        return choose_threshold(labels, probabilities, rule, weights_of_rows)


@contextmanager
def timed(folder: StudyFolder, phase: str) -> Iterator[None]:
    """Add the wall-clock seconds of a phase to those in the record, also when it is cut short."""
    began = time.monotonic()
    try:
        yield
    finally:
        seconds = folder.record.fact("seconds", {})
        spent = seconds.get(phase, 0.0) + time.monotonic() - began
        folder.record.set_fact("seconds", {**seconds, phase: spent})


def _saved(run: Run, model: Path, rule: ThresholdRule) -> dict[str, Any]:
    """What the record keeps of a saved model: which training it is of, and the file's digest.

    And by what its threshold was chosen, unless by accuracy.
    """
    by = {"threshold": said} if (said := said_threshold(rule)) else {}
    return {"run": run.identity, "digest": digest_of(model), **by}
