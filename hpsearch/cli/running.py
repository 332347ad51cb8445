"""The commands that train: optimize, evaluate and reproduce."""

import json
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hpsearch import signals
from hpsearch.cli.options import (
    Data,
    Label,
    Name,
    Out,
    ProgressAsJson,
    Quiet,
    Set,
    Study,
    StudyOrTable,
    Workers,
)
from hpsearch.console import say
from hpsearch.errors import Interrupted, UsageError
from hpsearch.processes import cores, fitting_workers, free_bytes

if TYPE_CHECKING:
    from hpsearch.data.table import Table
    from hpsearch.draft.table_name import TableName
    from hpsearch.evaluation.outcome import Outcome
    from hpsearch.progress import View
    from hpsearch.study.spec import StudySpec


def optimize(
    name: StudyOrTable = None,
    study: Study = None,
    label: Label = None,
    out: Out = None,
    data: Data = None,
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
    trials: Annotated[int | None, typer.Option(min=1, help="Total number of trials.")] = None,
    workers: Workers = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="TIME", help="Stop searching after 90s, 10m or 2h.")
    ] = None,
    quiet: Quiet = False,
    as_json: ProgressAsJson = False,
) -> None:
    """Search, re-train the best, measure the winner on the test rows, and report.

    The same command on a study that was interrupted continues it. A table is searched with the
    study that hpsearch init would write for it.
    """
    from hpsearch.draft.table_name import find_table, table_name
    from hpsearch.naming import RUNS, find_spec, folder_of, study_name

    overrides = [*set_, *([f"search.trials={trials}"] if trials else [])]
    called = study_name(name, study)
    table = find_table(called) if label is None else table_name(called)
    timeout_seconds = _seconds(timeout)
    if table is None:
        spec = find_spec(called, overrides)
        folder = out or folder_of(name, study, None, spec)
    elif data is not None:
        raise UsageError(f"a table is named once, got {called} and --data {data}")
    else:
        folder = out or RUNS / table.study_name
    from hpsearch import pipeline

    with view_of(folder, quiet=quiet, as_json=as_json) as view:
        if table is not None:
            spec = _drafted(table, label, overrides, view)
            data = Path(table.path) if table.path is not None else None
        processes = workers_of(workers, view)
        outcome = pipeline.optimize(
            spec,
            rows_of(spec, folder, data, view),
            out=folder,
            workers=processes,
            view=view,
            timeout_seconds=timeout_seconds,
            command=_command(),
        )
    _print_outcome(outcome, as_json=as_json)


def _drafted(
    table: "TableName", label: str | None, overrides: Sequence[str], view: "View"
) -> "StudySpec":
    """The study of a table, as hpsearch init would write it, with a word on what was found."""
    from hpsearch.draft.looking import draft_of
    from hpsearch.listing.draft import say_draft

    draft = draft_of(table, name=table.study_name, label=label, given=overrides, tell=view.tell)
    spec = draft.spec(overrides)
    view.tell(f"{table.text}\n{say_draft(draft)}")
    return spec


def evaluate(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    data: Data = None,
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: ProgressAsJson = False,
) -> None:
    """Re-train the best trials so far, measure the winner on the test rows, and report.

    Opens the test rows only if the winner was not measured yet. --set evaluate.seeds=10 asks for
    more seeds than the study did.
    """
    from hpsearch import pipeline
    from hpsearch.naming import folder_of, recorded_study
    from hpsearch.record.folder import read_folder

    path = folder_of(name, study, out)
    with read_folder(path) as folder:
        folder.data()
    spec = recorded_study(path, set_)
    with view_of(path, quiet=quiet, as_json=as_json) as view:
        processes = workers_of(workers, view)
        outcome = pipeline.evaluate(
            spec,
            rows_of(spec, path, data, view),
            out=path,
            workers=processes,
            view=view,
            command=_command(),
        )
    _print_outcome(outcome, as_json=as_json)


def reproduce(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    trial: Annotated[int | None, typer.Option(help="Train this trial again.")] = None,
    best: Annotated[
        bool, typer.Option("--best", help="Train the winner and its re-trainings again.")
    ] = False,
    all_: Annotated[bool, typer.Option("--all", help="Train everything recorded again.")] = False,
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: ProgressAsJson = False,
) -> None:
    """Train recorded trials again and check that they are bit-identical.

    The exit code is 0 if they are, else 1. On another kind of processor bits can't be promised:
    there it is 0 if no run's best value differs by more than the study's own seeds do.

    Everything it needs is in the study's folder, and nothing there is changed.
    """
    if (trial is not None) + best + all_ != 1:
        raise UsageError("reproduce needs one of --trial N, --best and --all")
    from hpsearch import pipeline
    from hpsearch.evaluation.reproduce import choose_all, choose_best, choose_trial
    from hpsearch.listing.reproduction import reproduction_values, say_reproduction
    from hpsearch.naming import folder_of
    from hpsearch.record.folder import read_folder

    choose = choose_best if best else choose_all if trial is None else choose_trial(trial)
    path = folder_of(name, study, out)
    with read_folder(path) as folder, view_of(path, quiet=quiet, as_json=as_json) as view:
        reproduction = pipeline.reproduce(
            folder, choose, workers=workers or fitting_workers(), view=view
        )
    if as_json:
        say(json.dumps({"event": "done", **reproduction_values(reproduction)}))
    else:
        say(say_reproduction(reproduction))
    if not reproduction.holds:
        raise typer.Exit(1)


def rows_of(spec: "StudySpec", folder: Path, data: Path | None, view: "View") -> "Table":
    """A study's rows, unless its report could not be written: reading them may take long."""
    from hpsearch.report.origin import refuse_foreign_reports
    from hpsearch.rows import read_rows

    refuse_foreign_reports(folder)
    return read_rows(spec, folder, data, view)


def workers_of(asked: int | None, view: "View") -> int:
    """The workers that the user asked for, or that fit; says why these are fewer than cores."""
    if asked is not None:
        return asked
    workers = fitting_workers()
    if workers < cores():
        view.tell(
            f"{workers} of {cores()} cores get a worker, since {free_bytes() / 1e9:.1f} GB of "
            f"memory are free and each may need 1 GB; --workers sets another number"
        )
    return workers


@contextmanager
def view_of(folder: Path, *, quiet: bool, as_json: bool) -> Iterator["View"]:
    """The view of a run; Ctrl-C, SIGTERM and SIGHUP end it with a word on how to continue."""
    from hpsearch.terminal import choose_view

    try:
        with signals.raised(), choose_view(quiet=quiet, as_json=as_json) as view:
            yield view
    except signals.Stopped as stopped:
        raise Interrupted(
            f"interrupted; what was done is kept in {folder}. Run the same command to continue",
            stopped.exit_code,
        ) from None


def _print_outcome(outcome: "Outcome", *, as_json: bool) -> None:
    from hpsearch.listing.outcome import outcome_values, say_outcome

    if as_json:
        say(json.dumps({"event": "done", **outcome_values(outcome)}))
    else:
        say(say_outcome(outcome))
    if outcome.spec.search.trials and outcome.leaderboard.confirmed is None:
        raise typer.Exit(1)


def _seconds(text: str | None) -> float | None:
    """Seconds of ``90``, ``90s``, ``10m`` or ``2h``."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    if match is None or float(match[1]) == 0:
        raise UsageError(f"--timeout must be a time above 0 like 90s, 10m or 2h, got {text!r}")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3_600}[match[2]]


def _command() -> str:
    return shlex.join(["hpsearch", *sys.argv[1:]])
