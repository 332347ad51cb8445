"""A section or a figure that fails is left out with a sentence; the report is written."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hpsearch.errors import Interrupted, UsageError
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report import html, markdown
from hpsearch.report.blocks import Block, Heading
from hpsearch.report.failures import DEBUG
from hpsearch.report.origin import foreign_reports
from hpsearch.report.report import write_report
from hpsearch.report.section import Section
from hpsearch.report.sections.registry import SECTIONS
from tests.outcomes import MakeOutcome

from .pages import Page

TOLD = "ValueError: must not be negative <b>"
SECTION = f"This section could not be made: {TOLD}. The rest of the report is not affected"
FIGURE = f"This figure could not be made: {TOLD}. The rest of the report is not affected"


#: The first and the last section are no questions of the registry.
HEADINGS = 1 + len(SECTIONS) + 1


@pytest.fixture(autouse=True)
def failures_are_told(
    monkeypatch: pytest.MonkeyPatch, failures_are_raised: None
) -> pytest.MonkeyPatch:
    """As users have it; all other tests of the report raise what fails."""
    monkeypatch.delenv(DEBUG)
    return monkeypatch


def fail(*_: Any) -> Any:
    raise ValueError("must not be\nnegative <b>")


def broken(name: str, **parts: Any) -> tuple[Section, ...]:
    """All sections, one of them with parts replaced."""
    return tuple(
        replace(section, **parts) if section.name == name else section for section in SECTIONS
    )


#: What fails of a section, by the part that does.
STAGES: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "values": {"values": fail},
    "answer": {"answer": fail},
    "blocks": {"blocks": fail},
}


def in_rendering(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """The renderer of a format fails at a paragraph of the section on use."""
    module = {"html": html, "md": markdown}[form]
    render = module.render

    def failing(blocks: Sequence[Block], *arguments: Any) -> Any:
        headings = [block.text for block in blocks if isinstance(block, Heading)]
        return fail() if "What does it decide?" in headings else render(blocks, *arguments)

    monkeypatch.setattr(module, "render", failing)


def written(
    outcome: Outcome, sections: Sequence[Section] = SECTIONS
) -> tuple[dict[str, Any], str, Page, list[str]]:
    """JSON, Markdown, the page, and what was told."""
    told: list[str] = []
    paths = write_report(outcome, tell=told.append, sections=sections)
    values = json.loads(paths.json.read_text(encoding="utf-8"))
    html = Page(paths.html.read_text(encoding="utf-8"))
    return values, paths.markdown.read_text(encoding="utf-8"), html, told


@pytest.mark.parametrize("stage", [*STAGES, "html", "md"])
def test_a_section_that_fails_is_left_out_of_all_formats(
    make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    whole = written(make_outcome())[0]
    if stage in ("html", "md"):
        in_rendering(monkeypatch, stage)
    sections = broken("usability", **STAGES.get(stage, {}))
    values, text, page, told = written(make_outcome(), sections)
    assert values["usability"] is None
    assert values["absences"]["usability"].startswith(SECTION)
    assert values["answers"]["usability"] == values["absences"]["usability"]
    rest = [name for name in whole if name not in ("usability", "absences", "answers")]
    assert {name: values[name] for name in rest} == {name: whole[name] for name in rest}
    assert text.count("This section could not be made: ") == 2, "in place and in the contents"
    assert page.unclosed == []
    assert page.text().count(SECTION) == 2
    assert not page.named("b")
    assert len(list(page.named("h2"))) == HEADINGS
    (line,) = told
    assert "section usability was left out" in line
    assert TOLD in line


def test_a_figure_that_fails_leaves_the_section_and_its_other_figures(
    make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, text, before, _ = written(make_outcome())
    monkeypatch.setattr("hpsearch.report.sections.usability.binary.blocks.calibration_curve", fail)
    values, after, page, told = written(make_outcome())
    assert values["usability"] == whole["usability"]
    assert after == text
    assert values["absences"] == {
        **whole["absences"],
        "usability.calibration": f"{FIGURE}; please report it.",
    }
    assert len(page.named("svg")) == len(before.named("svg")) - 1
    assert page.text().count(FIGURE) == 1
    assert len(told) == 1


def test_all_figures_of_a_section_are_left_out_where_all_fail(
    make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"calibration": "calibration_curve", "roc": "roc_curve", "scores": "score_histogram"}
    for function in names.values():
        monkeypatch.setattr(f"hpsearch.report.sections.usability.binary.blocks.{function}", fail)
    values, _, page, told = written(make_outcome())
    assert values["usability"] is not None
    for name in names:
        assert values["absences"][f"usability.{name}"].startswith(FIGURE)
    assert page.text().count(FIGURE) == 3
    assert len(told) == 3


def test_the_first_section_too_is_left_out_alone(
    make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hpsearch.report.compose.judge", fail)
    monkeypatch.setattr("hpsearch.report.sections.result.blocks.metrics_beside_validation", fail)
    values, text, page, told = written(make_outcome())
    assert values["verdict"][0].startswith(f"This verdict could not be made: {TOLD}")
    assert "This verdict could not be made" in text
    assert page.text().count(FIGURE) == 1
    assert len(page.named("h2")) == HEADINGS
    assert len(told) == 2


def test_what_is_told_is_the_same_each_time(make_outcome: MakeOutcome) -> None:
    def values(_: Outcome) -> Any:
        raise KeyError(object(), "x" * 1_000)

    sections = broken("luck", values=values)
    outcomes = make_outcome(), replace(make_outcome(), folder=make_outcome().folder / "again")
    first, second = (write_report(each, sections=sections).html.read_bytes() for each in outcomes)
    assert first == second
    assert b"KeyError: (" in first
    assert b"x" * 300 not in first


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), Interrupted("it", 130)])
def test_what_is_no_fault_of_a_section_passes(
    make_outcome: MakeOutcome, error: BaseException
) -> None:
    def values(_: Outcome) -> Any:
        raise error

    outcome = make_outcome()
    with pytest.raises(type(error)):
        write_report(outcome, sections=broken("luck", values=values))
    assert not outcome.folder.exists()


@pytest.mark.parametrize("stage", [*STAGES, "html", "md", "figure"])
def test_with_debugging_the_error_is_raised(
    make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setenv(DEBUG, "1")
    if stage == "figure":
        monkeypatch.setattr("hpsearch.report.sections.usability.binary.blocks.roc_curve", fail)
    elif stage in ("html", "md"):
        in_rendering(monkeypatch, stage)
    with pytest.raises(ValueError, match="must not be"):
        write_report(make_outcome(), sections=broken("usability", **STAGES.get(stage, {})))


def test_warnings_do_not_matter(make_outcome: MakeOutcome, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' filters make errors of them, as PYTHONWARNINGS=error does."""
    import warnings

    def paint(*_: Any) -> str:
        warnings.warn("no room", UserWarning, stacklevel=1)
        return "<svg></svg>"

    monkeypatch.setattr("hpsearch.report.sections.usability.binary.blocks.roc_curve", paint)
    assert written(make_outcome())[3] == []


@pytest.mark.parametrize("name", ["report.json", "report.md", "report.html"])
@pytest.mark.parametrize("kind", ["text", "empty", "binary", "folder", "link", "pipe"])
def test_a_report_of_another_origin_is_not_overwritten(
    make_outcome: MakeOutcome, tmp_path: Path, name: str, kind: str
) -> None:
    import os

    outcome = make_outcome()
    outcome.folder.mkdir()
    path = outcome.folder / name
    match kind:
        case "text":
            path.write_text("# My report\n\nwritten by hand\n", encoding="utf-8")
        case "empty":
            path.write_bytes(b"")
        case "binary":
            path.write_bytes(b"\xff\x00" * 100_000)
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to(tmp_path / "nowhere")
        case "pipe":
            os.mkfifo(path)
    assert foreign_reports(outcome.folder) == (path,)
    with pytest.raises(UsageError, match=re.escape(f"{path} of another origin; move it away")):
        write_report(outcome)
    assert list(outcome.folder.iterdir()) == [path]


def test_reports_of_hpsearch_are_known_by_their_mark(
    make_outcome: MakeOutcome,
) -> None:
    outcome = make_outcome()
    assert foreign_reports(outcome.folder) == ()
    paths = write_report(outcome)
    assert foreign_reports(outcome.folder) == ()
    for path, mark in (
        (paths.json, '  "generator": "hpsearch",\n'),
        (paths.markdown, "<!-- generator: hpsearch -->\n\n"),
        (paths.html, '<meta name="generator" content="hpsearch">\n'),
    ):
        text = path.read_text(encoding="utf-8")
        assert text.count(mark) == 1
        path.write_text(text.replace(mark, ""), encoding="utf-8")
    assert len(foreign_reports(outcome.folder)) == 3
