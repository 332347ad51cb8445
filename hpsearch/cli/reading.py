"""The commands that read what is there: study files, trials, progress, and the report of a run."""

import json
import os
import webbrowser
from typing import Annotated

import typer

from hpsearch.cli.options import AsJson, Name, Out, Set, Study
from hpsearch.console import say
from hpsearch.errors import HpsearchError, UsageError


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
    from hpsearch.record.folder import read_folder

    path = folder_of(name, study, out)
    with read_folder(path) as folder:
        if not os.access(path, os.W_OK):
            raise HpsearchError(
                f"the report is written into the study's folder, and nothing can be written to "
                f"{path}; copy the folder and name the copy with --out"
            )
        export(folder, times=not no_times)
    page = path / "report.html"
    say(str(page))
    if open_ and not webbrowser.open(page.resolve().as_uri()):
        raise HpsearchError(f"--open must find a browser, got none; open {page} by hand")


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
    from hpsearch.listing.trials import list_trials
    from hpsearch.naming import folder_of
    from hpsearch.record.folder import read_folder

    with read_folder(folder_of(name, study, out)) as folder:
        say(list_trials(folder.record.trials(), format_).removesuffix("\n"))


def status(
    name: Name = None, study: Study = None, out: Out = None, as_json: AsJson = False
) -> None:
    """Show progress, even while running."""
    from hpsearch.listing.status import say_status, status_of
    from hpsearch.naming import folder_of
    from hpsearch.record.folder import read_folder

    with read_folder(folder_of(name, study, out)) as folder:
        values = status_of(folder)
    say(json.dumps(values) if as_json else say_status(values))


def check(name: Name = None, study: Study = None, out: Out = None, as_json: AsJson = False) -> None:
    """Check every file of a study's folder; nothing is changed.

    The exit code is 0 if all is whole, else 1: hpsearch optimize trains again what is damaged.
    """
    from hpsearch.evaluation.check import check_folder
    from hpsearch.listing.check import finding_values, say_findings
    from hpsearch.naming import folder_of

    findings = check_folder(folder_of(name, study, out))
    say(json.dumps(finding_values(findings)) if as_json else say_findings(findings))
    if any(finding.condition != "whole" for finding in findings):
        raise typer.Exit(1)


def validate(
    name: Name = None,
    study: Study = None,
    set_: Set = [],  # noqa: B006  typer reads it, nobody changes it
) -> None:
    """Check a study file and say what it searches."""
    from hpsearch.listing.studies import say_study
    from hpsearch.naming import find_spec, study_name

    say(say_study(find_spec(study_name(name, study), set_)))


def studies() -> None:
    """List the studies and runs that are found by name."""
    from hpsearch.listing.studies import say_studies
    from hpsearch.naming import find_runs
    from hpsearch.study.finding import find_studies

    say(say_studies(find_studies(), find_runs()))
