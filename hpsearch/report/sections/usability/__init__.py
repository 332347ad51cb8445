"""Whether the winner's predictions mean what they say, and what decisions by them are worth."""

from collections.abc import Sequence

from hpsearch.analysis.absences import explain_unmeasured
from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block
from hpsearch.report.section import Section, Values
from hpsearch.report.sections.usability.binary.blocks import make_blocks as binary_blocks
from hpsearch.report.sections.usability.binary.values import read_values as binary_values
from hpsearch.report.sections.usability.classes.blocks import make_blocks as classes_blocks
from hpsearch.report.sections.usability.classes.values import read_values as classes_values
from hpsearch.report.sections.usability.numbers.blocks import make_blocks as numbers_blocks
from hpsearch.report.sections.usability.numbers.values import read_values as numbers_values


def _read_values(outcome: Outcome) -> Values | str:
    test = outcome.test
    if test is not None and test.calibration is not None:
        return binary_values(outcome, test, test.calibration)
    if test is not None and test.decisions is not None:
        return classes_values(outcome, test, test.decisions)
    if test is not None and test.residuals is not None:
        return numbers_values(outcome, test, test.residuals)
    return explain_unmeasured(outcome)


def _make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    if outcome.test is not None and outcome.test.decisions is not None:
        return classes_blocks(outcome, values)
    if outcome.test is not None and outcome.test.residuals is not None:
        return numbers_blocks(outcome, values)
    return binary_blocks(outcome, values)


def _answer(values: Values) -> str:
    said = values["said"]
    return str((said.get("probabilities") or said["errors"])[0])


USABILITY = Section(
    name="usability",
    title="Is the winner usable?",
    values=_read_values,
    answer=_answer,
    blocks=_make_blocks,
)
