"""The reference and the baselines as measured on the test rows, and each baseline's verdict."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hpsearch.analysis.absences import explain_unmeasured
from hpsearch.evaluation.outcome import Outcome, TestedBaseline, TestResult
from hpsearch.report.section import Values
from hpsearch.report.sections.baselines.sentences import (
    judge_difference,
    say_training,
    say_verdict,
)
from hpsearch.tasks.task import Task


def read_values(outcome: Outcome) -> Values | str:
    """The reference, the baselines from the best on the test rows to the worst, and sentences."""
    test = outcome.test
    if not outcome.spec.evaluate.baselines:
        return (
            "The study names no baseline. Name some in evaluate.baselines, "
            "then run the study under a new name."
        )
    if test is None:
        return explain_unmeasured(outcome)
    if not (baselines := _rank(outcome.task, test)):
        return (
            f"No baseline was measured that {test.reference} could be compared with. Name more in "
            "evaluate.baselines, then run the study under a new name."
        )
    scale = outcome.data.target.deviation
    return {
        "said": {
            "verdict": list(say_verdict(outcome.task, scale, test, baselines)),
            "training": list(say_training(outcome, test, len(baselines))),
        },
        "reference": _reference(outcome.task, test),
        "baselines": [_row(outcome.task, baseline) for baseline in baselines],
    }


def _rank(task: Task, test: TestResult) -> Sequence[TestedBaseline]:
    """All but the one that is the reference itself, the best on the test rows first."""
    own = test.reference if test.trial is None else None
    others = (baseline for baseline in test.baselines if baseline.label != own)
    metric = task.tested_metric
    return sorted(others, key=lambda baseline: metric.sign * baseline.metrics[metric.name].value)


def _reference(task: Task, test: TestResult) -> dict[str, Any]:
    return {
        "label": test.reference,
        "validation": test.validated(task.tested_metric.name),
        "metrics": {
            name: {"value": measured.value, "low": measured.low, "high": measured.high}
            for name, measured in test.metrics.items()
        },
    }


def _row(task: Task, baseline: TestedBaseline) -> dict[str, Any]:
    difference = baseline.differences[task.tested_metric.name]
    return {**asdict(baseline), "verdict": judge_difference(task.tested_metric, difference)}
