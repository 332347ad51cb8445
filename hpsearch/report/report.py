"""The report in three formats, all of them made from the same values."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from hpsearch.evaluation.outcome import Outcome
from hpsearch.files import write_whole
from hpsearch.report.compose import Report, answer_all, collect, compose
from hpsearch.report.failures import DEBUG
from hpsearch.report.markdown import escape
from hpsearch.report.origin import NAMES, refuse_foreign_reports
from hpsearch.report.section import Section
from hpsearch.report.sections.registry import SECTIONS

__all__ = ["ReportPaths", "report_values", "write_report"]


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where the report was written."""

    json: Path
    markdown: Path
    html: Path


def write_report(
    outcome: Outcome,
    *,
    times: bool = True,
    tell: Callable[[str], None] = lambda message: None,
    sections: Sequence[Section] = SECTIONS,
) -> ReportPaths:
    """Write ``report.json``, ``report.md`` and ``report.html`` into the study's folder.

    Each file replaces the old one in one step. The HTML is one file that loads nothing. A section
    or a figure that fails is left out with a sentence in its place, and the rest is written.

    Args:
        outcome: The study's folder, read; a study without trials gives a report too.
        times: Whether it has what differs from one run of a study to the next; see
            ``report_values``.
        tell: Is told what was left out because it failed, a line each.
        sections: In their order; those that do not apply to the task are left out.

    Raises:
        UsageError: If a file of one of these names was not written by hpsearch; then nothing is
            written.
    """
    folder = outcome.folder
    refuse_foreign_reports(folder)
    report = compose(outcome, sections, times=times)
    for place, failure in report.failures.items():
        tell(
            f"report: the {failure.what} {place} was left out: {failure.reason}. Please report it; "
            f"with {DEBUG}=1 in the environment hpsearch report shows where it was raised"
        )
    paths = ReportPaths(*(folder / name for name in NAMES))
    values = json.dumps(report.values, indent=2, ensure_ascii=False, allow_nan=False)
    write_whole(paths.json, f"{values}\n")
    write_whole(paths.markdown, _markdown(report))
    write_whole(paths.html, _html(report))
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
    sections = [section for section in SECTIONS if section.applies(outcome.task)]
    return collect(outcome, answer_all(outcome, sections), times=times)[0]


def _html(report: Report) -> str:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    page = environment.get_template("report.html.j2")
    return page.render(**_about(report.values), chapters=report.chapters)


def _template(name: str) -> str:
    return (files("hpsearch.report") / "templates" / name).read_text(encoding="utf-8")


def _markdown(report: Report) -> str:
    about = _about(report.values)
    notice = escape(about["notice"] or "")
    parts = [
        "<!-- generator: hpsearch -->",
        f"# {escape(about['study']['name'])}: what the search found",
        f"> **{notice.upper()}.** Nothing measured them." if notice else "",
        escape(about["study"]["description"]),
    ]
    for chapter in report.chapters:
        parts += [f"## {chapter.title}", f"> **{notice}**" if notice else "", chapter.body.markdown]
    return "\n\n".join(filter(None, parts)) + "\n"


def _about(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands above all chapters."""
    return {name: values[name] for name in ("study", "notice")}
