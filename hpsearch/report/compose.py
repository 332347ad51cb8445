"""A report before it is written: its values, and its chapters in both formats.

What fails is left out of all formats, with a sentence in its place.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from hpsearch.analysis.absences import find_absences
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report import html, markdown
from hpsearch.report.blocks import Block, Contents, Entry, Figure, Paragraph
from hpsearch.report.failures import Failure, attempt
from hpsearch.report.section import Section, Values
from hpsearch.report.sections.repeat.blocks import repeat_blocks
from hpsearch.report.sections.result.blocks import result_blocks
from hpsearch.report.sections.result.verdict import judge
from hpsearch.report.values import plain, study_values


@dataclass(frozen=True, slots=True)
class Body:
    """What a chapter says.

    Attributes:
        failures: Of its figures, by their names.
    """

    html: Markup
    markdown: str
    failures: Mapping[str, Failure]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the page with a heading of its own."""

    name: str
    title: str
    body: Body


@dataclass(frozen=True, slots=True)
class Answer:
    """A section's values and its answer; where there are no values the answer says why."""

    values: Values | None
    sentence: str
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Attributes:
        values: What ``report.json`` holds.
        failures: By place, ``usability`` for a section and ``usability.roc`` for a figure of it.
    """

    values: Mapping[str, Any]
    chapters: Sequence[Chapter]
    failures: Mapping[str, Failure]


def compose(outcome: Outcome, sections: Sequence[Section], *, times: bool) -> Report:
    """The report of a study: what came out, the sections that apply, how it is repeated."""
    sections = [section for section in sections if section.applies(outcome.task)]
    answers = answer_all(outcome, sections)
    bodies: dict[str, Body] = {}
    for section in sections:
        if (values := answers[section.name].values) is None:
            continue
        body = attempt("section", partial(_write, partial(section.blocks, outcome, values)))
        if isinstance(body, Failure):
            answers[section.name] = Answer(None, body.sentence, body)
        else:
            bodies[section.name] = body
    values, failures = collect(outcome, answers, times=times)
    contents = Contents(
        [Entry(section.name, section.title, answers[section.name].sentence) for section in sections]
    )
    ends = {
        "result": attempt(
            "section", partial(_write, partial(result_blocks, outcome, values, contents))
        ),
        "repeat": attempt("section", partial(_write, partial(repeat_blocks, values))),
    }
    failures |= {name: body for name, body in ends.items() if isinstance(body, Failure)}
    bodies |= {name: body for name, body in ends.items() if not isinstance(body, Failure)}
    for name, body in bodies.items():
        failures |= {f"{name}.{figure}": failure for figure, failure in body.failures.items()}
    values["absences"] |= {place: failure.sentence for place, failure in failures.items()}
    titles = {
        "result": "What came out",
        **{section.name: section.title for section in sections},
        "repeat": "How is it repeated?",
    }
    chapters = [
        Chapter(name, title, bodies.get(name) or _absent(values["absences"][name]))
        for name, title in titles.items()
    ]
    return Report(values, chapters, failures)


def answer_all(outcome: Outcome, sections: Sequence[Section]) -> dict[str, Answer]:
    """The answers of sections, by name."""
    return {section.name: _answer(outcome, section) for section in sections}


def collect(
    outcome: Outcome, answers: Mapping[str, Answer], *, times: bool
) -> tuple[dict[str, Any], dict[str, Failure]]:
    """What ``report.json`` holds, and what failed by place."""
    absences = {name: answer.sentence for name, answer in answers.items() if answer.values is None}
    values: dict[str, Any] = plain(
        {
            **study_values(outcome, times=times),
            **{name: answer.values for name, answer in answers.items()},
            "absences": {**find_absences(outcome), **absences},
        }
    )
    failures = {name: answer.failure for name, answer in answers.items() if answer.failure}
    verdict = attempt("verdict", partial(judge, outcome.task, values))
    if isinstance(verdict, Failure):
        failures["verdict"] = verdict
        verdict = [verdict.sentence]
    values["verdict"] = verdict
    values["answers"] = {name: answer.sentence for name, answer in answers.items()}
    return values, failures


def _answer(outcome: Outcome, section: Section) -> Answer:
    def make() -> Answer:
        values = section.values(outcome)
        if isinstance(values, str):
            return Answer(None, values)
        values = plain(values)
        json.dumps(values, allow_nan=False)  # what JSON can't hold fails here, not at the end
        return Answer(values, section.answer(values))

    answer = attempt("section", make)
    return Answer(None, answer.sentence, answer) if isinstance(answer, Failure) else answer


def _write(make: Callable[[], Sequence[Block]]) -> Body:
    blocks = make()
    figures = {
        block.name: attempt("figure", block.draw) for block in blocks if isinstance(block, Figure)
    }
    failures = {name: drawn for name, drawn in figures.items() if isinstance(drawn, Failure)}
    return Body(html.render(blocks, figures), markdown.render(blocks), failures)


def _absent(sentence: str) -> Body:
    return _write(lambda: [Paragraph(sentence, "absent")])
