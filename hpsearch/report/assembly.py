"""A report before it is written: the values, blocks and figures of all its sections.

A section or a figure that fails is left out with a sentence in its place.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hpsearch.analysis.absences import find_absences
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block
from hpsearch.report.failures import Failure, attempt
from hpsearch.report.html import Drawn
from hpsearch.report.sections.registry import SECTIONS
from hpsearch.report.sections.repeat.layout import blocks as repeat_blocks
from hpsearch.report.sections.result.drawing import metrics_beside_validation
from hpsearch.report.sections.result.layout import blocks as result_blocks
from hpsearch.report.sections.section import Section
from hpsearch.report.values import plain, study_values
from hpsearch.report.verdict import judge

#: The parts that every report has, before and after the sections.
RESULT, REPEAT = "result", "repeat"
ENDS: Mapping[str, str] = {RESULT: "What came out", REPEAT: "How is it repeated?"}


@dataclass(frozen=True, slots=True)
class Part:
    """A section's blocks, or the sentence that stands in their place, and its drawn figures."""

    title: str
    blocks: Sequence[Block] | str
    figures: Drawn


@dataclass(frozen=True, slots=True)
class Assembly:
    """A report before it is written.

    Attributes:
        values: What ``report.json`` holds.
        parts: By id, in their order.
        failures: By place, ``usability`` for a section and ``usability.roc`` for a figure of it.
    """

    values: Mapping[str, Any]
    parts: Mapping[str, Part]
    failures: Mapping[str, Failure]


@dataclass(frozen=True, slots=True)
class _Content:
    """What a section says; where it has no values the answer says why."""

    values: Mapping[str, Any] | None
    answer: str
    blocks: Sequence[Block] = ()
    failure: Failure | None = None


def assemble(outcome: Outcome, *, times: bool) -> Assembly:
    """Make all parts, one after the other."""
    sections = _sections(outcome)
    contents = {name: _content(section, outcome) for name, section in sections.items()}
    figures = {
        name: _draw(partial(sections[name].figures, outcome, content.values))
        for name, content in contents.items()
        if content.values is not None
    }
    figures[RESULT] = _draw(partial(_result_figures, outcome))
    values = _values(outcome, contents, times=times)
    ends = {
        RESULT: partial(result_blocks, outcome.task, values, _titles(sections)),
        REPEAT: partial(repeat_blocks, values),
    }
    made = {name: attempt("section", partial(_listed, make)) for name, make in ends.items()}
    failures = {
        **{name: content.failure for name, content in contents.items() if content.failure},
        **{name: blocks for name, blocks in made.items() if isinstance(blocks, Failure)},
        **{
            f"{section}.{name}": figure
            for section, drawn in figures.items()
            for name, figure in _by_name(drawn)
            if isinstance(figure, Failure)
        },
    }
    values["absences"] |= {place: failure.sentence for place, failure in failures.items()}
    if isinstance(verdict := attempt("verdict", partial(judge, outcome.task, values)), Failure):
        failures["verdict"] = verdict
    return Assembly(values, dict(_parts(sections, contents, made, figures)), failures)


def assemble_values(outcome: Outcome, *, times: bool) -> dict[str, Any]:
    """The values alone."""
    sections = _sections(outcome)
    contents = {name: _content(section, outcome) for name, section in sections.items()}
    return _values(outcome, contents, times=times)


def _sections(outcome: Outcome) -> dict[str, Section]:
    return {name: section for name, section in SECTIONS.items() if section.applies(outcome.task)}


def _titles(sections: Mapping[str, Section]) -> dict[str, str]:
    return {name: section.TITLE for name, section in sections.items()}


def _content(section: Section, outcome: Outcome) -> _Content:
    def make() -> _Content:
        said = section.values(outcome)
        if isinstance(said, str):
            return _Content(None, said)
        values = plain(said)
        json.dumps(values, allow_nan=False)  # what JSON can't hold fails here, not at the end
        return _Content(values, section.answer(values), list(section.blocks(outcome, values)))

    made = attempt("section", make)
    return _Content(None, made.sentence, (), made) if isinstance(made, Failure) else made


def _values(outcome: Outcome, contents: Mapping[str, _Content], *, times: bool) -> dict[str, Any]:
    absences = {
        name: content.answer for name, content in contents.items() if content.values is None
    }
    values: dict[str, Any] = plain(
        {
            **study_values(outcome, times=times),
            **{name: content.values for name, content in contents.items()},
            "absences": {**find_absences(outcome), **absences},
        }
    )
    verdict = attempt("verdict", partial(judge, outcome.task, values))
    values["verdict"] = [verdict.sentence] if isinstance(verdict, Failure) else verdict
    values["answers"] = {name: content.answer for name, content in contents.items()}
    return values


def _draw(name_figures: Callable[[], Mapping[str, Callable[[], str]]]) -> Drawn:
    """The figures of a section, each by itself; a failure where not even their names are known."""
    figures = attempt("figure", name_figures)
    if isinstance(figures, Failure):
        return figures
    return {name: attempt("figure", draw) for name, draw in figures.items()}


def _result_figures(outcome: Outcome) -> Mapping[str, Callable[[], str]]:
    test = outcome.test
    return {"test": lambda: metrics_beside_validation(outcome.task, test.metrics)} if test else {}


def _by_name(figures: Drawn) -> Iterator[tuple[str, str | Failure]]:
    yield from [("figures", figures)] if isinstance(figures, Failure) else figures.items()


def _listed(make: Callable[[], Iterator[Block]]) -> list[Block]:
    return list(make())


def _parts(
    sections: Mapping[str, Section],
    contents: Mapping[str, _Content],
    ends: Mapping[str, Sequence[Block] | Failure],
    figures: Mapping[str, Drawn],
) -> Iterator[tuple[str, Part]]:
    def end(name: str) -> tuple[str, Part]:
        blocks = ends[name]
        body = blocks.sentence if isinstance(blocks, Failure) else blocks
        return name, Part(ENDS[name], body, figures.get(name, {}))

    yield end(RESULT)
    for name, content in contents.items():
        body = content.answer if content.values is None else content.blocks
        yield name, Part(sections[name].TITLE, body, figures.get(name, {}))
    yield end(REPEAT)
