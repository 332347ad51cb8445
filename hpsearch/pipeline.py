"""The main job from a checked study and its rows to the report: search, re-train, test, export."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from hpsearch.console import complain
from hpsearch.dashboard.writing import write_dashboard
from hpsearch.data.columns import RawRows
from hpsearch.data.facts import facts_of
from hpsearch.data.folds import Split
from hpsearch.data.kept import keep_rows, kept_rows
from hpsearch.data.room import Room
from hpsearch.data.table import Table
from hpsearch.evaluation.ensemble import GreedyEnsemble
from hpsearch.evaluation.opening import Predictors
from hpsearch.evaluation.outcome import Outcome
from hpsearch.evaluation.reading import read_outcome
from hpsearch.evaluation.reproduce import Choose, Reproduction, repeat, reproduction
from hpsearch.evaluation.saving import Weighed
from hpsearch.evaluation.steps import Models, Steps, timed
from hpsearch.execution.pool import Pool
from hpsearch.execution.training_pool import training_pool
from hpsearch.execution.worker import fit_and_predict, predict, predict_validation, save_mean
from hpsearch.files import refuse_links
from hpsearch.models.arrays import Arrays
from hpsearch.progress import SILENT, View
from hpsearch.record.folder import StudyFolder, record_to_annotate, rows_file, write_folder
from hpsearch.record.holding import holder_of
from hpsearch.report.card import write_card
from hpsearch.report.origin import refuse_foreign_reports
from hpsearch.report.report import write_report
from hpsearch.rows import recorded_rows, split_rows
from hpsearch.search.clock import Problem, problem_of
from hpsearch.search.loop import search
from hpsearch.study.spec import StudySpec
from hpsearch.tensorboard.writing import write_tensorboard
from hpsearch.training.run import Run

#: Test rows that are sent to a worker at a time, a multiple of those that it predicts at a time.
SENT_ROWS = 131_072


def optimize(
    spec: StudySpec,
    table: Table,
    *,
    out: Path,
    workers: int,
    view: View = SILENT,
    timeout_seconds: float | None = None,
    command: str = "",
) -> Outcome:
    """Search, then evaluate; what the folder holds already is not done again.

    Args:
        table: The study's rows; it keeps a copy of them.
        out: The study's folder, made if it is not there.
        workers: Worker processes; their number changes nothing but the time.
        view: Shows how far the study is.
        timeout_seconds: After which no more is searched; None for no limit. What was found by then
            is evaluated, and a further call goes on with the search.
        command: The command line, for the report.

    Raises:
        UsageError: If the folder belongs to another study, other rows, or another process.
        DataError: If the rows are too few, or a part of them holds one label only.
        HpsearchError: If all of the first trials fail.
        WorkerError: If workers died, one after another; what is recorded is kept.
    """
    with _opened(spec, table, out, workers, view, command) as (folder, rows, problem, pool):
        del table  # it is cut by now
        if not folder.record.trials():  # a study that goes on has its notes
            write_dashboard(folder.record, read_outcome(folder))
        with timed(folder, "search"):
            limit = float("inf") if timeout_seconds is None else timeout_seconds
            deadline = time.monotonic() + limit
            walk = search(spec, problem, folder.record, folder.files, pool, view.tell)
            for snapshot in walk:
                view.search(snapshot)
                if time.monotonic() > deadline:
                    view.tell(
                        f"Time limit reached after {snapshot.ended} of {snapshot.total} trials; "
                        f"evaluating these. Run the command again to continue"
                    )
                    break
        return _evaluate(folder, rows, problem, pool, view)


def evaluate(
    spec: StudySpec,
    table: Table,
    *,
    out: Path,
    workers: int,
    view: View = SILENT,
    command: str = "",
) -> Outcome:
    """Re-train, measure and report what the search found so far, without searching.

    Arguments and errors are those of ``optimize``.
    """
    with _opened(spec, table, out, workers, view, command) as (folder, rows, problem, pool):
        del table  # it is cut by now
        return _evaluate(folder, rows, problem, pool, view)


def ensemble(
    spec: StudySpec, table: Table, *, out: Path, workers: int, view: View = SILENT
) -> GreedyEnsemble:
    """Choose a greedy ensemble of what was trained, and save it; the test rows stay sealed.

    Arguments and errors are those of ``optimize``.

    Raises:
        RecordError: If no complete trial has what it takes in the folder.
    """
    with _opened(spec, table, out, workers, view, None) as (folder, rows, problem, pool):
        del table  # it is cut by now
        steps = Steps(folder, rows, problem, pool, _models(folder, rows, pool), view)
        return steps.save_ensemble()


def reproduce(
    folder: StudyFolder, choose: Choose, *, workers: int, view: View = SILENT
) -> Reproduction:
    """Train recorded runs again from a study's folder, and compare them with what it recorded.

    Raises:
        RecordError: If the folder's rows are missing or damaged.
        StudyMismatchError: If they are not those that the study was begun on.
    """
    spec, runs = folder.spec, choose(folder)
    table = recorded_rows(folder.path, view)
    rows = split_rows(table, spec, view).mapped(os.environ, view.tell)
    facts = facts_of(table, rows, spec.task, spec.data.weight)
    del table
    folder.check_rows(facts)
    with training_pool(rows.folds, workers, view.tell) as pool:
        repetitions = []
        view.retraining(0, len(runs))
        for repetition in repeat(runs, problem_of(facts), pool):
            repetitions.append(repetition)
            view.retraining(len(repetitions), len(runs))
    return reproduction(repetitions, folder)


def export(
    folder: StudyFolder, *, times: bool = True, tell: Callable[[str], None] = complain
) -> Outcome:
    """Write the report, TensorBoard's files and what the dashboard shows, from what is recorded."""
    outcome = read_outcome(folder)
    refuse_links(folder.path)
    report = partial(write_report, times=times, tell=tell)
    for write in (write_tensorboard, report, partial(write_card, tell=tell)):
        folder.check_place()
        write(outcome)
    with record_to_annotate(folder) as record:
        if record is None:
            tell(
                f"the dashboard's notes are left as they are, since the study is being run by "
                f"{holder_of(folder.path)}, which writes them at its end"
            )
        else:
            write_dashboard(record, outcome)
    return outcome


@contextmanager
def _opened(
    spec: StudySpec, table: Table, out: Path, workers: int, view: View, command: str | None
) -> Iterator[tuple[StudyFolder, Split, Problem, Pool]]:
    """A study's folder with its rows kept in it, and the workers that train on them."""
    refuse_foreign_reports(out)
    rows = split_rows(table, spec, view).mapped(os.environ, view.tell)
    facts = facts_of(table, rows, spec.task, spec.data.weight)
    view.tell(f"rows: {facts.description}; {facts.parts}")
    for notice in facts.notices:
        view.tell(f"note: {notice.sentence}")
    with write_folder(out, spec, facts, view.tell) as folder:
        if command is not None:
            folder.record.set_fact("command", command)
        room = Room.of(os.environ, view.tell)
        kept = kept_rows(rows_file(out), room)
        if kept is None or kept.fingerprint() != facts.fingerprint:
            folder.check_place()
            keep_rows(rows_file(out), table, room)
        del table, kept
        with training_pool(rows.folds, workers, view.tell) as pool:
            yield folder, rows, problem_of(facts), pool


def _evaluate(
    folder: StudyFolder, rows: Split, problem: Problem, pool: Pool, view: View
) -> Outcome:
    make_report = partial(export, folder, tell=view.tell)
    steps = Steps(folder, rows, problem, pool, _models(folder, rows, pool), view)
    steps.run(make_report)
    return make_report()


def _models(folder: StudyFolder, rows: Split, pool: Pool) -> Models:
    """What the pool's workers do with trained networks."""
    task = folder.spec.task.name

    def network(run: Run, weights: Arrays, raw: RawRows) -> Sequence[Future[Any]]:
        prepared = rows.prepared[run.fold][run.recipe.preparation]
        whole = (run.recipe, prepared.preprocessing, weights)
        blocks = (raw[start : start + SENT_ROWS] for start in range(0, len(raw), SENT_ROWS))
        return [pool.call(predict, *whole, block, prepared.fold.target) for block in blocks]

    def validation(run: Run, weights: Arrays) -> Future[Any]:
        return pool.call(predict_validation, run, weights)

    def baseline(name: str, seed: int, raw: RawRows, fold: int) -> Future[Any]:
        preprocessing = rows.prepared[fold][rows.usual].preprocessing
        return pool.call(fit_and_predict, task, name, seed, fold, rows.usual, preprocessing, raw)

    def save(path: Path, shares: Sequence[Weighed], threshold: float | None) -> None:
        parts = []
        for run, weights, count in shares:
            prepared = [ways[run.recipe.preparation] for ways in rows.prepared]
            networks = [
                (each.preprocessing, arrays, each.fold.target)
                for each, arrays in zip(prepared, weights, strict=True)
            ]
            parts.append((run.recipe, networks, count))
        made_of = {run.label: count for run, _, count in shares}
        whole = (path, parts, folder.data().classes, threshold, made_of)
        pool.call(save_mean, *whole, name="saving the model").result()

    return Models(Predictors(network, validation, baseline), save)
