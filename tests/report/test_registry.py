"""Sections are registered once, and those that do not apply are nowhere in the report."""

import json
from dataclasses import replace

from hpsearch.report.report import write_report
from hpsearch.report.sections.registry import SECTIONS
from tests.outcomes import MakeOutcome

from .pages import Page


def test_names_and_questions_are_unique() -> None:
    names = [section.name for section in SECTIONS]
    assert len({*names, "result", "repeat"}) == len(names) + 2
    titles = {section.title for section in SECTIONS}
    assert len(titles) == len(names)
    assert all(title.endswith("?") for title in titles)


def test_a_section_that_does_not_apply_is_in_no_format(make_outcome: MakeOutcome) -> None:
    left_out = {"baselines", "usability"}
    sections = [
        replace(section, applies=lambda task: False) if section.name in left_out else section
        for section in SECTIONS
    ]
    paths = write_report(make_outcome(), sections=sections)
    values = json.loads(paths.json.read_text(encoding="utf-8"))
    assert not left_out & {*values, *values["answers"], *values["absences"]}
    assert values["luck"] is not None
    page = Page(paths.html.read_text(encoding="utf-8"))
    names = [element.attributes["id"] for element in page.named("section")]
    assert names == [
        *("result", "luck", "overfitting", "regularizers", "search"),
        *("rows", "repeat"),
    ]
    assert len(page.named("a")) == 5
    text = paths.markdown.read_text(encoding="utf-8")
    for section in SECTIONS:
        assert (section.title in text) is (section.name not in left_out)
