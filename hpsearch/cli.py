"""The command line: parse, call, print; heavy packages are imported inside the commands."""

import json
import logging
import os
import re
import shlex
import sys
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from hpsearch import __version__, signals
from hpsearch.console import complain, forgive_encodings, say
from hpsearch.errors import HpsearchError, Interrupted, UsageError
from hpsearch.processes import cores, fitting_workers, free_bytes

if TYPE_CHECKING:
    from hpsearch.evaluation.outcome import Outcome
    from hpsearch.record.folder import StudyFolder
    from hpsearch.terminal import View


class _Commands(TyperGroup):
    """Commands whose operating system errors are told here: typer ends in silence on some."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            raise HpsearchError(f"{error}; nothing recorded is lost") from error


app = typer.Typer(
    name="hpsearch",
    help="Hyperparameter search for Keras networks on tables.",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Name = Annotated[
    str | None,
    typer.Argument(metavar="[STUDY]", help="A study's name, its .toml file, or a run's folder."),
]
Study = Annotated[str | None, typer.Option("--study", help="The same as an option.")]
Out = Annotated[Path | None, typer.Option(help="The study's folder; runs/NAME if not given.")]
Data = Annotated[
    Path | None,
    typer.Option(
        help="A file of rows: HIGGS.csv.gz or its first part, a csv, or a run's rows.npz."
    ),
]
Set = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="Override an entry of the study.")
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Worker processes; by default one a core, as memory allows."),
]
Quiet = Annotated[bool, typer.Option(help="Print only warnings and the result.")]
AsJson = Annotated[bool, typer.Option("--json", help="Progress as JSON, one object a line.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]


def main(at_end: Callable[[], None] = lambda: None) -> NoReturn:
    """Run the command line; errors become a message and an exit code, never a traceback.

    Args:
        at_end: Called when the work is done and the exit code is known.
    """
    forgive_encodings()
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # of folders that it cannot write
    debug = "--debug" in sys.argv[1:]
    try:
        app([argument for argument in sys.argv[1:] if argument != "--debug"], prog_name="hpsearch")
    except SystemExit:
        at_end()
        raise
    except HpsearchError as error:
        at_end()
        if debug:
            raise
        complain(f"hpsearch: {error}")
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        complain(
            f"hpsearch: {type(error).__name__}: {error}. This should not happen: please report it, "
            f"with what --debug shows. Nothing recorded is lost"
        )
        sys.exit(1)
    sys.exit(0)


@app.callback(invoke_without_command=True, epilog="With --debug an error shows its traceback.")
def version(
    ctx: typer.Context,
    show: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Hyperparameter search for Keras networks on tables."""
    if show:
        say(f"hpsearch {__version__}")
        raise typer.Exit


@app.command()
def optimize(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    data: Data = None,
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
    trials: Annotated[int | None, typer.Option(min=1, help="Total number of trials.")] = None,
    workers: Workers = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="TIME", help="Stop searching after 90s, 10m or 2h.")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Search, re-train the best, measure the winner on the test rows, and report.

    The same command on a study that was interrupted continues it.
    """
    from hpsearch.naming import find_spec, folder_of, named

    overrides = [*set_, *([f"search.trials={trials}"] if trials else [])]
    spec = find_spec(named(name, study), overrides)
    folder = out or folder_of(name, study, None, spec)
    seconds = _seconds(timeout)
    from hpsearch import pipeline

    run = pipeline.Run(folder, data, workers or fitting_workers(), seconds, _command())
    with _view(folder, quiet=quiet, as_json=as_json) as view:
        _tell_workers(view, workers, run.workers)
        outcome = pipeline.optimize(spec, run, view)
    _print_outcome(outcome, as_json=as_json)


@app.command()
def evaluate(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    data: Data = None,
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
    workers: Workers = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Re-train the best trials so far, measure the winner on the test rows, and report.

    Opens the test rows only if the winner was not measured yet. --set evaluate.seeds=10 asks for
    more seeds than the study did.
    """
    from hpsearch import pipeline
    from hpsearch.naming import folder_of, recorded_spec

    folder = folder_of(name, study, out)
    with _reading(folder) as held:
        held.data()
    spec = recorded_spec(folder, set_)
    run = pipeline.Run(folder, data, workers or fitting_workers(), None, _command())
    with _view(folder, quiet=quiet, as_json=as_json) as view:
        _tell_workers(view, workers, run.workers)
        outcome = pipeline.evaluate(spec, run, view)
    _print_outcome(outcome, as_json=as_json)


@app.command()
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
    as_json: AsJson = False,
) -> None:
    """Train recorded trials again and check that they are bit-identical.

    The exit code is 0 if they are, else 1.

    Everything it needs is in the study's folder, and nothing there is changed.
    """
    if (trial is not None) + best + all_ != 1:
        raise UsageError("reproduce needs one of --trial N, --best and --all")
    from hpsearch import pipeline
    from hpsearch.evaluation.reproduce import choose_all, choose_best, choose_trial
    from hpsearch.listing import reproduction_values, say_reproduction
    from hpsearch.naming import folder_of

    choose = choose_best if best else choose_all if trial is None else choose_trial(trial)
    folder = folder_of(name, study, out)
    with _reading(folder) as held, _view(folder, quiet=quiet, as_json=as_json) as view:
        found = pipeline.reproduce(held, choose, workers or fitting_workers(), view)
    if as_json:
        say(json.dumps({"event": "done", **reproduction_values(found)}))
    else:
        say(say_reproduction(found))
    if not found.holds:
        raise typer.Exit(1)


@app.command()
def report(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    no_times: Annotated[
        bool,
        typer.Option("--no-times", help="Leave out what differs from run to run: times, command."),
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open report.html in the browser.")] = False,
) -> None:
    """Write report.html, report.md, report.json and TensorBoard's files again from the record."""
    from hpsearch.naming import folder_of
    from hpsearch.pipeline import export

    folder = folder_of(name, study, out)
    with _reading(folder) as held:
        if not os.access(folder, os.W_OK):
            raise HpsearchError(
                f"the report is written into the study's folder, and nothing can be written to "
                f"{folder}; copy the folder and name the copy with --out"
            )
        export(held, times=not no_times)
        page = held.path / "report.html"
    say(str(page))
    if open_ and not webbrowser.open(page.resolve().as_uri()):
        raise HpsearchError(f"--open must find a browser, got none; open {page} by hand")


@app.command()
def trials(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="json|csv|table", help="How to print them.")
    ] = "table",
) -> None:
    """List all trials of a study."""
    if format_ not in ("json", "csv", "table"):
        raise UsageError(f"--format must be json, csv or table, got {format_!r}")
    from hpsearch.listing import list_trials
    from hpsearch.naming import folder_of

    with _reading(folder_of(name, study, out)) as held:
        say(list_trials(held.record.trials(), format_).removesuffix("\n"))


@app.command()
def status(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show progress, even while running."""
    from hpsearch.listing import say_status, status_of
    from hpsearch.naming import folder_of

    with _reading(folder_of(name, study, out)) as held:
        found = status_of(held)
    say(json.dumps(found) if as_json else say_status(found))


@app.command()
def check(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Check every file of a study's folder; nothing is changed.

    The exit code is 0 if all is whole, else 1: hpsearch optimize trains again what is damaged.
    """
    from hpsearch.evaluation.check import check_folder
    from hpsearch.listing import finding_values, say_findings
    from hpsearch.naming import folder_of

    findings = check_folder(folder_of(name, study, out))
    say(json.dumps(finding_values(findings)) if as_json else say_findings(findings))
    if any(finding.condition != "whole" for finding in findings):
        raise typer.Exit(1)


@app.command()
def validate(
    name: Name = None,
    study: Study = None,
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
) -> None:
    """Check a study file and say what it searches."""
    from hpsearch.listing import say_study
    from hpsearch.naming import find_spec, named

    say(say_study(find_spec(named(name, study), set_)))


@app.command()
def studies() -> None:
    """List the studies and runs that are found by name."""
    from hpsearch.listing import say_found
    from hpsearch.naming import find_runs
    from hpsearch.study.finding import find_studies

    say(say_found(find_studies(), find_runs()))


@app.command()
def tensorboard(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    port: Port = 6006,
    host: Host = "127.0.0.1",
    curves: Annotated[
        int, typer.Option(min=0, help="How many of the best trials get learning curves.")
    ] = 200,
) -> None:
    """Open TensorBoard on a study, also while it runs: it is kept up to date."""
    from hpsearch.evaluation.reading import read_outcome
    from hpsearch.naming import folder_of
    from hpsearch.tensorboard.server import show

    folder = folder_of(name, study, out)

    def read() -> "Outcome":
        with _reading(folder) as held:
            return read_outcome(held)

    with _reading(folder) as held:
        held.data()
    say(f"weight histograms: http://{host}:{port}/#histograms&regexInput=retrained")
    arguments = ("--host", host, "--port", str(port))
    with TemporaryDirectory() as elsewhere:
        written_to = folder if os.access(folder, os.W_OK) else Path(elsewhere)
        with suppress(KeyboardInterrupt), signals.raised():  # how a server is ended
            raise typer.Exit(show(written_to, read, arguments, curves=curves))


@app.command()
def dashboard(
    name: Name = None,
    study: Study = None,
    out: Out = None,
    port: Port = 8080,
    host: Host = "127.0.0.1",
) -> None:
    """Open the Optuna dashboard on a study, also while it runs."""
    from hpsearch.dashboard.server import serve
    from hpsearch.naming import folder_of

    folder = folder_of(name, study, out)
    with _reading(folder):
        pass
    with suppress(KeyboardInterrupt), signals.raised():  # how a server is ended
        serve(folder, host, port, say)


def _tell_workers(view: "View", asked: int | None, workers: int) -> None:
    """Say why there are fewer workers than cores where the user did not ask for that."""
    if asked is None and workers < cores():
        view.tell(
            f"{workers} of {cores()} cores get a worker, since {free_bytes() / 1e9:.1f} GB of "
            f"memory are free and each may need 1 GB; --workers sets another number"
        )


@contextmanager
def _reading(folder: Path) -> Iterator["StudyFolder"]:
    from hpsearch.record.folder import read_folder

    with read_folder(folder) as held:
        yield held


@contextmanager
def _view(folder: Path, *, quiet: bool, as_json: bool) -> Iterator["View"]:
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
    from hpsearch.listing import outcome_values, say_outcome

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
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    if found is None or float(found[1]) == 0:
        raise UsageError(f"--timeout must be a time above 0 like 90s, 10m or 2h, got {text!r}")
    return float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3_600}[found[2]]


def _command() -> str:
    return shlex.join(["hpsearch", *sys.argv[1:]])
