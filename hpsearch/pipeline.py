"""The main job from a checked study to its report: rows, search, re-training, test, export."""

import os
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hpsearch.data.facts import DataFacts, facts_of
from hpsearch.data.kept import keep_rows, kept_rows
from hpsearch.data.load import load
from hpsearch.data.splits import Split, split
from hpsearch.data.table import Table
from hpsearch.errors import RecordError
from hpsearch.execution.local import LocalPool
from hpsearch.execution.program_cache import program_cache
from hpsearch.execution.worker import PRELOAD, predict, save_model, start
from hpsearch.export.report import write_report
from hpsearch.export.tensorboard import write_tensorboard
from hpsearch.results.outcome import Outcome
from hpsearch.results.reading import read_outcome
from hpsearch.results.reevaluate import Retraining, best_weights, retrain
from hpsearch.results.reproduce import Choose, Reproduction, repeat, reproduction
from hpsearch.results.standings import winner
from hpsearch.results.test import already_measured, measure
from hpsearch.search.clock import Problem
from hpsearch.search.folder import StudyFolder, rows_file, write_folder
from hpsearch.search.loop import search
from hpsearch.study import StudySpec, read_study
from hpsearch.terminal import View
from hpsearch.training.segment import Segment
from hpsearch.training.shapes import program_of


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
        with _timed(folder, "search"):
            limit = float("inf") if run.timeout_seconds is None else run.timeout_seconds
            deadline = time.monotonic() + limit
            walk = search(spec, problem, folder.record, folder.files, pool, view.tell)
            for snapshot in walk:
                view.search(snapshot)
                if time.monotonic() > deadline:
                    done = snapshot.complete + snapshot.pruned + snapshot.failed
                    view.tell(
                        f"the time is up after {done} of {snapshot.total} trials; what is there is "
                        f"evaluated, and the same command goes on where the search stopped"
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
    table = kept_rows(rows_file(folder.path))
    if table is None:
        raise RecordError(
            f"{rows_file(folder.path)} must hold the study's rows, got none or damaged ones; "
            f"hpsearch optimize with --data writes them again"
        )
    facts, rows = facts_of(table, spec.data), _split(table, spec)
    del table
    folder.check_rows(facts)
    with _pool(spec, rows, workers) as pool:
        repetitions = []
        view.retraining(0, len(runs))
        for repetition in repeat(runs, _problem(facts), pool.train):
            repetitions.append(repetition)
            view.retraining(len(repetitions), len(runs))
    order = [run.label for run in runs]
    repetitions.sort(key=lambda one: order.index(one.label))
    return reproduction(repetitions, folder.environments())


def export(outcome: Outcome, *, times: bool = True) -> None:
    """Write TensorBoard's files and the report of a study's folder."""
    write_tensorboard(outcome)
    write_report(outcome, times=times)


@contextmanager
def _opened(
    spec: StudySpec, run: Run, view: View
) -> Iterator[tuple[StudyFolder, Split, Problem, LocalPool]]:
    table = _rows(spec, run, view)
    facts, rows = facts_of(table, spec.data), _split(table, spec)
    view.tell(_say_rows(facts))
    with write_folder(run.out, spec, facts, view.tell) as folder:
        folder.record.set_fact("command", run.command)
        kept = kept_rows(rows_file(run.out))
        if kept is None or kept.fingerprint() != facts.fingerprint:
            keep_rows(rows_file(run.out), table)
        del table, kept
        with _pool(spec, rows, run.workers) as pool:
            yield folder, rows, _problem(facts), pool


def _rows(spec: StudySpec, run: Run, view: View) -> Table:
    """The rows that a folder keeps, unless the command or the study file names others."""
    path = run.out / "study.toml"
    if run.data is None and path.is_file():
        begun, now = read_study(path).data, spec.data
        kept = kept_rows(rows_file(run.out)) if begun == now else None
        if kept is not None:
            return kept
    return load(spec.data, run.data, seed=spec.study.seed, tell=view.tell, progress=view.rows)


def _split(table: Table, spec: StudySpec) -> Split:
    return split(
        table,
        validation=spec.data.validation,
        train=spec.data.train,
        test=spec.data.test,
        shuffle=spec.study.seed if spec.data.shuffle else None,
    )


def _problem(facts: DataFacts) -> Problem:
    return Problem(facts.columns, facts.train_rows, facts.validation_rows)


def _pool(spec: StudySpec, rows: Split, workers: int) -> LocalPool:
    initargs = (rows.fold, spec.training, program_cache(os.environ))
    return LocalPool(workers, _model_of(spec), start, initargs, PRELOAD)


def _evaluate(
    folder: StudyFolder, rows: Split, problem: Problem, pool: LocalPool, view: View
) -> Outcome:
    with _timed(folder, "retraining"):
        for done, total in retrain(folder, problem, pool.train):
            view.retraining(done, total)
    found = winner(folder)
    model = folder.path / "models" / "best.keras"
    if found is not None and not (already_measured(folder.record, *found) and model.is_file()):
        with _timed(folder, "test"):
            _measure(folder, rows, problem, pool, found, model)
    folder.files.drop_states()
    outcome = read_outcome(folder)
    export(outcome)
    return outcome


def _measure(
    folder: StudyFolder,
    rows: Split,
    problem: Problem,
    pool: LocalPool,
    found: tuple[Sequence[Retraining], int],
    model: Path,
) -> None:
    """Save the winner's model; then open the test rows for it, unless that was done before."""
    runs, exported = found
    weights = best_weights(folder, problem, pool.train, runs)
    best = runs[exported]
    model.parent.mkdir(exist_ok=True)
    saved = (model, best.network, best.knobs, rows.scaling, weights[exported])
    pool.call(save_model, *saved).result()
    if not already_measured(folder.record, runs, exported):
        predict_one = partial(pool.call, predict)
        measure(
            folder.record,
            rows.sealed,
            rows.scaling,
            runs=runs,
            weights=weights,
            exported=exported,
            predict=predict_one,
        )


def _model_of(spec: StudySpec) -> Callable[[Segment], Hashable]:
    """What a worker builds for a segment: a program for many trials, or a Keras model for one."""
    match spec.training.engine:
        case "compiled":
            return lambda segment: program_of(segment.network, segment.knobs)
        case "keras":
            return lambda segment: (segment.network, segment.knobs)


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
