"""The report in three formats, all of them made from the same values."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Protocol

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from hpsearch import wording
from hpsearch.analysis.absences import find_absences
from hpsearch.evaluation.outcome import Outcome
from hpsearch.files import write_whole
from hpsearch.report.answers import answer
from hpsearch.report.failures import DEBUG, Failure, attempt
from hpsearch.report.figures.result import metrics_beside_validation
from hpsearch.report.markdown import escape
from hpsearch.report.origin import NAMES, refuse_foreign_reports
from hpsearch.report.sections import baselines, luck, overfitting, search, usability
from hpsearch.report.sections import regularizers as regularisers
from hpsearch.report.values import plain, study_values
from hpsearch.report.verdict import judge
from hpsearch.tasks.binary import TEST_METRICS

__all__ = ["SECTIONS", "ReportPaths", "Section", "report_values", "write_report"]

#: Draws an SVG element.
Draw = Callable[[], str]

#: Drawn figures of a section by name; a failure where not even their names are known.
Figures = Mapping[str, str | Failure] | Failure

Form = Literal["md", "html"]
FORMS: tuple[Form, ...] = ("md", "html")

#: The parts that every report has, before and after the sections.
ENDS: Mapping[str, str] = {"result": "What came out", "repeat": "How is it repeated?"}


class Section(Protocol):
    """A module of ``hpsearch.report.sections``."""

    TITLE: str

    def values(self, outcome: Outcome) -> Mapping[str, Any] | str:
        """What it says, or one line on why there is nothing and how to get it."""
        ...

    def figures(self, outcome: Outcome, values: Mapping[str, Any]) -> Mapping[str, Draw]:
        """SVG elements by name, each drawn when it is called."""
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


@dataclass(frozen=True, slots=True)
class _Said:
    """A section's values and its answer; where there are no values the answer says why."""

    values: Mapping[str, Any] | None
    answer: str
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Report:
    """The report before it is written.

    Attributes:
        values: What ``report.json`` holds.
        failures: By place, ``usability`` for a section and ``usability.roc`` for a figure of it.
    """

    values: Mapping[str, Any]
    markdown: str
    html: str
    failures: Mapping[str, Failure]


def write_report(
    outcome: Outcome, *, times: bool = True, tell: Callable[[str], None] = lambda message: None
) -> ReportPaths:
    """Write ``report.json``, ``report.md`` and ``report.html`` into the study's folder.

    Each file replaces the old one in one step. The HTML is one file that loads nothing. A section
    or a figure that fails is left out with a sentence in its place, and the rest is written.

    Args:
        outcome: The study's folder, read; a study without trials gives a report too.
        times: Whether it has what differs from one run of a study to the next; see
            ``report_values``.
        tell: Is told what was left out because it failed, a line each.

    Raises:
        UsageError: If a file of one of these names was not written by hpsearch; then nothing is
            written.
    """
    folder = outcome.folder
    refuse_foreign_reports(folder)
    report = _make(outcome, times)
    for place, failure in report.failures.items():
        tell(
            f"report: the {failure.what} {place} was left out: {failure.reason}. Please report it; "
            f"with {DEBUG}=1 in the environment hpsearch report shows where it was raised"
        )
    paths = ReportPaths(*(folder / name for name in NAMES))
    values = json.dumps(report.values, indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(paths.json, f"{values}\n")
    write_whole(paths.markdown, report.markdown)
    write_whole(paths.html, report.html)
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
    return _values(outcome, times, _say_all(outcome))


def _make(outcome: Outcome, times: bool) -> _Report:
    """Values, figures and texts, one after the other; what fails is left out of all formats."""
    environment = _environment()
    said = _say_all(outcome)
    values = _values(outcome, times, said)
    drawn = {name: _draw(section, outcome, values[name]) for name, section in SECTIONS.items()}
    drawn["result"] = _draw_result(outcome)
    bodies = dict(_bodies(environment, [*SECTIONS], values, drawn))
    for (_, name), body in bodies.items():
        if isinstance(body, Failure):
            said[name] = _Said(None, body.sentence, body)
    values = _values(outcome, times, said)
    bodies |= _bodies(environment, [*ENDS], values, drawn)
    failures = {
        **{name: one.failure for name, one in said.items() if one.failure},
        **{name: body for (_, name), body in bodies.items() if isinstance(body, Failure)},
        **{
            f"{section}.{name}": figure
            for section, figures in drawn.items()
            for name, figure in _by_name(figures)
            if isinstance(figure, Failure) and (section in ENDS or values[section] is not None)
        },
    }
    values["absences"] |= {place: failure.sentence for place, failure in failures.items()}
    if isinstance(verdict := attempt("verdict", partial(judge, values)), Failure):
        failures["verdict"] = verdict
    texts = {form: _page(environment, form, values, bodies) for form in FORMS}
    return _Report(values, texts["md"], texts["html"], failures)


def _say_all(outcome: Outcome) -> dict[str, _Said]:
    return {name: _say(name, section, outcome) for name, section in SECTIONS.items()}


def _say(name: str, section: Section, outcome: Outcome) -> _Said:
    def make() -> _Said:
        found = section.values(outcome)
        if isinstance(found, str):
            return _Said(None, found)
        values = plain(found)
        json.dumps(values, allow_nan=False)  # what JSON can't hold fails here, not at the end
        return _Said(values, answer(name, values))

    made = attempt("section", make)
    return _Said(None, made.sentence, made) if isinstance(made, Failure) else made


def _values(outcome: Outcome, times: bool, said: Mapping[str, _Said]) -> dict[str, Any]:
    absences = {name: one.answer for name, one in said.items() if one.values is None}
    values: dict[str, Any] = plain(
        {
            **study_values(outcome, times=times),
            **{name: one.values for name, one in said.items()},
            "absences": {**find_absences(outcome), **absences},
        }
    )
    verdict = attempt("verdict", partial(judge, values))
    values["verdict"] = [verdict.sentence] if isinstance(verdict, Failure) else verdict
    values["answers"] = {name: one.answer for name, one in said.items()}
    return values


def _draw(section: Section, outcome: Outcome, values: Mapping[str, Any] | None) -> Figures:
    if values is None:
        return {}
    figures = attempt("figure", lambda: section.figures(outcome, values))
    if isinstance(figures, Failure):
        return figures
    return {name: attempt("figure", draw) for name, draw in figures.items()}


def _draw_result(outcome: Outcome) -> Figures:
    test = outcome.test
    if test is None:
        return {}
    return {"test": attempt("figure", lambda: metrics_beside_validation(test.metrics))}


def _by_name(figures: Figures) -> Iterator[tuple[str, str | Failure]]:
    yield from [("figures", figures)] if isinstance(figures, Failure) else figures.items()


def _bodies(
    environment: Environment,
    names: list[str],
    values: Mapping[str, Any],
    drawn: Mapping[str, Figures],
) -> Iterator[tuple[tuple[Form, str], Markup | Failure]]:
    """The text of each part in each form; none of a section that is not there."""
    titles = {name: section.TITLE for name, section in SECTIONS.items()}
    for name in names:
        this = values.get(name)
        if this is None and name in SECTIONS:
            continue
        context = {"this": this, "titles": titles, "figure": _figure(drawn.get(name, {}))}
        for form in FORMS:
            template = f"sections/{name}.{form}.j2"
            yield (
                (form, name),
                attempt("section", partial(_render, environment, template, values, context)),
            )


def _render(
    environment: Environment, template: str, values: Mapping[str, Any], context: Mapping[str, Any]
) -> Markup:
    return Markup(environment.get_template(template).render(values, **context))


def _page(
    environment: Environment,
    form: Form,
    values: Mapping[str, Any],
    bodies: Mapping[tuple[Form, str], Markup | Failure],
) -> str:
    sections = {name: section.TITLE for name, section in SECTIONS.items()}
    first, last = ENDS.items()
    titles = dict([first, *sections.items(), last])
    texts = {name: body for (written, name), body in bodies.items() if written == form}
    return environment.get_template(f"report.{form}.j2").render(values, bodies=texts, titles=titles)


def _figure(figures: Figures) -> Callable[[str, str], Markup]:
    """What a template calls to show a figure of its section with a caption."""

    def figure(name: str, caption: str) -> Markup:
        drawn = figures if isinstance(figures, Failure) else figures[name]
        if isinstance(drawn, Failure):
            return Markup('<p class="absent">{}</p>').format(drawn.sentence)
        parts = (Markup(drawn), caption)
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
    return (files("hpsearch.report") / "templates" / name).read_text(encoding="utf-8")


def _fenced(text: str, language: str = "") -> str:
    """A block of code whose fence is longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
