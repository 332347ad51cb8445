"""The report in three formats, all of them made from the same values."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from hpsearch.export import wording
from hpsearch.export.absences import find_absences
from hpsearch.export.answers import answer
from hpsearch.export.figures.result import metrics_beside_validation
from hpsearch.export.markdown import escape
from hpsearch.export.sections import (
    baselines,
    luck,
    overfitting,
    regularisers,
    search,
    usability,
)
from hpsearch.export.values import plain, study_values
from hpsearch.export.verdict import judge
from hpsearch.files import write_whole
from hpsearch.metrics import TEST_METRICS
from hpsearch.results.outcome import Outcome


class Section(Protocol):
    """A module of ``hpsearch.export.sections``."""

    TITLE: str

    def values(self, outcome: Outcome) -> Mapping[str, Any] | str:
        """What it says, or one line on why there is nothing and how to get it."""
        ...

    def figures(self, outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, str]:
        """SVG elements by name."""
        ...


#: By id, in the order of the report, between what came out and how it is repeated.
SECTIONS: Mapping[str, Section] = {
    "baselines": baselines,
    "luck": luck,
    "overfitting": overfitting,
    "regularisers": regularisers,
    "search": search,
    "usability": usability,
}


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
    environment = _environment()
    drawn = report_figures(outcome, values)
    texts = {
        paths.json: json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        paths.markdown: _render(environment, "md", values, {}),
        paths.html: _render(environment, "html", values, drawn),
    }
    for path, text in texts.items():
        write_whole(path, text)
    return paths


def report_values(outcome: Outcome, *, times: bool = True) -> dict[str, Any]:
    """What ``report.json`` holds: numbers, texts, lists and tables, without NaN or infinities.

    A section whose ingredients are not there is None, and ``absences`` says why.

    Args:
        outcome: The study's folder, read.
        times: Whether it has ``run``, all that differs from one run of a study to the next: the
            command, wall-clock seconds, when the test rows were opened. Without it the same study
            gives equal values.
    """
    said = {name: section.values(outcome) for name, section in SECTIONS.items()}
    values: dict[str, Any] = plain(
        {
            **study_values(outcome, times=times),
            **{name: None if isinstance(one, str) else one for name, one in said.items()},
            "absences": {
                **find_absences(outcome),
                **{name: one for name, one in said.items() if isinstance(one, str)},
            },
        }
    )
    return {**values, "verdict": judge(values), "answers": answer(values)}


def report_figures(outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """SVG elements by section and name, for the sections that ``values`` has."""
    first = {"test": metrics_beside_validation(outcome.test.metrics)} if outcome.test else {}
    return {"result": first} | {
        name: section.figures(outcome, values[name]) if values[name] is not None else {}
        for name, section in SECTIONS.items()
    }


def _render(
    environment: Environment,
    form: str,
    values: Mapping[str, Any],
    figures: Mapping[str, Mapping[str, str]],
) -> str:
    bodies = {
        name: Markup(
            environment.get_template(f"sections/{name}.{form}.j2").render(
                values, this=values[name], figure=_figure(figures.get(name, {}))
            )
        )
        for name in SECTIONS
        if values[name] is not None
    }
    titles = {name: section.TITLE for name, section in SECTIONS.items()}
    page = environment.get_template(f"report.{form}.j2")
    first = _figure(figures.get("result", {}))
    return page.render(values, bodies=bodies, titles=titles, figure=first)


def _figure(figures: Mapping[str, str]) -> Callable[[str, str], Markup]:
    """What a template calls to show a figure of its section with a caption."""

    def figure(name: str, caption: str) -> Markup:
        parts = (Markup(figures[name]), caption)
        return Markup("<figure>\n{}\n<figcaption>{}</figcaption>\n</figure>").format(*parts)

    return figure


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
    environment.filters["text"] = escape
    environment.filters["fenced"] = _fenced
    environment.globals["TEST_METRICS"] = TEST_METRICS
    return environment


def _template(name: str) -> str:
    return (files("hpsearch.export") / "templates" / name).read_text(encoding="utf-8")


def _fenced(text: str, language: str = "") -> str:
    """A block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
