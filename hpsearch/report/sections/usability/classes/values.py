"""Confusion, recall and precision by class, and what the called class's probability is worth."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hpsearch.evaluation.outcome import Outcome, TestResult
from hpsearch.report.classes import ClassNames
from hpsearch.report.scarcity import say_few, scarcity_of
from hpsearch.report.section import Values
from hpsearch.report.sections.usability.classes.sentences import (
    say_classes,
    say_confidence,
    say_decisions,
    say_ranking,
)
from hpsearch.statistics.calibration import DRAWS, estimate_share
from hpsearch.statistics.classes import Decisions

#: Pairs of classes that are listed for being confused.
LISTED = 10


def read_values(outcome: Outcome, test: TestResult, decisions: Decisions) -> Values:
    """What the tested model decides; each with sentences."""
    names, reliability = ClassNames(outcome.data.classes), decisions.reliability
    classes = [_class(names, decisions.confusion, place) for place in range(len(names.names))]
    rows = sum(entry["rows"] for entry in classes)
    right = sum(entry["right"] for entry in classes)
    frequent = max(classes, key=lambda entry: entry["rows"])
    accuracy = {
        "right": asdict(estimate_share(right, rows)),
        "of_one_class": frequent["rows"] / rows,
        "frequent": frequent["name"],
    }
    confused = _confused(names, decisions.confusion)
    return {
        "reference": test.reference,
        "said": {
            "probabilities": list(say_confidence(test.reference, reliability)),
            "ranking": say_ranking(outcome, test),
            "decisions": [
                say_decisions(accuracy),
                *say_classes(classes, confused[0] if confused else None),
                *say_few(scarcity_of(outcome.data)),
            ],
        },
        "calibration": {
            "bins": [asdict(bin_) for bin_ in reliability.bins],
            "error": reliability.error,
            "error_by_chance": asdict(reliability.error_by_chance),
            "within_chance": reliability.within_chance,
            "draws": DRAWS,
        },
        "confusion": decisions.confusion,
        "accuracy": accuracy,
        "classes": classes,
        "confused": confused[:LISTED],
    }


def _class(names: ClassNames, confusion: Sequence[Sequence[int]], place: int) -> dict[str, Any]:
    """One class; a share is None where no row has it, or none is called it."""
    rows = sum(confusion[place])
    called = sum(row[place] for row in confusion)
    right = confusion[place][place]
    return {
        "name": names.call(place),
        "rows": rows,
        "called": called,
        "right": right,
        "recall": asdict(estimate_share(right, rows)) if rows else None,
        "precision": asdict(estimate_share(right, called)) if called else None,
        "f1": 2 * right / (rows + called) if rows + called else None,
    }


def _confused(names: ClassNames, confusion: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """Pairs of a class and what its rows were called by mistake, those of most rows first."""
    pairs = [
        {
            "name": names.call(place),
            "called": names.call(other),
            "rows": count,
            "share": count / sum(row),
        }
        for place, row in enumerate(confusion)
        for other, count in enumerate(row)
        if other != place and count
    ]
    return sorted(pairs, key=lambda pair: (-pair["rows"], -pair["share"]))
