"""The section on baselines as a reader sees it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from hpsearch.evaluation.outcome import Outcome
from hpsearch.report.blocks import Block, Bullets, Cell, Column, Figure, Heading, Row, Table
from hpsearch.report.cells import estimate_cell
from hpsearch.report.section import Values
from hpsearch.report.sections.baselines.figures import differences
from hpsearch.report.sections.baselines.sentences import LOSS
from hpsearch.wording import NOTHING, say_number, say_signed

#: Metrics of the table, after the difference.
METRICS = (LOSS, "auc", "accuracy")


def make_blocks(outcome: Outcome, values: Values) -> Sequence[Block]:
    """The verdict, the differences as figure and table, and how they came about."""
    del outcome
    reference, baselines = values["reference"], values["baselines"]
    return [
        Bullets(values["said"]["verdict"], "verdict"),
        Figure(
            "differences",
            "Right of the line a baseline is worse, left of it better: filled circles are worse, "
            "triangles better, hollow diamonds not distinguishable, as their 95 % interval holds "
            "0.",
            partial(differences, reference["label"], baselines),
        ),
        Table(
            "Baselines",
            (
                Column("model", header=True, notes="verdict"),
                Column("difference", "number", strong=True),
                Column("cross-entropy", "number"),
                Column("AUC", "number"),
                Column("accuracy\nat 0.5", "number"),
                Column("validation\ncross-entropy", "number"),
            ),
            [_reference(reference), *map(_baseline, baselines)],
            "The best on the test rows first; the difference is baseline less "
            f"{reference['label']}, in nats. In brackets, 95 % intervals over the test rows",
        ),
        Heading("How they were trained and compared"),
        Bullets(values["said"]["training"]),
    ]


def _reference(reference: dict[str, Any]) -> Row:
    return [
        Cell(reference["label"], "the reference", strong=True),
        NOTHING,
        *(estimate_cell(reference["metrics"][name]) for name in METRICS),
        say_number(reference["validation"]),
    ]


def _baseline(baseline: dict[str, Any]) -> Row:
    return [
        Cell(baseline["label"], baseline["verdict"]),
        estimate_cell(baseline["differences"][LOSS], say_signed),
        *(estimate_cell(baseline["metrics"][name]) for name in METRICS),
        say_number(baseline["validation"]),
    ]
