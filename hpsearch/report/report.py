"""The report in three formats, all of them made from the same values."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.files import write_whole
from hpsearch.report.assembly import assemble, assemble_values
from hpsearch.report.failures import DEBUG
from hpsearch.report.origin import NAMES, refuse_foreign_reports
from hpsearch.report.pages import html_page, markdown_page

__all__ = ["ReportPaths", "report_values", "write_report"]


@dataclass(frozen=True, slots=True)
class ReportPaths:
    """Where the report was written."""

    json: Path
    markdown: Path
    html: Path


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
    report = assemble(outcome, times=times)
    for place, failure in report.failures.items():
        tell(
            f"report: the {failure.what} {place} was left out: {failure.reason}. Please report it; "
            f"with {DEBUG}=1 in the environment hpsearch report shows where it was raised"
        )
    paths = ReportPaths(*(folder / name for name in NAMES))
    values = json.dumps(report.values, indent=2, ensure_ascii=False, allow_nan=False)
    texts = f"{values}\n", markdown_page(report), html_page(report)
    for path, text in zip((paths.json, paths.markdown, paths.html), texts, strict=True):
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
    return assemble_values(outcome, times=times)
