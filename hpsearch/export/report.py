"""The report in three formats, all of them made from the same values."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from hpsearch.export import wording
from hpsearch.export.plots import (
    leaderboard,
    learning_curves,
    metrics_beside_validation,
    parameter_importance,
    search_history,
)
from hpsearch.export.values import report_values, validation_values
from hpsearch.export.winner import find_winner, winner_curves
from hpsearch.files import write_whole
from hpsearch.metrics import TEST_METRICS
from hpsearch.results.outcome import Outcome

__all__ = ["ReportPaths", "report_figures", "report_values", "write_report"]


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where the report was written."""

    json: Path
    markdown: Path
    html: Path


def write_report(outcome: Outcome, *, times: bool = True) -> ReportPaths:
    """Write ``report.json``, ``report.md`` and ``report.html`` into the study's folder.

    Each file replaces the old one in one step. The HTML is one file that loads nothing.

    Args:
        outcome: The study's folder, read; a study without trials gives a report too.
        times: Whether it has what differs from one run of a study to the next; see
            ``report_values``.
    """
    folder = outcome.folder
    paths = ReportPaths(folder / "report.json", folder / "report.md", folder / "report.html")
    values = report_values(outcome, times=times)
    figures = {name: Markup(svg) for name, svg in report_figures(outcome, values).items()}
    environment = _environment()
    texts = {
        paths.json: json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        paths.markdown: environment.get_template("report.md.j2").render(values),
        paths.html: environment.get_template("report.html.j2").render(values, figures=figures),
    }
    for path, text in texts.items():
        write_whole(path, text)
    return paths


def report_figures(outcome: Outcome, values: Mapping[str, Any]) -> dict[str, str]:
    """SVG elements by section, for the sections that ``values`` has ingredients for."""
    absences = values["absences"]
    winner = find_winner(outcome)
    curves = winner_curves(outcome, winner) if winner else ()
    figures = {}
    if outcome.test is not None:
        figures["test"] = metrics_beside_validation(outcome.test.metrics, validation_values(curves))
    if "leaderboard" not in absences:
        figures["leaderboard"] = leaderboard(outcome.standings)
    if "curves" not in absences:
        figures["curves"] = learning_curves(curves)
    if "history" not in absences:
        figures["history"] = search_history(outcome.trials)
    if "importances" not in absences:
        figures["importances"] = parameter_importance(
            outcome.importances, outcome.importance_evaluator
        )
    return figures


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in dir(wording):
        if name.startswith("say_"):
            environment.filters[name.removeprefix("say_")] = getattr(wording, name)
    environment.filters["text"] = _markdown
    environment.filters["fenced"] = _fenced
    environment.globals["TEST_METRICS"] = TEST_METRICS
    return environment


def _template(name: str) -> str:
    return (files("hpsearch.export") / "templates" / name).read_text(encoding="utf-8")


def _markdown(value: object) -> str:
    """Text that Markdown shows as it is, on one line, in a table too."""
    line = " ".join(str(value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~])", r"\\\1", line)


def _fenced(text: str, language: str = "") -> str:
    """A block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
