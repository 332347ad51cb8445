"""The command line: parse, call, print; heavy packages are imported inside the commands."""

import json
import os
import re
import shlex
import signal
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from hpsearch import __version__
from hpsearch.errors import HpsearchError, Interrupted, UsageError
from hpsearch.processes import cores

if TYPE_CHECKING:
    from hpsearch.results.outcome import Outcome
    from hpsearch.search.folder import StudyFolder
    from hpsearch.study import StudySpec
    from hpsearch.terminal import View

app = typer.Typer(
    name="hpsearch",
    help="Hyperparameter search for Keras networks on tables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Study = Annotated[str, typer.Option(help="A study's name, or the path of its .toml file.")]
MaybeStudy = Annotated[
    str | None, typer.Option("--study", help="A study's name: its folder is runs/NAME.")
]
Out = Annotated[Path | None, typer.Option(help="The study's folder; runs/NAME if not given.")]
Data = Annotated[
    Path | None,
    typer.Option(help="A file of rows: HIGGS.csv.gz, any beginning of one, a csv, or a rows.npz."),
]
Set = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="Override an entry of the study.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Worker processes; one for each core if not given.")
]
Quiet = Annotated[bool, typer.Option(help="Show nothing but what must not be missed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Progress as JSON, one object a line.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port on this machine.")]
Host = Annotated[str, typer.Option(help="Address to listen on.")]


def main() -> NoReturn:
    """Run the command line; errors become a message and an exit code, never a traceback."""
    debug = "--debug" in sys.argv[1:]
    try:
        app([argument for argument in sys.argv[1:] if argument != "--debug"], prog_name="hpsearch")
    except HpsearchError as error:
        if debug:
            raise
        print(f"hpsearch: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        if debug:
            raise
        print(f"hpsearch: {error}; nothing recorded is lost", file=sys.stderr)
        sys.exit(1)
    sys.exit(0)


@app.callback(invoke_without_command=True, epilog="With --debug an error shows its traceback.")
def version(
    ctx: typer.Context,
    show: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Hyperparameter search for Keras networks on tables."""
    if show:
        print(f"hpsearch {__version__}")
        raise typer.Exit


@app.command()
def optimize(
    study: Study,
    out: Out = None,
    data: Data = None,
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
    trials: Annotated[
        int | None, typer.Option(min=1, help="Trials of the study in total, not in addition.")
    ] = None,
    workers: Workers = None,
    timeout: Annotated[
        str | None, typer.Option(metavar="TIME", help="Stop searching after 90s, 10m or 2h.")
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Search, re-train the best, measure the winner on the test rows, and report.

    The same command on a study that was interrupted goes on where it stopped.
    """
    spec = _read_study(study, [*set_, *([f"search.trials={trials}"] if trials else [])])
    folder = out or Path("runs") / spec.study.name
    seconds = _seconds(timeout)
    from hpsearch import pipeline

    run = pipeline.Run(folder, data, workers or cores(), seconds, _command())
    with _view(folder, quiet=quiet, as_json=as_json) as view:
        outcome = pipeline.optimize(spec, run, view)
    _print_outcome(outcome, as_json=as_json)


@app.command()
def evaluate(
    study: MaybeStudy = None,
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

    folder = _folder(study, out)
    with _reading(folder) as held:
        held.data()
    spec = _read_study(str(folder / "study.toml"), set_)
    run = pipeline.Run(folder, data, workers or cores(), None, _command())
    with _view(folder, quiet=quiet, as_json=as_json) as view:
        outcome = pipeline.evaluate(spec, run, view)
    _print_outcome(outcome, as_json=as_json)


@app.command()
def reproduce(
    study: MaybeStudy = None,
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
    """Train recorded trials again, and say whether they are equal to the bit: exit 0, else 1.

    Everything it needs is in the study's folder, and nothing there is changed.
    """
    if (trial is not None) + best + all_ != 1:
        raise UsageError("reproduce needs one of --trial N, --best and --all")
    from hpsearch import pipeline
    from hpsearch.listing import reproduction_values, say_reproduction
    from hpsearch.results.reproduce import choose_all, choose_best, choose_trial

    choose = choose_best if best else choose_all if trial is None else choose_trial(trial)
    folder = _folder(study, out)
    with _reading(folder) as held, _view(folder, quiet=quiet, as_json=as_json) as view:
        found = pipeline.reproduce(held, choose, workers or cores(), view)
    if as_json:
        print(json.dumps({"event": "done", **reproduction_values(found)}))
    else:
        print(say_reproduction(found))
    if not found.holds:
        raise typer.Exit(1)


@app.command()
def report(
    study: MaybeStudy = None,
    out: Out = None,
    no_times: Annotated[
        bool,
        typer.Option("--no-times", help="Leave out what differs from run to run: times, command."),
    ] = False,
    open_: Annotated[bool, typer.Option("--open", help="Open report.html in the browser.")] = False,
) -> None:
    """Write report.html, report.md, report.json and TensorBoard's files again from the record."""
    from hpsearch.pipeline import export

    with _reading(_folder(study, out)) as held:
        export(held, times=not no_times)
        page = held.path / "report.html"
    print(page)
    if open_ and not webbrowser.open(page.resolve().as_uri()):
        raise HpsearchError(f"--open must find a browser, got none; open {page} by hand")


@app.command()
def trials(
    study: MaybeStudy = None,
    out: Out = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="json|csv|table", help="How to print them.")
    ] = "table",
) -> None:
    """List all trials of a study."""
    if format_ not in ("json", "csv", "table"):
        raise UsageError(f"--format must be json, csv or table, got {format_!r}")
    from hpsearch.listing import list_trials

    with _reading(_folder(study, out)) as held:
        print(list_trials(held.record.trials(), format_), end="")


@app.command()
def status(
    study: MaybeStudy = None,
    out: Out = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say how far a study is, also while it runs."""
    from hpsearch.listing import say_status, status_of

    with _reading(_folder(study, out)) as held:
        found = status_of(held)
    print(json.dumps(found) if as_json else say_status(found))


@app.command()
def validate(
    path: Annotated[str, typer.Argument(help="A study's name, or the path of its .toml file.")],
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
) -> None:
    """Check a study file and say what it searches."""
    from hpsearch.listing import say_study

    print(say_study(_read_study(path, set_)))


@app.command()
def studies() -> None:
    """List the studies that are found by name."""
    from hpsearch.study import find_studies, read_study

    for name, path in sorted(find_studies().items()):
        try:
            description = read_study(path).study.description
        except HpsearchError as error:
            description = str(error).splitlines()[0]
        print(f"{name:<24} {description}")


@app.command()
def tensorboard(
    study: MaybeStudy = None,
    out: Out = None,
    port: Port = 6006,
    host: Host = "127.0.0.1",
    curves: Annotated[
        int, typer.Option(min=0, help="Show the learning curves of so many of the best trials.")
    ] = 200,
) -> None:
    """Open TensorBoard on a study, also while it runs: it is kept up to date."""
    from hpsearch.export.tensorboard.server import show
    from hpsearch.results.reading import read_outcome

    folder = _folder(study, out)

    def read() -> "Outcome":
        with _reading(folder) as held:
            return read_outcome(held)

    with _reading(folder) as held:
        held.data()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"weight histograms: http://{host}:{port}/#histograms&regexInput=retrained")
    with suppress(KeyboardInterrupt):  # how a server is ended
        arguments = ("--host", host, "--port", str(port))
        raise typer.Exit(show(folder, read, arguments, curves=curves))


@app.command()
def dashboard(
    study: MaybeStudy = None, out: Out = None, port: Port = 8080, host: Host = "127.0.0.1"
) -> None:
    """Open the Optuna dashboard on a study, also while it runs."""
    from hpsearch.export.dashboard import dashboard_arguments

    folder = _folder(study, out)
    with _reading(folder):
        shown = dashboard_arguments(folder)
    _become("optuna_dashboard._cli", *shown, "--host", host, "--port", str(port))


def _read_study(study: str, overrides: list[str]) -> "StudySpec":
    from hpsearch.study import find_study, read_study

    return read_study(find_study(study), overrides)


def _folder(study: str | None, out: Path | None) -> Path:
    """The folder that a command reads."""
    if out is not None:
        return out
    if study is None:
        raise UsageError("name the study with --study NAME, or its folder with --out DIR")
    if study.endswith(".toml"):
        return Path("runs") / _read_study(study, []).study.name
    return Path("runs") / study


@contextmanager
def _reading(folder: Path) -> Iterator["StudyFolder"]:
    from hpsearch.search.folder import read_folder

    with read_folder(folder) as held:
        yield held


@contextmanager
def _view(folder: Path, *, quiet: bool, as_json: bool) -> Iterator["View"]:
    """The view of a run; Ctrl-C and SIGTERM end it with a word on how to go on."""
    from hpsearch.terminal import choose_view

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with choose_view(quiet=quiet, as_json=as_json) as view:
            yield view
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted; what was done is kept in {folder}, and the same command goes on there"
        ) from None


def _print_outcome(outcome: "Outcome", *, as_json: bool) -> None:
    from hpsearch.listing import outcome_values, say_outcome

    if as_json:
        print(json.dumps({"event": "done", **outcome_values(outcome)}))
    else:
        print(say_outcome(outcome))


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


def _become(module: str, *arguments: str) -> NoReturn:
    """Replace this process by another tool's command line."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])
