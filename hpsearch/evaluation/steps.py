"""The steps after a search: train again, compare, save the model, open the test rows once."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from hpsearch.data.folds import Split, out_of_fold
from hpsearch.evaluation.candidates import Candidates, comparison_runs, find_candidates
from hpsearch.evaluation.ensemble import GreedyEnsemble, Shares, choose_ensemble
from hpsearch.evaluation.leaderboard import read_leaderboard
from hpsearch.evaluation.opening import Predictors, already_measured, measure
from hpsearch.evaluation.retraining import wanted_retrainings
from hpsearch.evaluation.runs import best_weights, train_runs
from hpsearch.evaluation.saving import Save, Weighed, forget, is_saved, save
from hpsearch.execution.pool import Pool
from hpsearch.models.saved import ModelName
from hpsearch.progress import View
from hpsearch.record.folder import StudyFolder
from hpsearch.record.measurements import choose_result
from hpsearch.search.clock import Problem
from hpsearch.statistics.calibration import choose_threshold
from hpsearch.study.weights import ThresholdRule


@dataclass(frozen=True, slots=True)
class Models:
    """What is done with trained networks: they predict, and their mean is saved."""

    predictors: Predictors
    save: Save


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
        if self.folder.spec.evaluate.ensemble and self._has_winner():
            choose_ensemble(self.folder, self.rows)
        if candidates := find_candidates(self.folder):
            self._measure(candidates)
            self._drop_states(candidates.ensemble)
        self.folder.files.drop_states()

    def save_ensemble(self) -> GreedyEnsemble:
        """Choose the greedy ensemble and save it; the test rows stay sealed.

        Raises:
            RecordError: If no network has what it takes in the folder.
            HpsearchError, WorkerError: As ``run``, if networks are to be trained again.
        """
        ensemble = choose_ensemble(self.folder, self.rows)
        self._save({"ensemble": ensemble.shares}, self.folder.spec.threshold)
        self._drop_states(ensemble.shares)
        return ensemble

    def _has_winner(self) -> bool:
        trials = self.folder.record.trials()
        return read_leaderboard(self.folder, trials).confirmed is not None

    def _drop_states(self, shares: Shares) -> None:
        """Forget the states of what was trained again for an ensemble."""
        for part in (part for run, _ in shares for part in run.parts):
            self.folder.files.drop_state(part.name)

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
        """Save the models; then open the test rows, unless that was done for just these."""
        folder = self.folder
        measured = already_measured(folder.record, candidates)
        if measured:
            choose_result(folder.record, candidates.identity)
        if candidates.saved and "single" not in candidates.saved:
            forget(folder, "single")
        rule = candidates.threshold
        if measured and all(is_saved(folder, *model, rule) for model in candidates.saved.items()):
            return
        with timed(folder, "test"):
            self._save(candidates.saved, rule)
            if not measured:
                weights = best_weights(folder, self.problem, self.pool, candidates.runs)
                measure(folder, self.rows, candidates, weights, self.models.predictors)

    def _save(self, models: Mapping[ModelName, Shares], rule: ThresholdRule) -> None:
        """Save those that the folder lacks."""
        folder = self.folder
        lacking = {
            name: shares
            for name, shares in models.items()
            if not is_saved(folder, name, shares, rule)
        }
        runs = {run.name: run for shares in lacking.values() for run, _ in shares}
        wanted, watch = tuple(runs.values()), self.view.retraining
        weights = best_weights(folder, self.problem, self.pool, wanted, watch)
        by_name = dict(zip(runs, weights, strict=True))
        for name, shares in lacking.items():
            parts = [(run, by_name[run.name], count) for run, count in shares]
            save(
                *(folder, self.rows, name, parts),
                threshold=self._threshold(parts, rule),
                rule=rule,
                write=self.models.save,
            )

    def _threshold(self, parts: Sequence[Weighed], rule: ThresholdRule) -> float | None:
        """The one that the report shows: see ``choose_threshold``."""
        if not self.folder.spec.task.gives_probability:
            return None
        rows, validation = self.rows, self.models.predictors.validation
        futures = [
            [validation(part, arrays) for part, arrays in zip(run.parts, of_folds, strict=True)]
            for run, of_folds, _ in parts
        ]
        each = [out_of_fold([part.result() for part in run], rows.repeats) for run in futures]
        counts = [count for _, _, count in parts]
        probabilities = each[0] if len(each) == 1 else np.average(each, axis=0, weights=counts)
        labels, weights = rows.validation_labels, rows.validation_weights
        return choose_threshold(labels, probabilities, rule, weights)


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
