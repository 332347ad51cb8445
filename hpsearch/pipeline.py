"""The main job from a checked study to its report: rows, search, re-training, test, export."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hpsearch.arrays import DamagedError
from hpsearch.console import complain
from hpsearch.dashboard.writing import write_dashboard
from hpsearch.data.facts import DataFacts, facts_of
from hpsearch.data.folds import Split, split
from hpsearch.data.kept import keep_rows, kept_rows, read_kept_rows
from hpsearch.data.load import load
from hpsearch.data.preprocessing import Preprocessing
from hpsearch.data.table import Features, Table
from hpsearch.errors import RecordError
from hpsearch.evaluation.candidates import comparison_runs, find_candidates
from hpsearch.evaluation.opening import Candidates, Predictors, already_measured, measure
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.reading import read_outcome
from hpsearch.evaluation.reproduce import Choose, Reproduction, repeat, reproduction
from hpsearch.evaluation.retraining import wanted_retrainings
from hpsearch.evaluation.runs import best_weights, train_runs
from hpsearch.execution.local import LocalPool
from hpsearch.execution.program_cache import program_cache
from hpsearch.execution.worker import (
    PRELOAD,
    fit_and_predict,
    predict,
    predict_validation,
    save_model,
    start,
)
from hpsearch.files import digest_of, refuse_links
from hpsearch.models.arrays import Arrays
from hpsearch.record.folder import StudyFolder, rows_file, write_folder, written_spec
from hpsearch.report.origin import refuse_foreign_reports
from hpsearch.report.report import write_report
from hpsearch.search.clock import Problem, problem_of
from hpsearch.search.loop import search
from hpsearch.study.spec import StudySpec
from hpsearch.tensorboard.writing import write_tensorboard
from hpsearch.terminal import View
from hpsearch.training.engines import model_of
from hpsearch.training.run import Run as TrainingRun


@dataclass(frozen=True, slots=True)
class Run:
    """How a study is run, none of which changes what comes out.

    Attributes:
        out: The study's folder.
        data: A file of rows named on the command line.
        workers: Worker processes.
        timeout_seconds: After which no more is searched; None for no limit.
        command: The command line, for the report.
    """

    out: Path
    data: Path | None
    workers: int
    timeout_seconds: float | None
    command: str


def optimize(spec: StudySpec, run: Run, view: View) -> Outcome:
    """Search, then evaluate; what the folder holds already is not done again."""
    with _opened(spec, run, view) as (folder, rows, problem, pool):
        if not folder.record.trials():  # a study that goes on has its notes
            write_dashboard(folder.record, read_outcome(folder))
        with _timed(folder, "search"):
            limit = float("inf") if run.timeout_seconds is None else run.timeout_seconds
            deadline = time.monotonic() + limit
            walk = search(spec, problem, folder.record, folder.files, pool, view.tell)
            for snapshot in walk:
                view.search(snapshot)
                if time.monotonic() > deadline:
                    done = snapshot.complete + snapshot.pruned + snapshot.failed
                    view.tell(
                        f"Time limit reached after {done} of {snapshot.total} trials; evaluating "
                        f"these. Run the command again to continue"
                    )
                    break
        return _evaluate(folder, rows, problem, pool, view)


def evaluate(spec: StudySpec, run: Run, view: View) -> Outcome:
    """Re-train, measure and report what the search found so far, without searching."""
    with _opened(spec, run, view) as (folder, rows, problem, pool):
        return _evaluate(folder, rows, problem, pool, view)


def reproduce(folder: StudyFolder, choose: Choose, workers: int, view: View) -> Reproduction:
    """Train recorded runs again from a study's folder, and hold them to what it recorded.

    Raises:
        RecordError: If the folder's rows are missing or damaged.
        StudyMismatchError: If they are not those that the study was begun on.
    """
    spec, runs = folder.spec, choose(folder)
    try:
        table = read_kept_rows(rows_file(folder.path))
    except (FileNotFoundError, DamagedError) as error:
        reason = "missing" if isinstance(error, FileNotFoundError) else f"damaged: {error}"
        raise RecordError(
            f"{rows_file(folder.path)}, the study's rows, is {reason}; "
            f"hpsearch optimize writes it again, if need be with --data"
        ) from None
    facts, rows = facts_of(table, spec.data), _split(table, spec)
    del table
    folder.check_rows(facts)
    with _pool(rows, workers, view) as pool:
        repetitions = []
        view.retraining(0, len(runs))
        for repetition in repeat(runs, problem_of(facts), pool.train):
            repetitions.append(repetition)
            view.retraining(len(repetitions), len(runs))
    return reproduction(repetitions, folder.environments())


def export(
    folder: StudyFolder, *, times: bool = True, tell: Callable[[str], None] = complain
) -> Outcome:
    """Write the report, TensorBoard's files and what the dashboard shows, from what is recorded."""
    outcome = read_outcome(folder)
    refuse_links(folder.path)
    for write in (write_tensorboard, partial(write_report, times=times, tell=tell)):
        folder.check_place()
        write(outcome)
    write_dashboard(folder.record, outcome)
    return outcome


@contextmanager
def _opened(
    spec: StudySpec, run: Run, view: View
) -> Iterator[tuple[StudyFolder, Split, Problem, LocalPool]]:
    refuse_foreign_reports(run.out)
    table = _rows(spec, run, view)
    facts, rows = facts_of(table, spec.data), _split(table, spec)
    view.tell(_say_rows(facts))
    with write_folder(run.out, spec, facts, view.tell) as folder:
        folder.record.set_fact("command", run.command)
        kept = kept_rows(rows_file(run.out))
        if kept is None or kept.fingerprint() != facts.fingerprint:
            folder.check_place()
            keep_rows(rows_file(run.out), table)
        del table, kept
        with _pool(rows, run.workers, view) as pool:
            yield folder, rows, problem_of(facts), pool


def _rows(spec: StudySpec, run: Run, view: View) -> Table:
    """The rows that a folder keeps, unless the command or the study file names others."""
    begun, kept = written_spec(run.out), rows_file(run.out)
    if run.data is None and begun is not None and begun.data == spec.data:
        try:
            return read_kept_rows(kept)
        except DamagedError as error:
            view.tell(f"{kept} is damaged: {error}; the rows are read again")
        except FileNotFoundError:
            pass
    return load(spec.data, run.data, seed=spec.study.seed, tell=view.tell, progress=view.rows)


def _split(table: Table, spec: StudySpec) -> Split:
    return split(
        table,
        validation=spec.data.validation,
        train=spec.data.train,
        test=spec.data.test,
        shuffle=spec.study.seed if spec.data.shuffle else None,
    )


def _pool(rows: Split, workers: int, view: View) -> LocalPool:
    initargs = ((rows.fold,), program_cache(os.environ))
    return LocalPool(workers, model_of, start, initargs, PRELOAD, view.tell)


def _evaluate(
    folder: StudyFolder, rows: Split, problem: Problem, pool: LocalPool, view: View
) -> Outcome:
    with _timed(folder, "retraining"):
        again = wanted_retrainings(folder)
        for done, total in train_runs(folder, problem, pool.train, again):
            if again:
                view.retraining(done, total)
    with _timed(folder, "comparison"):
        progress = train_runs(folder, problem, pool.train, comparison_runs(folder))
        done, total = next(progress)
        if again and done < total:
            export(folder, tell=view.tell)
            view.tell(
                f"Search finished; {folder.path / 'report.html'} shows results before the test. "
                f"Training {total - done} networks for comparison"
            )
        for done, total in progress:
            view.comparison(done, total)
    if candidates := find_candidates(folder):
        _measure(folder, rows, problem, pool, candidates)
    folder.files.drop_states()
    return export(folder, tell=view.tell)


def _measure(
    folder: StudyFolder, rows: Split, problem: Problem, pool: LocalPool, candidates: Candidates
) -> None:
    """Save the winner's model; then open the test rows, unless that was done for just these."""
    model = folder.path / "models" / "best.keras"
    measured = already_measured(folder.record, candidates)
    saved = folder.record.fact("model", None)
    if measured and (not candidates.configurations or digest_of(model) == saved):
        return
    with _timed(folder, "test"):
        if candidates.configurations:
            best = candidates.runs[candidates.exported]
            (arrays,) = best_weights(folder, problem, pool.train, [best])
            folder.check_place()
            model.parent.mkdir(exist_ok=True)
            whole = (model, best.recipe, rows.preprocessing, arrays)
            pool.call(save_model, *whole, name="saving the model").result()
            folder.record.set_fact("model", digest_of(model))
        if not measured:
            weights = best_weights(folder, problem, pool.train, candidates.runs)
            measure(
                folder,
                rows,
                candidates,
                weights,
                _predictors(pool, folder.spec.task.name, rows.preprocessing),
            )


def _predictors(pool: LocalPool, task: str, preprocessing: Preprocessing) -> Predictors:
    """What predicts in the pool's workers."""

    def network(run: TrainingRun, weights: Arrays, features: Features) -> Future[Any]:
        return pool.call(predict, run.recipe, preprocessing, weights, features)

    def validation(run: TrainingRun, weights: Arrays) -> Future[Any]:
        return pool.call(predict_validation, run, weights)

    def model(name: str, seed: int, features: Features) -> Future[Any]:
        return pool.call(fit_and_predict, task, name, seed, preprocessing, features)

    return Predictors(network, validation, model)


@contextmanager
def _timed(folder: StudyFolder, phase: str) -> Iterator[None]:
    """Add the wall-clock seconds of a phase to those in the record, also when it is cut short."""
    began = time.monotonic()
    try:
        yield
    finally:
        seconds = folder.record.fact("seconds", {})
        spent = seconds.get(phase, 0.0) + time.monotonic() - began
        folder.record.set_fact("seconds", {**seconds, phase: spent})


def _say_rows(facts: DataFacts) -> str:
    return (
        f"rows: {facts.description}; {facts.validation_rows:,} validate, "
        f"{facts.train_rows:,} train, {facts.test_rows:,} are sealed for the test"
    )
